package app

import (
	"context"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// WireVersion is the shape of the documents that this program makes.
const WireVersion = activitypub.WireVersion

// SaveNote fixes the bytes of a Note of ours and stores it.
func (a *App) SaveNote(ctx context.Context, t store.Tables, n *embraye.Note, fresh bool, mentions ...activitypub.Mention) (err error) {
	wire, err := a.Wire().PostNote(*n, mentions...)
	if err != nil {
		return err
	}
	if n.Wire, err = a.Prove(ctx, t, n.Actor, wire); err != nil {
		return err
	}
	n.WireVersion = WireVersion
	if !fresh {
		return t.Notes.Save(ctx, n)
	}
	if n.Kind == embraye.AnswerNote && !n.Private {
		object, err := answerBytes(n)
		if err != nil {
			return err
		}
		if n.Salt, err = Logged(a, t, answerLeaf(a, n), object); err != nil {
			return err
		}
	}
	return t.Notes.Insert(ctx, n)
}

// PublishNote stores and sends a Note of ours that is not a constat.
func (a *App) PublishNote(ctx context.Context, t store.Tables, n *embraye.Note, to store.Targets, mentions ...activitypub.Mention) error {
	if err := a.SaveNote(ctx, t, n, true, mentions...); err != nil {
		return err
	}
	id, err := a.NewID()
	if err != nil {
		return err
	}
	body, err := a.Wire().Create(id, n.Wire)
	if err != nil {
		return err
	}
	_, err = a.SendToMany(ctx, t, Outgoing{ID: id, Actor: n.Actor, Kind: "Create", Object: a.Site.NoteID(n.ID), Body: body, Outbox: true, To: to})
	return err
}
