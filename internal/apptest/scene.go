package apptest

import (
	"embraye/internal/fedtest"
)

const Public = "https://www.w3.org/ns/activitystreams#Public"

func Messages(list []fedtest.Message, kind string) (of []fedtest.Message) {
	for _, m := range list {
		if m.Type() == kind {
			of = append(of, m)
		}
	}
	return of
}
