package page

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"embraye/internal/embraye"
)

// evidenceOfVoice is how much evidence a line of a list names.
const evidenceOfVoice = 3

// A Voice is what one organisation says of a scope, as a line of a list.
type Voice struct {
	Page         *Page
	Stage        embraye.Stage
	Who, WhoHref string
	Title, Href  string
	Language     string
	Scope        string // where the list has several
	Fact         string // when it happened or was seen, in words
	Evidence     []embraye.Evidence
	Also         []Voice // others that speak of the same fact
}

// Voices are the lines of what organisations say.
func (p *Page) Voices(said []embraye.NamedStanding, texts map[string]embraye.VoiceText) []Voice {
	voices := make([]Voice, len(said))
	for i, s := range said {
		text := texts[s.Constat]
		v := Voice{Page: p, Stage: s.Stage, Title: text.Title, Language: text.Language, Fact: p.factOf(s.Voice), Scope: p.ScopeName(s.Scope())}
		if v.Who, v.WhoHref = p.Speaker(s.Name, s.Handle); s.Ours() {
			v.Href = "/constats/" + s.Constat
		} else {
			v.Href = "/copies/" + embraye.CopyID(embraye.IRI(s.Constat))
		}
		for _, e := range text.Evidence {
			if embraye.WebAddress(e.Href) && len(v.Evidence) < evidenceOfVoice {
				e.Name = cmp.Or(PlainName(e.Name), embraye.IRI(e.Href).Host())
				v.Evidence = append(v.Evidence, e)
			}
		}
		voices[i] = v
	}
	return voices
}

// OncePerFact are the lines in which each fact is told once: whoever speaks of
// the same one, because either says so, stands below who comes first. Nothing is
// joined that nobody declared.
func OncePerFact(p *Page, said []embraye.NamedStanding, texts map[string]embraye.VoiceText) []Voice {
	all := p.Voices(said, texts)
	var lines []Voice
	var at []int // of each line, whose voice it is
	for i := range said {
		first := slices.IndexFunc(at, func(n int) bool { return sameFact(p.Site, said[n], said[i], texts) })
		if first < 0 {
			lines, at = append(lines, all[i]), append(at, i)
			continue
		}
		lines[first].Also = append(lines[first].Also, all[i])
	}
	return lines
}

// sameFact reports whether two organisations speak of one fact in one scope.
func sameFact(site embraye.Site, a, b embraye.NamedStanding, texts map[string]embraye.VoiceText) bool {
	if a.Organisation == b.Organisation || a.Measure != b.Measure || a.ScopeKey != b.ScopeKey {
		return false
	}
	return slices.Contains(texts[a.Constat].SameFacts, addressOf(site, b)) || slices.Contains(texts[b.Constat].SameFacts, addressOf(site, a))
}

// addressOf is the id of a constat, as others name it.
func addressOf(site embraye.Site, s embraye.NamedStanding) string {
	if s.Ours() {
		return string(site.UpdateID(s.Constat))
	}
	return s.Constat
}

// Speaker is how an organisation is called, and the way to its page here: ours
// if it has no handle.
func (p *Page) Speaker(name, handle string) (who, href string) {
	if handle == "" {
		return p.Publisher(), p.Actor(p.Frame.Organisation.Handle)
	}
	host := handle[strings.LastIndexByte(handle, '@')+1:]
	return cmp.Or(PlainName(name), host), "/organisations/" + host
}

// factOf tells when something happened, or when somebody saw where it stands.
func (p *Page) factOf(v embraye.Voice) string {
	switch {
	case v.EffectiveDate != "":
		return p.Date(v.EffectiveDate)
	case len(v.ObservedDate) == len("2026-05-03"):
		return p.T("constat.observed_on", p.Date(v.ObservedDate))
	case v.ObservedDate != "":
		return p.T("constat.observed_in", p.Date(v.ObservedDate))
	}
	return ""
}

// ScopeName is a scope where its measure is known: whose, and where.
func (p *Page) ScopeName(s embraye.Scope) string {
	who := cmp.Or(PlainName(s.Institution.Name), p.Name("subject_low", s.Subject))
	return who + " · " + PlainName(p.Place(s))
}

// A Divergent is a scope where answers differ, with who says what.
type Divergent struct {
	Page   *Page
	Scope  string
	Moved  string // the day of the newest move
	Href   string // of the measure in that place; empty if it is not one of ours
	Of     string // its measure's name
	Voices []Voice
	More   int // organisations that are not named
}

// Divergent are the scopes of a list.
func (p *Page) Divergent(scopes []embraye.DivergentScope, texts map[string]embraye.VoiceText) []Divergent {
	var all []Divergent
	for _, s := range scopes {
		if len(s.Said) == 0 {
			continue
		}
		scope := s.Said[0].Scope()
		d := Divergent{Page: p, Scope: p.ScopeName(scope), Moved: p.Day(s.MovedAt), Of: PlainName(p.MeasureName(s.Measure)),
			Voices: p.Voices(s.Said, texts), More: max(0, s.Organisations-len(s.Said))}
		if m, ok := p.Reference.Measure(s.Measure); ok {
			d.Href = p.Actor(m.Handle) + "/" + scope.Territory
		}
		all = append(all, d)
	}
	return all
}

// Whose is the organisation that an address names with ?de=, in its one spelling:
// ours if it is empty or our host, embraye.EveryOrganisation, or the host of a
// peer, which may be none.
func Whose(site embraye.Site, typed string) (string, error) {
	if typed == embraye.IRI(site.Base).Host() {
		return "", nil
	}
	if len(typed) > embraye.MaxHostBytes || typed != strings.ToLower(typed) || strings.ContainsFunc(typed, unicode.IsControl) {
		return "", fmt.Errorf("web: organisation %.60q: %w", typed, embraye.ErrInvalid)
	}
	return typed, nil
}
