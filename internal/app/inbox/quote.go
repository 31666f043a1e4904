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
	quoting, err := embraye.ParseIRI(m.in.Instrument.ID, i.desk.AllowHTTP)
	if err != nil || !embraye.SameOrigin(quoting, m.sender.URI) {
		return errIgnored
	}
	q, err := t.Quotes.ByQuoting(ctx, quoting, object)
	if errors.Is(err, embraye.ErrNotFound) {
		q, err = i.newQuote(ctx, t, m, object, quoting)
	}
	if err != nil {
		return err
	}
	if q.RevokedAt != nil {
		return errIgnored
	}
	id, err := i.desk.NewID()
	if err != nil {
		return err
	}
	request := activitypub.QuoteRequest{ID: string(m.id), Actor: string(m.sender.URI), Object: string(object), Instrument: string(quoting)}
	body, err := i.desk.Wire().AcceptQuote(id, author, request, i.desk.Site.QuoteID(q.ID))
	if err != nil {
		return err
	}
	return i.desk.SendToOne(ctx, t, app.Outgoing{ID: id, Actor: author, Kind: "Accept", Object: quoting, Body: body}, m.sender.Inbox)
}

func (i *Inbox) newQuote(ctx context.Context, t store.Tables, m received, object, quoting embraye.IRI) (*embraye.Quote, error) {
	id, err := i.desk.NewID()
	if err != nil {
		return nil, err
	}
	q := &embraye.Quote{ID: id, Actor: m.sender.URI, Object: object, Quoting: quoting, Delivery: m.sender.DeliveryInbox(), CreatedAt: i.desk.Stamp()}
	t.Changed()
	return q, t.Quotes.Insert(ctx, q)
}
