package embraye_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"embraye/configs"
	"embraye/internal/embraye"
)

func frame(t *testing.T) embraye.Frame {
	t.Helper()
	reference, err := configs.DefaultReference()
	if err != nil {
		t.Fatal(err)
	}
	territories, err := configs.Territories()
	if err != nil {
		t.Fatal(err)
	}
	return embraye.Frame{Reference: reference, Territories: territories, Today: "2026-05-01", Language: "fr"}
}

func good() (embraye.Scope, embraye.Content) {
	return embraye.Scope{Measure: "m2", Subject: embraye.BySubjectInstitution, Territory: "FR-BRE",
			Institution: embraye.Institution{Name: "Région Bretagne", Kind: "region"}},
		embraye.Content{Stage: embraye.UnderWay, Title: "Un titre", Summary: "Un résumé.",
			Evidence: []embraye.Evidence{{Href: "https://preuves.example/1"}}}
}

func TestCheckFillsDefaults(t *testing.T) {
	s, c := good()
	s.Territory = "bretagne"
	s, c, err := frame(t).Check(s, c)
	if err != nil {
		t.Fatal(err)
	}
	e := c.Evidence[0]
	got := []string{s.Territory, string(c.Confidence), string(c.ObservedDate), c.Licence, c.Language, e.Name, string(e.Consulted), e.Type}
	want := []string{"FR-BRE", "secondary", "2026-05-01", "CC-BY-4.0", "fr", "https://preuves.example/1", "2026-05-01", "Link"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCheckRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*embraye.Scope, *embraye.Content)
		field  string
	}{
		"unknown measure":        {func(s *embraye.Scope, c *embraye.Content) { s.Measure = "m99" }, "measure"},
		"no measure":             {func(s *embraye.Scope, c *embraye.Content) { s.Measure = "" }, "measure"},
		"unknown stage":          {func(s *embraye.Scope, c *embraye.Content) { c.Stage = "fini" }, "stage"},
		"not assessed":           {func(s *embraye.Scope, c *embraye.Content) { c.Stage = embraye.NotAssessed }, "stage"},
		"unknown territory":      {func(s *embraye.Scope, c *embraye.Content) { s.Territory = "FR-XXX" }, "territory"},
		"commune without name":   {func(s *embraye.Scope, c *embraye.Content) { s.Territory = "COG-C35238" }, "territory_name"},
		"no title":               {func(s *embraye.Scope, c *embraye.Content) { c.Title = " \n" }, "title"},
		"long title":             {func(s *embraye.Scope, c *embraye.Content) { c.Title = strings.Repeat("é", 121) }, "title"},
		"long summary":           {func(s *embraye.Scope, c *embraye.Content) { c.Summary = strings.Repeat("é", 501) }, "summary"},
		"NUL":                    {func(s *embraye.Scope, c *embraye.Content) { c.Summary = "a\x00b" }, "summary"},
		"no evidence":            {func(s *embraye.Scope, c *embraye.Content) { c.Evidence = nil }, "evidence"},
		"no place searched":      {func(s *embraye.Scope, c *embraye.Content) { c.Stage, c.Evidence = embraye.NoSign, nil }, "searched"},
		"script as evidence":     {func(s *embraye.Scope, c *embraye.Content) { c.Evidence[0].Href = "javascript:alert(1)" }, "evidence"},
		"userinfo in evidence":   {func(s *embraye.Scope, c *embraye.Content) { c.Evidence[0].Href = "https://a@b.example/" }, "evidence"},
		"bad date":               {func(s *embraye.Scope, c *embraye.Content) { c.EffectiveDate = "2024-13" }, "effective_date"},
		"year zero":              {func(s *embraye.Scope, c *embraye.Content) { c.EffectiveDate = "0000-00-00" }, "effective_date"},
		"institution missing":    {func(s *embraye.Scope, c *embraye.Content) { s.Institution = embraye.Institution{} }, "institution"},
		"unknown kind":           {func(s *embraye.Scope, c *embraye.Content) { s.Institution.Kind = "club" }, "institution_kind"},
		"SIREN with a bad digit": {func(s *embraye.Scope, c *embraye.Content) { s.Institution.SIREN = "732829321" }, "siren"},
		"unknown licence":        {func(s *embraye.Scope, c *embraye.Content) { c.Licence = "mine" }, "license"},
		"unknown lesson":         {func(s *embraye.Scope, c *embraye.Content) { c.Lessons = []string{"e9"} }, "lessons"},
		"unknown relation": {func(s *embraye.Scope, c *embraye.Content) {
			c.RelatedTo = []embraye.Relation{{Rel: "x", Href: "https://a.example/"}}
		}, "related_to"},
		"language with a space": {func(s *embraye.Scope, c *embraye.Content) { c.Language = "fr fr" }, "lang"},
	} {
		t.Run(name, func(t *testing.T) {
			s, content := good()
			c.change(&s, &content)
			_, _, err := frame(t).Check(s, content)
			var invalid *embraye.InvalidError
			if !errors.As(err, &invalid) || !errors.Is(err, embraye.ErrInvalid) {
				t.Fatalf("got %v, want an InvalidError", err)
			}
			if !slices.ContainsFunc(invalid.Problems, func(p embraye.Problem) bool { return p.Field == c.field }) {
				t.Errorf("got %v, want a problem of %s", err, c.field)
			}
		})
	}
}

