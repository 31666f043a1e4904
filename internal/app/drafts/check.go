package drafts

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// maxDraftBytes bounds what one draft holds: far more than any constat may say.
const maxDraftBytes = 512 << 10

// checkInput refuses what no draft can hold: values that no form offers, and
// what a database cannot keep. All else is kept as it was typed, also what
// publication will refuse: one mistake must not keep the rest from being saved.
// A refusal lists everything that is wrong, see Wrong.
func (ds *Drafts) checkInput(in Input) (Input, error) {
	in = trim(in)
	c := &draftCheck{}
	choose(c, "subject", in.Subject, embraye.Subjects())
	choose(c, "institution_kind", in.Institution.Kind, embraye.InstitutionKinds())
	choose(c, "stage", in.Stage, embraye.Stages())
	choose(c, "confidence", in.Confidence, embraye.Confidences())
	choose(c, "license", in.Licence, embraye.Licences())
	for _, r := range in.RelatedTo {
		choose(c, "related_to", r.Rel, embraye.Relations())
	}
	law := lawOf(in.Scope, in.Content)
	if len(c.wrong.Problems) > 0 || size(in) > maxDraftBytes || slices.ContainsFunc(law, unkept) {
		c.wrong.Problems = append(law, c.wrong.Problems...)
		return in, &c.wrong
	}
	return in, nil
}

// lawOf is what the law for texts, lists and the form of dates refuses. What is
// missing is no mistake yet, a half-typed address is none, and a date may lie
// ahead until the day of publication.
func lawOf(s embraye.Scope, c embraye.Content) []embraye.Problem {
	return append(s.Problems(), c.Problems("")...)
}

// Refused lists what is wrong in a draft however it goes on.
func (ds *Drafts) Refused(d *embraye.Draft) []embraye.Problem { return lawOf(d.Scope, d.Content) }

// unkept is a text that no database takes: no UTF-8, or a NUL in it.
func unkept(p embraye.Problem) bool { return p.Code == "not_text" && p.Value == "" }

// size is about how many bytes a draft needs.
func size(in Input) int {
	text, err := json.Marshal(in)
	if err != nil {
		return maxDraftBytes + 1 // what cannot be written cannot be kept
	}
	return len(text)
}

// Check lists what publication would refuse now.
func (ds *Drafts) Check(ctx context.Context, d *embraye.Draft) ([]embraye.Problem, error) {
	return ds.check(ctx, ds.desk.Store.Tables(), d)
}

func (ds *Drafts) check(ctx context.Context, t store.Tables, d *embraye.Draft) ([]embraye.Problem, error) {
	if d.OfReview() {
		return ds.reviews.Check(ctx, t, reviewOf(d))
	}
	frame, err := ds.desk.FrameIn(ctx, t)
	return refused(frame, d), err
}

// Wrong is what is refused in any constat, without what is only missing yet:
// what is said beside the fields while somebody writes.
func (ds *Drafts) Wrong(d *embraye.Draft) []embraye.Problem {
	return slices.DeleteFunc(refused(ds.desk.Frame(), d), func(p embraye.Problem) bool {
		return strings.HasPrefix(p.Code, "required") || p.Code == "bad_url" && p.Value == ""
	})
}

func refused(frame embraye.Frame, d *embraye.Draft) []embraye.Problem {
	_, _, err := frame.Check(d.Scope, d.Content)
	var invalid *embraye.InvalidError
	if errors.As(err, &invalid) {
		return invalid.Problems
	}
	return nil
}

type draftCheck struct{ wrong embraye.InvalidError }

// choose wants a value of a closed list, or none yet.
func choose[T ~string](c *draftCheck, field string, value T, list []T) {
	if value == "" || slices.Contains(list, value) {
		return
	}
	allowed := make([]string, len(list))
	for i, v := range list {
		allowed[i] = string(v)
	}
	c.wrong.Problems = append(c.wrong.Problems, embraye.Problem{Field: field, Code: "unknown", Value: app.Cut(string(value), 40), Allowed: allowed})
}
