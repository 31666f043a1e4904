package app

import (
	"context"
	"errors"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// receiveQuoteRequest gives the permission to quote a public Note of ours
// (FEP-044f, INTEROP 0.13): without an answer nobody on Mastodon can quote us.
func (a *App) receiveQuoteRequest(ctx context.Context, t store.Tables, m received) error {
	object := embraye.IRI(m.in.Object.ID)
	author, err := a.authorOf(ctx, t, object)
	if err != nil {
		return err
	}
	if author == "" {
		return errIgnored
	}
	if blocked, err := t.ActorBlocks.Exists(ctx, a.Site.ActorID(author), m.sender.URI); err != nil {
		return err
	} else if blocked {
		return errIgnored
	}
	if private, err := a.private(ctx, t, object); err != nil {
		return err
	} else if private {
		return errIgnored
	}
	quoting, err := embraye.ParseIRI(m.in.Instrument.ID, a.AllowHTTP)
	if err != nil || !embraye.SameOrigin(quoting, m.sender.URI) {
		return errIgnored
	}
	q, err := t.Quotes.ByQuoting(ctx, quoting, object)
	if errors.Is(err, embraye.ErrNotFound) {
		q, err = a.newQuote(ctx, t, m, object, quoting)
	}
	if err != nil {
		return err
	}
	if q.RevokedAt != nil {
		return errIgnored
	}
	id, err := a.newID()
	if err != nil {
		return err
	}
	request := activitypub.QuoteRequest{ID: string(m.id), Actor: string(m.sender.URI), Object: string(object), Instrument: string(quoting)}
	body, err := a.Wire().AcceptQuote(id, author, request, a.Site.QuoteID(q.ID))
	if err != nil {
		return err
	}
	return a.sendToOne(ctx, t, outgoing{id: id, actor: author, kind: "Accept", object: quoting, body: body}, m.sender.Inbox)
}

func (a *App) newQuote(ctx context.Context, t store.Tables, m received, object, quoting embraye.IRI) (*embraye.Quote, error) {
	id, err := a.newID()
	if err != nil {
		return nil, err
	}
	q := &embraye.Quote{ID: id, Actor: m.sender.URI, Object: object, Quoting: quoting, Delivery: m.sender.DeliveryInbox(), CreatedAt: a.now()}
	t.Changed()
	return q, t.Quotes.Insert(ctx, q)
}

// private tells whether an object is an answer of ours for one reader.
func (a *App) private(ctx context.Context, t store.Tables, object embraye.IRI) (bool, error) {
	id, ok := a.Site.LocalNote(object)
	if !ok {
		return false, nil
	}
	n, err := t.Notes.Take(ctx, id)
	if err != nil {
		return false, err
	}
	return n.Private, nil
}
