package drafts

import (
	"slices"

	"embraye/internal/app"
	"embraye/internal/embraye"
)

// checkInput refuses what no draft can hold: what the law for texts and
// dates refuses of everybody, and values that no form offers. What is missing
// is no mistake yet, a half-typed address is kept, and a date may lie ahead
// until the day of publication.
func (ds *Drafts) checkInput(in Input) (Input, error) {
	in = trim(in)
	c := &draftCheck{}
	c.wrong.Problems = append(in.Scope.Problems(), in.Content.Problems("")...)
	choose(c, "subject", in.Subject, embraye.Subjects())
	choose(c, "institution_kind", in.Institution.Kind, embraye.InstitutionKinds())
	choose(c, "stage", in.Stage, embraye.Stages())
	choose(c, "confidence", in.Confidence, embraye.Confidences())
	choose(c, "license", in.Licence, embraye.Licences())
	for _, r := range in.RelatedTo {
		choose(c, "related_to", r.Rel, embraye.Relations())
	}
	if len(c.wrong.Problems) > 0 {
		return in, &c.wrong
	}
	return in, nil
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
