package apptest

import (
	"errors"
	"strings"
	"testing"

	"embraye/internal/app/people"
	"embraye/internal/embraye"
)

func SetupInput() people.SetupInput {
	return people.SetupInput{Email: "Ana@Asso.example", Name: " Ana ", Password: GoodPassword, Language: "en", OrgName: "Les communs", OrgHandle: "communs",
		Summary: "Qui\r\nnous sommes", Contact: "ici@asso.example", Links: []embraye.ActorLink{{Name: "Site", Href: "https://asso.example/"}, {}}}
}

func WantProblems(t *testing.T, err error, fields ...string) {
	t.Helper()
	var invalid *embraye.InvalidError
	if !errors.As(err, &invalid) {
		t.Errorf("%v is no list of problems", err)
		return
	}
	var got []string
	for _, p := range invalid.Problems {
		got = append(got, p.Field)
	}
	if strings.Join(got, " ") != strings.Join(fields, " ") {
		t.Errorf("problems with %v, want %v", got, fields)
	}
}