func TestCheckListsAllMistakes(t *testing.T) {
	_, _, err := frame(t).Check(embraye.Scope{}, embraye.Content{})
	var invalid *embraye.InvalidError
	if !errors.As(err, &invalid) || len(invalid.Problems) < 6 {
		t.Errorf("got %v, want all mistakes at once", err)
	}
}

func TestTimeliness(t *testing.T) {
	for _, c := range []struct {
		stage embraye.Stage
		date  embraye.Date
		want  embraye.Timeliness
	}{
		{embraye.Done, "2021", embraye.InTime},
		{embraye.Done, "2021-12-31", embraye.InTime},
		{embraye.Done, "2022-01-01", embraye.Late},
		{embraye.PartlyDone, "2022", embraye.Late},
		{embraye.PartlyDone, "2021-12", embraye.InTime},
		{embraye.UnderWay, "2024", embraye.NotApplicable},
		{embraye.Done, "", embraye.NotApplicable},
	} {
		if got := embraye.TimelinessOf(c.stage, c.date, "2021-12-31"); got != c.want {
			t.Errorf("%s in %q: got %s, want %s", c.stage, c.date, got, c.want)
		}
	}
}

func TestScopeKey(t *testing.T) {
	inst := func(i embraye.Institution) string {
		return embraye.Scope{Subject: embraye.BySubjectInstitution, Territory: "FR-BRE", Institution: i}.Key()
	}
	same := [][2]embraye.Institution{
		{{Name: "A", SIREN: "732829320"}, {Name: "B", SIREN: "732829320"}},
		{{Name: "A", Wikidata: "Q12130"}, {Name: "B", Wikidata: "Q12130"}},
		{{Name: "Région  Bretagne"}, {Name: "region bretagne"}},
		{{Name: "Conseil d’État"}, {Name: "conseil d'etat"}},
	}
	for _, pair := range same {
		if inst(pair[0]) != inst(pair[1]) {
			t.Errorf("%+v and %+v are the same institution", pair[0], pair[1])
		}
	}
	if inst(embraye.Institution{Name: "A", SIREN: "732829320"}) == inst(embraye.Institution{Name: "A", SIREN: "552100554"}) {
		t.Error("two SIREN are two institutions")
	}
	civil := embraye.Scope{Subject: embraye.BySubjectCivilSociety, Territory: "FR"}
	if civil.Key() == (embraye.Scope{Subject: embraye.BySubjectInstitution, Territory: "FR"}).Key() {
		t.Error("the two subjects are never merged")
	}
}

// A typo that changes more is told how to go on.
func TestAFrozenFieldSaysWhatToDo(t *testing.T) {
	_, before := good()
	after := before
	after.Stage = embraye.Done
	err := embraye.CheckRevision(embraye.Typo, "coquille", before, after)
	if err == nil || !strings.Contains(err.Error(), "stage: ") || !strings.Contains(err.Error(), "make it one of substance") {
		t.Error(err)
	}
}

