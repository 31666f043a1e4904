package embraye_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"embraye/internal/embraye"
)

// everyText sets each text of a constat in turn.
func everyText() map[string]func(*embraye.Scope, *embraye.Content, string) {
	return map[string]func(*embraye.Scope, *embraye.Content, string){
		"title":              func(_ *embraye.Scope, c *embraye.Content, x string) { c.Title = x },
		"summary":            func(_ *embraye.Scope, c *embraye.Content, x string) { c.Summary = x },
		"text":               func(_ *embraye.Scope, c *embraye.Content, x string) { c.Text = x },
		"institution":        func(s *embraye.Scope, _ *embraye.Content, x string) { s.Institution.Name = x },
		"territory_name":     func(s *embraye.Scope, _ *embraye.Content, x string) { s.TerritoryName = x },
		"evidence_name":      func(_ *embraye.Scope, c *embraye.Content, x string) { c.Evidence[0].Name = x },
		"evidence_publisher": func(_ *embraye.Scope, c *embraye.Content, x string) { c.Evidence[0].Publisher = x },
		"searched":           func(_ *embraye.Scope, c *embraye.Content, x string) { c.Searched = []string{x} },
		"indicator_name":     func(_ *embraye.Scope, c *embraye.Content, x string) { c.Indicator.Name = x },
		"indicator_value":    func(_ *embraye.Scope, c *embraye.Content, x string) { c.Indicator.Value = x },
		"indicator_unit":     func(_ *embraye.Scope, c *embraye.Content, x string) { c.Indicator.Unit = x },
		"indicator_goal":     func(_ *embraye.Scope, c *embraye.Content, x string) { c.Indicator.Goal = x },
	}
}

func TestT13EveryTextHasTheSameLaw(t *testing.T) {
	f := frame(t)
	for field, set := range everyText() {
		for name, c := range map[string]struct{ text, code string }{
			"override":       {"abc\u202eexe.gpj", "not_text"},
			"embedding":      {"\u202aabc", "not_text"},
			"isolate":        {"a\u2067b\u2069", "not_text"},
			"NUL":            {"a\x00b", "not_text"},
			"no UTF-8":       {"a\xffb", "not_text"},
			"without an end": {strings.Repeat("é", embraye.MaxText+1), "too_long"},
		} {
			t.Run(field+"/"+name, func(t *testing.T) {
				s, content := good()
				content.Indicator = &embraye.Indicator{Name: "Part", Value: "3", AsOf: "2025"}
				set(&s, &content, c.text)
				if _, _, err := f.Check(s, content); !has(err, field, c.code) && !oneLineDropsIt(field, name, err) {
					t.Errorf("publishing: %v, want %s of %s", err, c.code, field)
				}
				if all := append(s.Problems(), content.Problems("")...); !has(&embraye.InvalidError{Problems: all}, field, c.code) {
					t.Errorf("the law says %v, want %s of %s", all, c.code, field)
				}
			})
		}
	}
}

// oneLineDropsIt: white space and controls in a text of one line become a space
// before it is judged.
func oneLineDropsIt(field, name string, err error) bool {
	return name == "NUL" && field != "summary" && field != "text" && err == nil
}

func has(err error, field, code string) bool {
	var invalid *embraye.InvalidError
	return errors.As(err, &invalid) && slices.ContainsFunc(invalid.Problems, func(p embraye.Problem) bool {
		return p.Field == field && (code == "" || p.Code == code)
	})
}

func TestT13MarksThatWordProcessorsLeaveAreDropped(t *testing.T) {
	s, c := good()
	c.Title, c.Summary, s.Institution.Name = "\u200eUn titre", "Le 12/06\u200f/2024.", "\u061cRégion"
	s, c, err := frame(t).Check(s, c)
	if err != nil || c.Title != "Un titre" || c.Summary != "Le 12/06/2024." || s.Institution.Name != "Région" {
		t.Errorf("%q, %q, %q: %v", c.Title, c.Summary, s.Institution.Name, err)
	}
}

func TestT13NoDateStandsOnTopForEver(t *testing.T) {
	for field, set := range map[string]func(*embraye.Content, embraye.Date){
		"effective_date":        func(c *embraye.Content, d embraye.Date) { c.EffectiveDate = d },
		"observed_date":         func(c *embraye.Content, d embraye.Date) { c.ObservedDate = d },
		"evidence_published_on": func(c *embraye.Content, d embraye.Date) { c.Evidence[0].PublishedOn = d },
		"evidence_consulted":    func(c *embraye.Content, d embraye.Date) { c.Evidence[0].Consulted = d },
		"indicator_as_of":       func(c *embraye.Content, d embraye.Date) { c.Indicator.AsOf = d },
	} {
		for date, code := range map[embraye.Date]string{
			"9999-01-01": "bad_date", "10000-01-01": "bad_date", "2199": "future_date", "2028-01": "future_date",
			"2026-05-02": "", "2026": "", "2026-05": "", "1900": "", // Today is 2026-05-01: a day ahead is a time zone
		} {
			t.Run(field+"/"+string(date), func(t *testing.T) {
				s, c := good()
				c.Indicator = &embraye.Indicator{Name: "Part", Value: "3", AsOf: "2025"}
				set(&c, date)
				_, _, err := frame(t).Check(s, c)
				if code == "" && err != nil || code != "" && !has(err, field, code) {
					t.Errorf("%v, want %q", err, code)
				}
			})
		}
	}
	t.Run("what is announced may have its day", func(t *testing.T) {
		s, c := good()
		c.EffectiveDate = "2027-01-01"
		if _, _, err := frame(t).Check(s, c); err != nil {
			t.Error(err)
		}
		c.EffectiveDate, c.ObservedDate = "", "2026-05-03"
		if _, _, err := frame(t).Check(s, c); !has(err, "observed_date", "future_date") {
			t.Errorf("seen in the future: %v", err)
		}
	})
}

func TestT13ListsHaveAnEnd(t *testing.T) {
	many := make([]string, embraye.MaxListEntries+1)
	s, c := good()
	c.Searched, c.Lessons = many, many
	c.RelatedTo = make([]embraye.Relation, len(many))
	c.Evidence = make([]embraye.Evidence, len(many))
	_, _, err := frame(t).Check(s, c)
	for _, field := range []string{"searched", "lessons", "related_to", "evidence"} {
		if !has(err, field, "too_many") {
			t.Errorf("%s of %d entries: %.300v", field, len(many), err)
		}
	}
}

func TestT13TextsOfStrangersAreStraightened(t *testing.T) {
	if got := embraye.Straight("a\u202eb\x00c\u200fd\xffe"); got != "abcd\ufffde" {
		t.Errorf("%q", got)
	}
	if !embraye.Readable("Élèves — 日本 👩\u200d🌾") || embraye.Readable("a\u2066") {
		t.Error("what is readable")
	}
}
