package configs

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"embraye/internal/embraye"
)

//go:embed demo.yaml
var demo []byte

// memoireDate is the date that the mémoire bears: what it tells was so that day.
const memoireDate embraye.Date = "2020-04-29"

// DemoConstat is one constat to look at, drawn from one paragraph of the
// mémoire.
type DemoConstat struct {
	Key        string
	Paragraph  int
	Quote      string // verbatim, from the paragraph
	Scope      embraye.Scope
	Content    embraye.Content // without evidence: see ContentAt
	Correction *DemoCorrection
	Withdrawal string // reason; empty if it stays
}

// DemoCorrection is a correction that the demonstration makes.
type DemoCorrection struct {
	Kind      embraye.RevisionKind
	Reason    string
	Paragraph int // cited besides the constat's own; 0 if none
	Quote     string
	Content   embraye.Content // without evidence: see CorrectedAt
}

// ContentAt is the content of the first version, its paragraph on the instance
// at base (https://suivi.example) as evidence.
func (d DemoConstat) ContentAt(base string) embraye.Content {
	c := d.Content
	c.Evidence = []embraye.Evidence{paragraphEvidence(base, d.Paragraph)}
	return c
}

// CorrectedAt is the content after the correction; without one, ContentAt.
func (d DemoConstat) CorrectedAt(base string) embraye.Content {
	if d.Correction == nil {
		return d.ContentAt(base)
	}
	c := d.Correction.Content
	c.Evidence = d.ContentAt(base).Evidence
	if p := d.Correction.Paragraph; p != 0 {
		c.Evidence = append(c.Evidence, paragraphEvidence(base, p))
	}
	return c
}

func paragraphEvidence(base string, paragraph int) embraye.Evidence {
	n := strconv.Itoa(paragraph)
	return embraye.Evidence{Type: "Link", Href: base + "/comprendre/memoire#p" + n, Name: "Mémoire Covid-19, paragraphe " + n, PublishedOn: memoireDate}
}

// demoFile is the file's own shape.
type demoFile struct {
	Constats []demoEntry `json:"constats"`
}

type demoEntry struct {
	Key           string          `json:"key"`
	Paragraph     int             `json:"paragraph"`
	Quote         string          `json:"quote"`
	Measure       string          `json:"measure"`
	Subject       string          `json:"subject"`
	Territory     string          `json:"territory"`
	TerritoryName string          `json:"territory_name"`
	Institution   demoInstitution `json:"institution"`
	Stage         string          `json:"stage"`
	Title         string          `json:"title"`
	Summary       string          `json:"summary"`
	Searched      []string        `json:"searched"`
	Lessons       []string        `json:"lessons"`
	Correction    *demoChange     `json:"correction"`
	Withdrawal    string          `json:"withdrawal"`
}

type demoInstitution struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
}

// demoChange names only what a correction changes.
type demoChange struct {
	Kind      string `json:"kind"`
	Reason    string `json:"reason"`
	Paragraph int    `json:"paragraph"`
	Quote     string `json:"quote"`
	Stage     string `json:"stage"`
	Title     string `json:"title"`
	Summary   string `json:"summary"`
}

// Demo reads the constats of the demonstration. All of them could be published
// as they are, and each quotes what its paragraph really says.
func Demo() ([]DemoConstat, error) {
	list, err := parseDemo(demo)
	if err != nil {
		return nil, fmt.Errorf("reading the embedded demonstration: %w", err)
	}
	return list, nil
}

func parseDemo(data []byte) ([]DemoConstat, error) {
	var file demoFile
	mistakes, err := decode(data, &file)
	if err != nil {
		return nil, err
	}
	list := make([]DemoConstat, len(file.Constats))
	for i, e := range file.Constats {
		list[i] = e.constat()
	}
	wrong, err := checkDemo(list)
	if err != nil {
		return nil, err
	}
	if mistakes = append(mistakes, wrong...); len(mistakes) > 0 {
		return nil, fmt.Errorf("the file is %w: %w", embraye.ErrInvalid, errors.Join(mistakes...))
	}
	return list, nil
}

func (e demoEntry) constat() DemoConstat {
	d := DemoConstat{Key: e.Key, Paragraph: e.Paragraph, Quote: e.Quote, Withdrawal: e.Withdrawal,
		Scope: embraye.Scope{Measure: e.Measure, Subject: embraye.Subject(e.Subject), Territory: e.Territory, TerritoryName: e.TerritoryName,
			Institution: embraye.Institution{Name: e.Institution.Name, Kind: embraye.InstitutionKind(e.Institution.Kind)}},
		Content: embraye.Content{Stage: embraye.Stage(e.Stage), Title: e.Title, Summary: e.Summary, Confidence: embraye.Testimony,
			ObservedDate: memoireDate, Searched: e.Searched, Lessons: e.Lessons, Licence: "CC-BY-4.0", Language: "fr"}}
	if c := e.Correction; c != nil {
		after := d.Content
		after.Stage = cmp.Or(embraye.Stage(c.Stage), after.Stage)
		after.Title, after.Summary = cmp.Or(c.Title, after.Title), cmp.Or(c.Summary, after.Summary)
		d.Correction = &DemoCorrection{Kind: embraye.RevisionKind(c.Kind), Reason: c.Reason, Paragraph: c.Paragraph, Quote: c.Quote, Content: after}
	}
	return d
}

// checkDemo holds the constats against the rules of publication and against
// the text that they are drawn from.
func checkDemo(list []DemoConstat) (mistakes []error, err error) {
	reference, err := DefaultReference()
	if err != nil {
		return nil, err
	}
	places, err := Territories()
	if err != nil {
		return nil, err
	}
	text, err := ReadMemoire()
	if err != nil {
		return nil, err
	}
	frame := embraye.Frame{Reference: reference, Territories: places, Today: memoireDate, Language: "fr"}
	var keys []string
	for _, d := range list {
		if d.Key == "" || slices.Contains(keys, d.Key) {
			mistakes = append(mistakes, fmt.Errorf("key %q is missing or used twice", d.Key))
		}
		keys = append(keys, d.Key)
		if err := d.check(frame, text); err != nil {
			mistakes = append(mistakes, fmt.Errorf("%s: %w", d.Key, err))
		}
	}
	return mistakes, nil
}

func (d DemoConstat) check(frame embraye.Frame, text Memoire) error {
	const base = "https://embraye.example" // any address will do
	_, before, err := frame.Check(d.Scope, d.ContentAt(base))
	errs := []error{err, checkQuote(text, d.Paragraph, d.Quote)}
	if c := d.Correction; c != nil {
		_, after, err := frame.Check(d.Scope, d.CorrectedAt(base))
		errs = append(errs, err, embraye.CheckRevision(c.Kind, c.Reason, before, after))
		if c.Paragraph != 0 {
			errs = append(errs, checkQuote(text, c.Paragraph, c.Quote))
		}
	}
	return errors.Join(errs...)
}

func checkQuote(text Memoire, paragraph int, quote string) error {
	p, ok := text.Paragraph(paragraph)
	switch {
	case !ok:
		return fmt.Errorf("the mémoire has no paragraph %d", paragraph)
	case quote == "" || !strings.Contains(p.Text, quote):
		return fmt.Errorf("paragraph %d does not say %q", paragraph, quote)
	}
	return nil
}