func TestCheckRevision(t *testing.T) {
	_, before := good()
	before.RelatedTo = []embraye.Relation{{Rel: "follows", Href: "https://x.example/constats/2"}, {Rel: embraye.SameFact, Href: "https://x.example/constats/3"}}
	for name, c := range map[string]struct {
		kind   embraye.RevisionKind
		reason string
		change func(*embraye.Content)
		field  string // "" = accepted
	}{
		"typo in the title":        {embraye.Typo, "coquille", func(c *embraye.Content) { c.Title = "Un autre titre" }, ""},
		"typo may rename evidence": {embraye.Typo, "coquille", func(c *embraye.Content) { c.Evidence[0].Name = "Nom" }, ""},
		"typo changes the stage":   {embraye.Typo, "coquille", func(c *embraye.Content) { c.Stage = embraye.Done }, "stage"},
		"typo changes a date":      {embraye.Typo, "coquille", func(c *embraye.Content) { c.EffectiveDate = "2024" }, "effective_date"},
		"typo changes an address":  {embraye.Typo, "coquille", func(c *embraye.Content) { c.Evidence[0].Href = "https://x.example/" }, "evidence"},
		"typo adds evidence": {embraye.Typo, "coquille", func(c *embraye.Content) {
			c.Evidence = append(c.Evidence, embraye.Evidence{Href: "https://x.example/"})
		}, "evidence"},
		"typo replaces another": {embraye.Typo, "coquille", func(c *embraye.Content) {
			c.RelatedTo = append(slices.Clone(c.RelatedTo), embraye.Relation{Rel: "replaces", Href: "https://x.example/constats/1"})
		}, "related_to"},
		"typo takes a relation away": {embraye.Typo, "coquille", func(c *embraye.Content) { c.RelatedTo = nil }, "related_to"},
		"typo orders relations": {embraye.Typo, "coquille", func(c *embraye.Content) {
			c.RelatedTo = slices.Clone(c.RelatedTo)
			slices.Reverse(c.RelatedTo)
		}, ""},
		"typo names a lesson":        {embraye.Typo, "coquille", func(c *embraye.Content) { c.Lessons = append(slices.Clone(c.Lessons), "e6") }, "lessons"},
		"substance":                  {embraye.Substance, "nouveau fait", func(c *embraye.Content) { c.Stage = embraye.Done }, ""},
		"substance without reason":   {embraye.Substance, " ", func(c *embraye.Content) { c.Stage = embraye.Done }, "reason"},
		"nothing changed":            {embraye.Substance, "rien", func(c *embraye.Content) {}, "revision"},
		"another language":           {embraye.Substance, "traduit", func(c *embraye.Content) { c.Language = "en" }, "lang"},
		"unknown kind of revision":   {"small", "x", func(c *embraye.Content) { c.Title = "y" }, "kind"},
		"first is no kind to choose": {embraye.FirstRevision, "x", func(c *embraye.Content) { c.Title = "y" }, "kind"},
	} {
		t.Run(name, func(t *testing.T) {
			after := before
			after.Evidence = slices.Clone(before.Evidence)
			c.change(&after)
			err := embraye.CheckRevision(c.kind, c.reason, before, after)
			if c.field == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var invalid *embraye.InvalidError
			if !errors.As(err, &invalid) || !slices.ContainsFunc(invalid.Problems, func(p embraye.Problem) bool { return p.Field == c.field }) {
				t.Errorf("got %v, want a problem of %s", err, c.field)
			}
		})
	}
}

func TestRolesInclude(t *testing.T) {
	for i, r := range embraye.Roles() {
		for j, other := range embraye.Roles() {
			if got := r.Includes(other); got != (i >= j) {
				t.Errorf("%s includes %s: %v", r, other, got)
			}
		}
	}
	if embraye.Role("").Includes(embraye.Reader) || embraye.Role("root").Includes(embraye.Reader) {
		t.Error("an unknown role includes nothing")
	}
	disabled := embraye.Acting{Person: &embraye.Person{Role: embraye.Admin, Disabled: true}}
	if err := disabled.May(embraye.Reader); !errors.Is(err, embraye.ErrForbidden) {
		t.Errorf("a disabled admin may read: %v", err)
	}
	if err := (embraye.Acting{}).May(embraye.Reader); !errors.Is(err, embraye.ErrForbidden) {
		t.Errorf("nobody may read: %v", err)
	}
}
