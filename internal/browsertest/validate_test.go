package browsertest

import (
	"fmt"
	"strings"
	"testing"
)

// recorded keeps what a check would have said.
type recorded struct {
	testing.TB
	errors []string
}

func (r *recorded) Helper() {}

func (r *recorded) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

// What the validator finds is told with the page that has it.
func TestValidatorFindsErrors(t *testing.T) {
	v := NewValidator(t)
	v.Add(t, "/good", []byte(`<!DOCTYPE html><html lang="fr"><head><title>Bon</title></head><body><p>Bon</p></body></html>`))
	v.Add(t, "/bad", []byte(`<!DOCTYPE html><html lang="fr"><head><title>Mauvais</title></head><body><p>Mauvais<div></div></p></body></html>`))
	r := &recorded{TB: t}
	v.Check(r)
	if len(r.errors) != 2 || !strings.HasPrefix(r.errors[0], "/bad:1:") {
		t.Errorf("%q", r.errors)
	}
}
