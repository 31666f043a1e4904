package apptest

import (
	"embraye/internal/embraye"
)

func (h *House) Titled(by, title string) *embraye.Draft {
	h.T.Helper()
	in := Complete()
	in.Title = title
	return h.Draft(by, in)
}
