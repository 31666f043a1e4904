package inbox

import (
	"context"
	"errors"

	"embraye/internal/activitypub"
	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// receiveQuoteRequest gives the permission to quote a public Note of ours
// (FEP-044f, INTEROP 0.13): without an answer nobody on Mastodon can quote us.
func (i *Inbox) receiveQuoteRequest(ctx context.Context, t store.Tables, m received) error {
	object := embraye.IRI(m.in.Object.ID)
	author, err := i.desk.Ours.AuthorOf(ctx, t, object)
	if err != nil {
		return err
	}
	if author == "" {
		return errIgnored
	}
	if blocked, err := t.ActorBlocks.Exists(ctx, i.desk.Site.ActorID(author), m.sender.URI); err != nil {
		return err
	} else if blocked {
		return errIgnored
	}
	if private, err := i.desk.Ours.Private(ctx, t, object); err != nil {
		return err
	} else if private {
		return errIgnored
	}
	q, err := i.permit(ctx, t, m, object)
	if err != nil {
		return err
	}
	id, err := i.desk.NewID()
	if err != nil {
		return err
	}
	request := activitypub.QuoteRequest{ID: string(m.id), Actor: string(m.sender.URI), Object: string(object), Instrument: string(q.Quoting)}
	body, err := i.desk.Wire().AcceptQuote(id, author, request, i.desk.Site.QuoteID(q.ID))
	if err != nil {
		return err
	}
	return i.desk.SendToOne(ctx, t, app.Outgoing{ID: id, Actor: author, Kind: "Accept", Object: q.Quoting, Body: body}, m.sender.Inbox)
}

// permit gives the sender's own document the permission that it asks for, or
// finds the one that it has; one that was taken back is not given again, nor is any
// to what was deleted.
func (i *Inbox) permit(ctx context.Context, t store.Tables, m received, object embraye.IRI) (*embraye.Quote, error) {
	asking, err := embraye.ParseIRI(m.in.Instrument.ID, i.desk.AllowHTTP)
	if err != nil || !embraye.SameOrigin(asking, m.sender.URI) {
		return nil, errIgnored
	}
	if dead, err := t.Tombstones.Exists(ctx, embraye.Grave(m.sender.URI, asking)); err != nil {
		return nil, err
	} else if dead {
		return nil, errIgnored
	}
	q, err := t.Quotes.ByQuoting(ctx, asking, object)
	if err == nil && q.RevokedAt != nil {
		err = errIgnored
	}
	if !errors.Is(err, embraye.ErrNotFound) {
		return q, err
	}
	id, err := i.desk.NewID()
	if err != nil {
		return nil, err
	}
	q = &embraye.Quote{ID: id, Actor: m.sender.URI, Object: object, Quoting: asking, Delivery: m.sender.DeliveryInbox(), CreatedAt: i.desk.Stamp()}
	t.Changed()
	return q, t.Quotes.Insert(ctx, q)
}
