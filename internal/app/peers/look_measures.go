package peers

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
)

// lookAtMeasures reads the measures that an organisation names. One that cannot
// be read is skipped; one of another server is a lie.
func (sc *scout) lookAtMeasures(ctx context.Context, f *found) (err error) {
	if f.listed, err = sc.measureList(ctx, f.account); err != nil {
		return err
	}
	for _, id := range f.listed {
		m, err := sc.lookAtMeasure(ctx, f.Organisation, id)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, embraye.ErrUnavailable):
			return err // our own database says nothing about a measure
		case err != nil:
			f.Skipped = append(f.Skipped, SkippedMeasure{Measure: id, Why: err})
		default:
			f.Measures = append(f.Measures, m)
		}
	}
	return ctx.Err()
}

func (sc *scout) lookAtMeasure(ctx context.Context, organisation, id embraye.IRI) (*embraye.RemoteActor, error) {
	m, _, err := sc.directory.Look(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case m.Measure == "" || m.Organisation != string(organisation):
		return nil, fmt.Errorf("is not a measure of %s: %w", organisation, embraye.ErrInvalid)
	case m.KeyPEM == "":
		return nil, fmt.Errorf("shows no key of its own: %w", embraye.ErrInvalid)
	}
	return m, nil
}

// measureList reads the organisation's unpaged collection of measures.
func (sc *scout) measureList(ctx context.Context, org *embraye.RemoteActor) ([]embraye.IRI, error) {
	_, object, err := sc.desk.Remote.FetchObject(ctx, embraye.IRI(org.Measures))
	if err != nil {
		return nil, fmt.Errorf("peers: measures of %s: %w", org.URI, err)
	}
	items, _, _, _, err := activitypub.ReadCollection(object)
	if err != nil {
		return nil, problem("has_no_list_of_measures", org.Measures)
	}
	var list []embraye.IRI
	for _, item := range items {
		m, err := embraye.ParseIRI(item.ID, sc.desk.AllowHTTP)
		if err != nil || !embraye.SameOrigin(m, org.URI) {
			return nil, problem("names_measures_of_another_server", item.ID)
		}
		if len(list) < maxPeerMeasures {
			list = append(list, m)
		}
	}
	return list, nil
}

// stated sums what the outboxes of the measures say that they hold: constats,
// and boosts; so many are asked, for who looks. One that cannot be read counts
// for nothing.
func (sc *scout) stated(ctx context.Context, measures []*embraye.RemoteActor) (n int) {
	for _, m := range measures[:min(len(measures), maxOutboxes)] {
		if total := sc.total(ctx, m.Outbox); total != nil {
			n += *total
		}
	}
	return n
}

// total is how much a collection says that it holds, if it says so.
func (sc *scout) total(ctx context.Context, collection embraye.IRI) *int {
	if collection == "" {
		return nil
	}
	_, object, err := sc.desk.Remote.FetchObject(ctx, collection)
	if err != nil {
		return nil
	}
	_, _, _, total, err := activitypub.ReadCollection(object)
	if _, said := object["totalItems"]; err != nil || !said {
		return nil
	}
	return &total
}
