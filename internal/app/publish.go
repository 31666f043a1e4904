package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// PublishInput is a constat as an editor hands it in.
type PublishInput struct {
	embraye.Scope
	embraye.Content
	SignedBy string // name shown, only if the editor chose to sign
}

// Published is a constat that just went out.
type Published struct {
	Update     *embraye.Update
	ActivityID string // ULID of the Create or Update
	Inboxes    int    // how many servers get it
}

// Publish checks a constat, fixes its bytes and its revision 1, queues its
// Create for the measure's followers and the organisation's boost for its own.
// An *embraye.InvalidError lists all that is wrong; then nothing is stored.
func (a *App) Publish(ctx context.Context, by embraye.Acting, in PublishInput) (*Published, error) {
	if err := by.May(embraye.Editor); err != nil {
		return nil, fmt.Errorf("app: publish: %w", err)
	}
	var out *Published
	err := a.inTx(ctx, func(t store.Tables) (err error) {
		out, err = a.PublishIn(ctx, t, by, in)
		return err
	})
	return out, err
}

// PublishIn is Publish inside a transaction of the caller's, who has checked
// the permission.
func (a *App) PublishIn(ctx context.Context, t store.Tables, by embraye.Acting, in PublishInput) (*Published, error) {
	scope, content, err := a.Frame().Check(in.Scope, in.Content)
	if err != nil {
		return nil, err
	}
	if err := a.settleFiles(ctx, t, &content); err != nil {
		return nil, err
	}
	u, err := a.newUpdate(ctx, t, scope, content, in.SignedBy)
	if err != nil {
		return nil, err
	}
	if u.Wire, err = a.Wire().Note(*u, ""); err != nil {
		return nil, err
	}
	create, err := a.newID()
	if err != nil {
		return nil, err
	}
	u.CreateID = create
	if err := t.Updates.Insert(ctx, u); err != nil {
		return nil, err
	}
	if err := insertRevision(ctx, t, u, embraye.FirstRevision, "", u.PublishedAt); err != nil {
		return nil, err
	}
	body, err := a.Wire().Create(create, u.Wire)
	if err != nil {
		return nil, err
	}
	n, err := a.sendToMany(ctx, t, outgoing{id: create, actor: u.Actor, kind: "Create", object: a.Site.UpdateID(u.ID),
		body: body, outbox: true, to: store.Targets{FollowersOf: []string{u.Actor}}})
	if err != nil {
		return nil, err
	}
	boosted, err := a.boostOwn(ctx, t, a.Site.UpdateID(u.ID), u.Actor, u.PublishedAt)
	if err != nil {
		return nil, err
	}
	if err := a.refreshPinned(ctx, t, scope.Measure); err != nil {
		return nil, err
	}
	if err := a.record(ctx, t, by, "update.publish", string(a.Site.UpdateID(u.ID)), "", true); err != nil {
		return nil, err
	}
	t.Changed()
	return &Published{Update: u, ActivityID: create, Inboxes: n + boosted}, nil
}

// newUpdate makes the row of a constat that speaks through its measure's actor.
func (a *App) newUpdate(ctx context.Context, t store.Tables, s embraye.Scope, c embraye.Content, signed string) (*embraye.Update, error) {
	measure, _ := a.reference.Measure(s.Measure) // Check knows it
	actor, err := t.Actors.Take(ctx, measure.Handle)
	if err != nil {
		return nil, err
	}
	if !actor.Enabled {
		return nil, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "measure", Code: "switched_off", Value: s.Measure}}}
	}
	id, err := a.newID()
	if err != nil {
		return nil, err
	}
	return &embraye.Update{ID: id, Scope: s, ScopeKey: s.Key(), Actor: actor.Handle, Content: c, Revision: 1, Substance: 1,
		PublishedAt: a.now(), SignedBy: signed, WireVersion: wireVersion}, nil
}

// insertRevision keeps what the constat says now, the bytes served first and
// their hash.
func insertRevision(ctx context.Context, t store.Tables, u *embraye.Update, kind embraye.RevisionKind, reason string, at time.Time) error {
	sum := sha256.Sum256(u.Wire)
	return t.Revisions.Insert(ctx, &embraye.Revision{UpdateID: u.ID, Number: u.Revision, Kind: kind, Reason: reason,
		Content: u.Content, Wire: u.Wire, SHA256: hex.EncodeToString(sum[:]), CreatedAt: at})
}

// boostOwn makes the organisation boost what one of its measures just said, in
// the same transaction (INTEROP 0.3).
func (a *App) boostOwn(ctx context.Context, t store.Tables, object embraye.IRI, author string, at time.Time) (int, error) {
	id, err := a.newID()
	if err != nil {
		return 0, err
	}
	body, err := a.Wire().Announce(id, a.Organisation(), object, a.Site.ActorID(author), at)
	if err != nil {
		return 0, err
	}
	return a.sendToMany(ctx, t, outgoing{id: id, actor: a.Organisation(), kind: "Announce", object: object, body: body,
		outbox: true, to: store.Targets{FollowersOf: []string{a.Organisation()}}})
}

// record writes the audit log; public entries also stand in the journal,
// without the person.
func (a *App) record(ctx context.Context, t store.Tables, by embraye.Acting, action, object, reason string, public bool) error {
	return t.Audit.Add(ctx, &embraye.AuditEntry{At: a.now(), Person: by.PersonID(), Who: by.Name(),
		Action: action, Object: object, Reason: reason, Public: public})
}

// recordDetail is record with what only the office may see, the address of a
// stranger say.
func (a *App) recordDetail(ctx context.Context, t store.Tables, by embraye.Acting, action, object, reason, detail string, public bool) error {
	return t.Audit.Add(ctx, &embraye.AuditEntry{At: a.now(), Person: by.PersonID(), Who: by.Name(),
		Action: action, Object: object, Reason: reason, Detail: detail, Public: public})
}
