package store

import (
	"context"

	"embraye/internal/embraye"
)

// signatoryPrefix begins the settings that say who signed the memorandum; the
// account of the organisation follows, ours is empty.
const signatoryPrefix = "signatory."

// Signatories tells of organisations whether they signed; ours is the empty one.
func (t Settings) Signatories(ctx context.Context, organisations ...embraye.IRI) (map[embraye.IRI]embraye.Signatory, error) {
	names := make([]string, len(organisations))
	for i, o := range organisations {
		names[i] = string(o)
	}
	values, err := t.Among(ctx, signatoryPrefix, names)
	known := map[embraye.IRI]embraye.Signatory{}
	for _, o := range organisations {
		known[o] = embraye.Signatory(values[string(o)])
	}
	return known, err
}

// SetSignatory keeps whether an organisation signed.
func (t Settings) SetSignatory(ctx context.Context, organisation embraye.IRI, s embraye.Signatory) error {
	if s == "" {
		return t.Remove(ctx, signatoryPrefix+string(organisation))
	}
	return t.Set(ctx, signatoryPrefix+string(organisation), string(s))
}
