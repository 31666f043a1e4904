package reviews

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// ReviseInput is a correction of a review of ours.
type ReviseInput struct {
	Kind   embraye.RevisionKind
	Change string // why, for readers
	Over   int    // the version that was corrected; 0: whichever stands
	embraye.ReviewContent
}

// Find takes a ULID or the address of a review of ours.
func (rs *Reviews) Find(ctx context.Context, idOrURL string) (*embraye.Review, error) {
	address := embraye.Address(idOrURL)
	id := strings.ToLower(address)
	if local, ok := rs.desk.Site.LocalReview(embraye.IRI(address)); ok {
		id = local
	}
	if !embraye.ValidID(id) {
		return nil, app.OneProblem("id", "not_a_review", embraye.Cut(idOrURL, embraye.MaxSummary))
	}
	r, err := rs.desk.Store.Tables().Reviews.Take(ctx, id)
	if errors.Is(err, embraye.ErrNotFound) {
		return nil, fmt.Errorf("no review %s here: %w", id, embraye.ErrNotFound)
	}
	return r, err
}

// Revise corrects a review. A typo changes what is served and is not sent; a
// correction of substance looks at the constat as it stands now, and goes out as
// an Update to everyone who has the review.
func (rs *Reviews) Revise(ctx context.Context, by embraye.Acting, id string, in ReviseInput) (*Published, error) {
	if err := by.May(embraye.Editor); err != nil {
		return nil, fmt.Errorf("reviews: correct: %w", err)
	}
	before, err := rs.Find(ctx, id)
	if err != nil {
		return nil, err
	}
	author, err := rs.actorKnown(ctx, before.ObjectActor)
	if err != nil {
		return nil, fmt.Errorf("reviews: the author of %s: %w", before.Object, err)
	}
	var out *Published
	err = rs.desk.InTx(ctx, func(t store.Tables) (err error) {
		out, err = rs.reviseIn(ctx, t, by, before.ID, in, author)
		return err
	})
	return out, err
}

