package constats

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/translog"
)

// PublishInput is a constat as an editor hands it in.
type PublishInput struct {
	embraye.Scope
	embraye.Content
	SignedBy string // name shown, only if the editor chose to sign
	Owner    int64  // person who wrote it; 0: who publishes
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
func (cs *Constats) Publish(ctx context.Context, by embraye.Acting, in PublishInput) (*Published, error) {
	if err := by.May(embraye.Editor); err != nil {
		return nil, fmt.Errorf("constats: publish: %w", err)
	}
	var out *Published
	err := cs.desk.InTx(ctx, func(t store.Tables) (err error) {
		out, err = cs.PublishIn(ctx, t, by, in)
		return err
	})
	return out, err
}

// PublishIn is Publish inside a transaction of the caller's, who has checked
// the permission.
func (cs *Constats) PublishIn(ctx context.Context, t store.Tables, by embraye.Acting, in PublishInput) (*Published, error) {
	frame, err := cs.desk.FrameIn(ctx, t)
	if err != nil {
		return nil, err
	}
	scope, content, err := frame.Check(in.Scope, in.Content)
	if err != nil {
		return nil, err
	}
	if err := cs.settleFiles(ctx, t, &content); err != nil {
		return nil, err
	}
	if err := tellCopies(ctx, t, &content); err != nil {
		return nil, err
	}
	u, err := cs.newUpdate(scope, content, in.SignedBy, cmp.Or(in.Owner, by.PersonID()))
	if err != nil {
		return nil, err
	}
	if err := fixBytes(ctx, cs.desk, t, u, ""); err != nil {
		return nil, err
	}
	create, err := cs.desk.NewID()
	if err != nil {
		return nil, err
	}
	u.CreateID = create
	if err := t.Updates.Insert(ctx, u); err != nil {
		return nil, err
	}
	if err := insertRevision(ctx, cs.desk, t, u, embraye.FirstRevision, "", u.PublishedAt); err != nil {
		return nil, err
	}
	body, err := cs.desk.Wire().Create(create, u.Wire)
	if err != nil {
		return nil, err
	}
	n, err := cs.desk.SendToMany(ctx, t, app.Outgoing{ID: create, Actor: u.Actor, Kind: "Create", Object: cs.desk.Site.UpdateID(u.ID),
		Body: body, Outbox: true, To: store.Targets{FollowersOf: []string{u.Actor}}})
	if err != nil {
		return nil, err
	}
	boosted, err := cs.desk.BoostOwn(ctx, t, cs.desk.Site.UpdateID(u.ID), u.Actor, u.PublishedAt)
	if err != nil {
		return nil, err
	}
	if err := cs.desk.RefreshStates(ctx, t, u, embraye.Content{}); err != nil {
		return nil, err
	}
	if err := cs.askToLook(ctx, t, u); err != nil {
		return nil, err
	}
	if err := app.TellReaders(ctx, cs.desk, t, u, embraye.LetterPublished); err != nil {
		return nil, err
	}
	if err := cs.desk.Record(ctx, t, by, "update.publish", string(cs.desk.Site.UpdateID(u.ID)), "", true); err != nil {
		return nil, err
	}
	t.Changed()
	return &Published{Update: u, ActivityID: create, Inboxes: n + boosted}, nil
}

// newUpdate makes the row of a constat that speaks through its measure's actor.
func (cs *Constats) newUpdate(s embraye.Scope, c embraye.Content, signed string, owner int64) (*embraye.Update, error) {
	measure, _ := cs.desk.Reference().Measure(s.Measure) // Check knows it
	id, err := cs.desk.NewID()
	if err != nil {
		return nil, err
	}
	return &embraye.Update{ID: id, Scope: s, ScopeKey: s.Key(), Actor: measure.Handle, Owner: owner, Content: c, Revision: 1, Substance: 1,
		PublishedAt: cs.desk.Stamp(), SignedBy: signed}, nil
}

// fixBytes makes what is delivered, served and hashed of a constat as it is now;
// said is the reason of its last correction of substance.
func fixBytes(ctx context.Context, desk *app.App, t store.Tables, u *embraye.Update, said string) error {
	wire, err := desk.Wire().Note(*u, said)
	if err != nil {
		return err
	}
	u.Wire, err = desk.Prove(ctx, t, u.Actor, wire)
	u.WireVersion = app.WireVersion
	return err
}

// insertRevision keeps what the constat says now, the bytes served first and
// their hash, and enters them in the public log.
func insertRevision(ctx context.Context, desk *app.App, t store.Tables, u *embraye.Update, kind embraye.RevisionKind, reason string, at time.Time) error {
	return keepRevision(ctx, desk, t, u, embraye.Revision{Kind: kind, Reason: reason, CreatedAt: at}, false)
}

// keepRevision is insertRevision; before says that it was published elsewhere,
// before it came here.
func keepRevision(ctx context.Context, desk *app.App, t store.Tables, u *embraye.Update, r embraye.Revision, before bool) (err error) {
	sum := sha256.Sum256(u.Wire)
	r.UpdateID, r.Number, r.Content, r.Wire, r.SHA256 = u.ID, u.Revision, u.Content, u.Wire, hex.EncodeToString(sum[:])
	r.Salt, err = app.Logged(desk, t, translog.Leaf{Kind: translog.Revision, ID: string(desk.Site.UpdateID(u.ID)), N: r.Number, At: r.CreatedAt, Before: before}, r.Wire)
	if err != nil {
		return err
	}
	return t.Revisions.Insert(ctx, &r)
}
