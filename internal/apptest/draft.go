package apptest

import (
	"errors"
	"testing"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/app/drafts"
	"embraye/internal/app/people"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/storetest"
)

// House is an instance with people in it.
type House struct {
	*testing.T
	*fedtest.World
	*fedtest.Instance
	Who map[string]embraye.Acting
}

// EachHouse runs a test on each database: a reader, two editors, two reviewers
// and an admin.
func EachHouse(t *testing.T, test func(h *House)) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) { OneHouse(t, kind, test) })
	}
}

// OneHouse runs a test on one database, where the other does nothing otherwise.
func OneHouse(t *testing.T, kind string, test func(h *House)) {
	w := fedtest.New(t, fedtest.Config{Kind: kind}, "ours.example")
	h := &House{T: t, World: w, Instance: w.Instances[0], Who: map[string]embraye.Acting{}}
	for name, role := range map[string]embraye.Role{"reader": embraye.Reader, "editor": embraye.Editor, "other": embraye.Editor,
		"reviewer": embraye.Reviewer, "second": embraye.Reviewer, "admin": embraye.Admin} {
		p, err := h.People.Add(t.Context(), embraye.Operator(), people.NewPerson{Email: name + "@ours.example", Name: "N. " + name, Role: role})
		h.Must(err)
		h.Who[name] = embraye.Acting{Person: p}
	}
	test(h)
}

func (h *House) Must(err error) {
	h.T.Helper()
	if err != nil {
		h.T.Fatal(err)
	}
}

func (h *House) WantErr(err, want error) {
	h.T.Helper()
	if !errors.Is(err, want) {
		h.T.Errorf("got %v, want %v", err, want)
	}
}

// Complete is a draft that can be published.
func Complete() drafts.Input {
	return drafts.Input{
		Scope: embraye.Scope{Measure: "m2", Subject: embraye.BySubjectInstitution, Territory: "FR-BRE",
			Institution: embraye.Institution{Name: "Région Bretagne", Kind: "region"}},
		Content: embraye.Content{Stage: embraye.UnderWay, Title: "Un appel à communs", Summary: "La région ouvre un appel.", Language: "fr",
			Evidence: []embraye.Evidence{{Type: "Link", Href: "https://preuve.example/appel", Name: "Appel"}}},
	}
}

func (h *House) Draft(by string, in drafts.Input) *embraye.Draft {
	h.T.Helper()
	d, err := h.Drafts.Begin(h.T.Context(), h.Who[by], in)
	h.Must(err)
	return d
}

// Linked publishes a constat of an editor's with links as evidence.
func (h *House) Linked(hrefs ...string) *constats.Published {
	h.T.Helper()
	in := Complete()
	in.Evidence = nil
	for _, href := range hrefs {
		in.Evidence = append(in.Evidence, embraye.Evidence{Href: href})
	}
	d := h.Draft("editor", in)
	out, err := h.Drafts.Publish(h.Context(), h.Who["editor"], d.ID, d.Version)
	h.Must(err)
	return out
}

// Lacks is what publication would refuse about a draft.
func (h *House) Lacks(d *embraye.Draft) []embraye.Problem {
	h.T.Helper()
	missing, err := h.Drafts.Check(h.T.Context(), d)
	h.Must(err)
	return missing
}

func (h *House) Count() int {
	h.T.Helper()
	list, err := h.Store.Tables().Updates.Page(h.T.Context(), embraye.ConstatFilter{})
	h.Must(err)
	return len(list)
}

// Away takes a table away, until Back: what a database that cannot be read does.
func (h *House) Away(table string) {
	h.T.Helper()
	h.rename(table, table+"_away")
}

// Back brings a table back.
func (h *House) Back(table string) {
	h.T.Helper()
	h.rename(table+"_away", table)
}

func (h *House) rename(from, to string) {
	h.T.Helper()
	_, err := h.Store.Pool().ExecContext(h.Context(), "ALTER TABLE "+from+" RENAME TO "+to)
	h.Must(err)
	h.Clock.Advance(2 * time.Second) // what is remembered for a second is read again
}
