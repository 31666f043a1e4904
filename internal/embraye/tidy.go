package embraye

import (
	"regexp"
	"slices"
	"strings"
)

// Tidy is a scope as it was meant: see OneLine and Unspaced.
func (s Scope) Tidy() Scope {
	s.Measure, s.Subject = OneLine(s.Measure), Subject(OneLine(string(s.Subject)))
	s.Territory, s.TerritoryName = OneLine(s.Territory), OneLine(s.TerritoryName)
	i := &s.Institution
	i.Name, i.Kind = OneLine(i.Name), InstitutionKind(OneLine(string(i.Kind)))
	i.SIREN, i.Wikidata = Unspaced(i.SIREN), strings.ToUpper(Unspaced(i.Wikidata))
	return s
}

// Tidy is a content as it was meant: texts composed and without what nobody
// sees, dates read (see ReadDate), an evidence with several addresses one
// evidence each. What cannot be read stays as it was typed. Tidying twice
// changes nothing.
func (c Content) Tidy() Content {
	c.Title, c.Summary, c.Text = OneLine(c.Title), Prose(c.Summary), Prose(c.Text)
	c.Stage, c.Confidence = Stage(OneLine(string(c.Stage))), Confidence(OneLine(string(c.Confidence)))
	c.Licence, c.Language = OneLine(c.Licence), OneLine(c.Language)
	c.EffectiveDate, c.ObservedDate = ReadDate(string(c.EffectiveDate)), ReadDate(string(c.ObservedDate))
	c.Evidence = tidyEvidence(c.Evidence)
	c.Searched, c.Lessons = each(c.Searched, OneLine), each(c.Lessons, OneLine)
	c.RelatedTo = each(c.RelatedTo, func(r Relation) Relation { return Relation{Rel: OneLine(r.Rel), Href: WithScheme(Address(r.Href))} })
	if c.Indicator != nil {
		i := *c.Indicator
		i.Name, i.Value, i.Unit, i.Goal = OneLine(i.Name), Prose(i.Value), Prose(i.Unit), Prose(i.Goal)
		i.AsOf = ReadDate(string(i.AsOf))
		c.Indicator = &i
	}
	return c
}

func tidyEvidence(list []Evidence) []Evidence {
	if list == nil {
		return nil
	}
	out := make([]Evidence, 0, len(list))
	for _, e := range list {
		e.Name, e.Publisher, e.ArchivedAt = OneLine(e.Name), OneLine(e.Publisher), Address(e.ArchivedAt)
		e.Consulted, e.PublishedOn = ReadDate(string(e.Consulted)), ReadDate(string(e.PublishedOn))
		addresses := Addresses(e.Href)
		if len(addresses) < 2 || !slices.ContainsFunc(addresses, func(s string) bool { return WebAddress(WithScheme(s)) }) { // words are no list of addresses
			e.Href = WithScheme(Address(e.Href))
			out = append(out, e)
			continue
		}
		e.Href = WithScheme(addresses[0]) // what was said is said of the first
		out = append(out, e)
		for _, href := range addresses[1:] {
			out = append(out, Evidence{Type: e.Type, Href: WithScheme(href)})
		}
	}
	return out
}

// bareDomain is a host, and a path after it, without a scheme before it.
var bareDomain = regexp.MustCompile(`^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+(\p{L}{2,}|xn--[a-z0-9-]+)(?::\d{1,5})?(?:[/?#].*)?$`)

// fileEndings are what a name of a file ends in, which no address does.
var fileEndings = strings.Fields("pdf doc docx odt rtf txt xls xlsx ods csv ppt pptx odp jpg jpeg png gif webp svg htm html zip eml md")

// WithScheme is an address as browsers understand it: https:// before a bare
// domain. The name of a file is none: communique.pdf stays as it was typed.
func WithScheme(s string) string {
	m := bareDomain.FindStringSubmatch(s)
	if m == nil || slices.Contains(fileEndings, strings.ToLower(m[1])) && strings.HasSuffix(strings.ToLower(s), "."+strings.ToLower(m[1])) {
		return s
	}
	return "https://" + s
}

// Addresses are the web addresses of a cell or field in which several may
// stand: parted by white space or bars, or by commas and semicolons where white
// space or another address follows. Words that are no address come along, for
// the check to refuse.
func Addresses(s string) []string {
	var list []string
	for word := range strings.FieldsFuncSeq(visible(s), func(r rune) bool { return blankRune(r) || r == '|' }) {
		for _, address := range splitBefore(word, ",http://", ",https://", ";http://", ";https://") {
			if address = Address(strings.Trim(Trim(address), ",;")); address != "" {
				list = append(list, address)
			}
		}
	}
	return list
}

// splitBefore cuts s before each of the marks.
func splitBefore(s string, marks ...string) []string {
	var list []string
	for {
		at := -1
		for _, mark := range marks {
			if i := strings.Index(strings.ToLower(s), mark); i > 0 && (at < 0 || i < at) {
				at = i
			}
		}
		if at < 0 {
			return append(list, s)
		}
		list, s = append(list, s[:at]), s[at+1:]
	}
}

// each is a list with f done to every entry; nil stays nil.
func each[T any](list []T, f func(T) T) []T {
	list = slices.Clone(list)
	for i := range list {
		list[i] = f(list[i])
	}
	return list
}