// standing is a review of ours that somebody may change.
func (rs *Reviews) standing(ctx context.Context, t store.Tables, by embraye.Acting, id string) (*embraye.Review, error) {
	r, err := t.Reviews.TakeToWrite(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.Withdrawn() {
		return nil, fmt.Errorf("reviews: the review %s is withdrawn: %w", id, embraye.ErrGone)
	}
	return r, rs.mayPublish(ctx, t, by, r.Owner)
}

func (rs *Reviews) reviseIn(ctx context.Context, t store.Tables, by embraye.Acting, id string, in ReviseInput, author *embraye.RemoteActor) (*Published, error) {
	r, err := rs.standing(ctx, t, by, id)
	if err != nil {
		return nil, err
	}
	content := in.ReviewContent.Tidy(today(rs.desk), r.Language)
	problems := append(content.Problems(today(rs.desk)), embraye.CheckReviewRevision(in.Kind, r.ReviewContent, content)...)
	change := embraye.OneLine(in.Change)
	if p := embraye.TextProblem("change", change, embraye.MaxReason, true); p != nil {
		problems = append(problems, *p)
	}
	err = nil
	if len(problems) > 0 {
		err = &embraye.InvalidError{Problems: problems}
	}
	if err := embraye.CheckRevisionOver(in.Over, r.Revision, err); err != nil {
		return nil, err
	}
	r.ReviewContent, r.Revision = content, r.Revision+1
	out := &Published{Review: r}
	if in.Kind == embraye.Substance {
		now := app.LaterThan(rs.desk.Stamp(), r.PublishedAt, r.UpdatedAt)
		r.UpdatedAt = &now
		if err := lookAgain(ctx, rs, t, r); err != nil {
			return nil, err
		}
	}
	wire, err := rs.desk.Wire().Review(*r, *author, change)
	if err == nil {
		r.Wire, err = rs.desk.Prove(ctx, t, rs.desk.Organisation(), wire)
	}
	if err != nil {
		return nil, err
	}
	r.WireVersion = app.WireVersion
	if err := t.Reviews.Save(ctx, r); err != nil {
		return nil, err
	}
	if err := insertRevision(ctx, rs, t, r, in.Kind, change); err != nil {
		return nil, err
	}
	if in.Kind == embraye.Substance {
		if err := sendUpdate(ctx, rs, t, r, author, out); err != nil {
			return nil, err
		}
	}
	t.Changed()
	return out, rs.desk.Record(ctx, t, by, "review."+string(in.Kind), string(rs.desk.Site.ReviewID(r.ID)), change, true)
}

// lookAgain measures a review against the constat as it is now, if it still is:
// what the version that it is of had taken up is said again.
func lookAgain(ctx context.Context, rs *Reviews, t store.Tables, r *embraye.Review) error {
	of, err := t.PeerUpdates.ByURI(ctx, r.Object)
	if errors.Is(err, embraye.ErrNotFound) || err == nil && of.WithdrawnAt != nil {
		return nil
	}
	if err == nil {
		r.ReviewedRevision, r.ObjectTitle, r.ObjectPage = of.Revision, of.Title, of.URL
		if r.IntegratedBy != "" && !embraye.TakesUp(r.IntegratedBy, r.ReviewedRevision) {
			r.IntegratedBy = ""
		}
		err = app.ReadAnew(ctx, t, rs.desk.Site.ReviewID(r.ID), r.ReviewedRevision)
	}
	return err
}

func sendUpdate(ctx context.Context, rs *Reviews, t store.Tables, r *embraye.Review, author *embraye.RemoteActor, out *Published) error {
	id, err := rs.desk.NewID()
	if err != nil {
		return err
	}
	all, err := rs.targets(ctx, t, r, &audience{author: author, inboxes: []embraye.IRI{author.DeliveryInbox()}})
	if err != nil {
		return err
	}
	body, err := rs.desk.Wire().UpdateOf(id, rs.desk.Organisation(), r.Wire, *r.UpdatedAt)
	if err != nil {
		return err
	}
	out.ActivityID = id
	out.Inboxes, err = rs.desk.SendToMany(ctx, t, app.Outgoing{ID: id, Actor: rs.desk.Organisation(), Kind: "Update",
		Object: rs.desk.Site.ReviewID(r.ID), Body: body, To: all})
	return err
}

// Withdraw takes a review back, for good: Delete to everyone who has it, 410 on
// every face, with date and reason.
// Erased, what it said is gone for editors too.
func (rs *Reviews) Withdraw(ctx context.Context, by embraye.Acting, id, reason string, erase bool) error {
	if err := by.May(embraye.Editor); err != nil {
		return fmt.Errorf("reviews: withdraw: %w", err)
	}
	reason = embraye.OneLine(reason)
	if err := app.RequiredText("reason", reason, embraye.MaxReason); err != nil {
		return err
	}
	return rs.desk.InTx(ctx, func(t store.Tables) error {
		r, err := rs.standing(ctx, t, by, id)
		if err != nil {
			return err
		}
		now, object := rs.desk.Stamp(), rs.desk.Site.ReviewID(r.ID)
		all, err := rs.targets(ctx, t, r, nil)
		if err != nil {
			return err
		}
		if err := rs.desk.UndoBoosts(ctx, t, object); err != nil {
			return err
		}
		if err := takeBack(ctx, t, r, now, reason, erase); err != nil {
			return err
		}
		if err := rs.desk.SendDelete(ctx, t, rs.desk.Organisation(), object, r.PublishedAt, now, all); err != nil {
			return err
		}
		t.Changed()
		return rs.desk.Record(ctx, t, by, "review.withdraw", string(object), reason, true)
	})
}

// takeBack hides what a review said; erased, editors lose it too.
func takeBack(ctx context.Context, t store.Tables, r *embraye.Review, at time.Time, reason string, erase bool) error {
	r.WithdrawnAt, r.WithdrawReason, r.Erased = &at, reason, erase
	if erase {
		r.ReviewContent = embraye.ReviewContent{Verdict: r.Verdict, Licence: r.Licence, Language: r.Language}
		r.Wire = nil
	}
	if err := t.Reviews.Save(ctx, r); err != nil || !erase {
		return err
	}
	return t.ReviewRevisions.Erase(ctx, r.ID)
}
