package embraye

import (
	"cmp"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what an editor can write, in characters.
const (
	MaxTitle       = 120
	MaxSummary     = 500
	MaxText        = 20000
	MaxReason      = 500
	MaxName        = 200
	MaxListEntries = 50
)

// Scope is what a constat speaks of and never changes in it: one measure, one
// subject, one territory, one institution.
type Scope struct {
	Measure       string // id of the reference text: m2
	Subject       Subject
	Territory     string      // canonical code
	TerritoryName string      // typed name, for communes only
	Institution   Institution `gorm:"embedded;embeddedPrefix:institution_"`
}

// Institution is whom a constat speaks of; present when the subject is one.
type Institution struct {
	Name     string
	Kind     InstitutionKind
	SIREN    string `gorm:"column:siren"`
	Wikidata string
}

// Key tells whether two constats speak of the same scope: subject, territory
// and institution, the institution being the same if its SIREN is, else its
// Wikidata item, else its folded name.
func (s Scope) Key() string {
	inst := ""
	switch {
	case s.Subject != BySubjectInstitution && s.Institution.Name == "":
	case s.Institution.SIREN != "":
		inst = "siren:" + Unspaced(s.Institution.SIREN)
	case s.Institution.Wikidata != "":
		inst = "wikidata:" + strings.ToUpper(Unspaced(s.Institution.Wikidata))
	default:
		inst = "name:" + cmp.Or(Fold(s.Institution.Name), OneLine(s.Institution.Name)) // a name of signs alone is itself
	}
	return string(s.Subject) + "|" + s.Territory + "|" + inst
}

// Content is what one revision of a constat says.
type Content struct {
	Stage         Stage
	Title         string // plain, at most MaxTitle characters
	Summary       string // plain, at most MaxSummary
	Text          string // Markdown; may be empty
	Confidence    Confidence
	EffectiveDate Date       // when it happened
	ObservedDate  Date       // when it was seen
	Evidence      []Evidence `gorm:"serializer:json"`
	Searched      []string   `gorm:"serializer:json"` // where we looked, for no_sign
	Indicator     *Indicator `gorm:"serializer:json"`
	Lessons       []string   `gorm:"serializer:json"` // e1, e2…
	RelatedTo     []Relation `gorm:"serializer:json"`
	Licence       string     // SPDX id
	Language      string     // BCP 47, one per constat
}

// Evidence is one link or file that shows what the constat says.
type Evidence struct {
	Type        string `json:"type"` // Link or Document
	Href        string `json:"href"`
	Name        string `json:"name"`
	Publisher   string `json:"publisher,omitempty"`
	PublishedOn Date   `json:"publishedOn,omitempty"`
	Consulted   Date   `json:"consulted"`
	MediaType   string `json:"mediaType,omitempty"`
	ArchivedAt  string `json:"archivedAt,omitempty"`
	SHA256      string `json:"sha256,omitempty"`
	// Attached is set for a picture of ours that the editor wants to be seen in
	// other servers' timelines, beside the text.
	Attached bool `json:"attached,omitempty"`
}

// MaxAttached is how many pictures a Note carries; Mastodon shows four.
const MaxAttached = 4

// Indicator is an optional figure; its source is among the evidence.
type Indicator struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Unit  string `json:"unit,omitempty"`
	Goal  string `json:"goal,omitempty"`
	AsOf  Date   `json:"asOf"`
}

// Relation links a constat to another: replaces, follows or same_fact.
type Relation struct {
	Rel  string `json:"rel"`
	Href string `json:"href"`
}

// Licences lists the licences that an editor can choose.
func Licences() []string {
	return []string{"CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "etalab-2.0"}
}

// Relations lists the kinds of links between constats.
func Relations() []string { return []string{"replaces", "follows", SameFact} }

// SameFact is the relation of constats that speak of one fact.
const SameFact = "same_fact"

// SameFacts are the addresses of constats that a constat says speak of its fact.
func (c *Content) SameFacts() (hrefs []string) {
	for _, r := range c.RelatedTo {
		if r.Rel == SameFact {
			hrefs = append(hrefs, r.Href)
		}
	}
	return hrefs
}

// WithDefaults tidies and fills what CONTRACT leaves to default: confidence
// secondary, observed today, licence CC-BY-4.0, the language, an evidence's
// name its address, consulted today.
func (c Content) WithDefaults(today Date, language string) Content {
	c = c.Tidy()
	c.Confidence, c.ObservedDate = cmp.Or(c.Confidence, Secondary), cmp.Or(c.ObservedDate, today)
	c.Licence, c.Language = cmp.Or(c.Licence, "CC-BY-4.0"), cmp.Or(c.Language, language)
	for i := range c.Evidence {
		e := &c.Evidence[i]
		e.Type, e.Name, e.Consulted = cmp.Or(e.Type, "Link"), cmp.Or(e.Name, e.Href), cmp.Or(e.Consulted, today)
	}
	return c
}

// WebAddress reports whether s is an absolute http or https address that a
// reader can be sent to.
func WebAddress(s string) bool {
	if len(s) > MaxAddress || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || turns(r)
	}) {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil
}
