package apptest

import (
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/export"
)

// Tried is the report of a dry run, and its good lines.
func (h *House) Tried(by, table string) (report *export.Import, good []export.ImportLine) {
	h.T.Helper()
	report, err := h.Drafts.DryRun(h.Context(), h.Who[by], strings.NewReader(table))
	h.Must(err)
	for _, line := range report.Lines {
		if len(line.Problems) == 0 {
			good = append(good, line)
		}
	}
	return report, good
}

func (h *House) DraftsOf(by string) []embraye.Draft {
	h.T.Helper()
	all, err := h.Drafts.List(h.Context(), h.Who[by], embraye.DraftFilter{Mine: true})
	h.Must(err)
	return all
}
