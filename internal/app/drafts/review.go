package drafts

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"embraye/internal/app/reviews"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// ReviewInput is a review as somebody has typed it so far; any part of it may be
// missing but what it is about.
type ReviewInput struct {
	Of       string // a peer's constat
	Revision int    // the one that was read
	embraye.ReviewContent
}

// checkReview refuses what no draft can hold, as checkInput does for constats.
func checkReview(in ReviewInput) (embraye.ReviewContent, error) {
	said := in.ReviewContent
	said.Verdict, said.Reason = embraye.Verdict(embraye.OneLine(string(said.Verdict))), embraye.Prose(said.Reason)
	kept := Input{Content: embraye.Content{Summary: said.Reason, Evidence: said.Evidence, Licence: said.Licence, Language: said.Language}.Tidy()}
	said.Evidence, said.Licence, said.Language = kept.Evidence, kept.Licence, kept.Language
	c := &draftCheck{}
	choose(c, "verdict", said.Verdict, embraye.Verdicts())
	choose(c, "license", said.Licence, embraye.Licences())
	law := slices.DeleteFunc(said.Problems(""), func(p embraye.Problem) bool { return p.Code == "required" || p.Code == "unknown" })
	if len(c.wrong.Problems) > 0 || size(kept) > maxDraftBytes || slices.ContainsFunc(law, unkept) {
		c.wrong.Problems = append(law, c.wrong.Problems...)
		return said, &c.wrong
	}
	return said, nil
}

// put writes a review into its draft.
func put(d *embraye.Draft, said embraye.ReviewContent, revision int) {
	d.Review.Verdict, d.Review.Reason, d.Review.Revision = said.Verdict, said.Reason, revision
	d.Evidence, d.Licence, d.Language, d.Failure = said.Evidence, said.Licence, said.Language, ""
}

// reviewOf is what a draft would publish.
func reviewOf(d *embraye.Draft) reviews.Input {
	return reviews.Input{Of: string(d.Review.Of), Revision: d.Review.Revision, ReviewContent: d.ReviewContent(), Owner: d.Owner}
}

// OpenReview is the draft of a review that the person has begun about a constat;
// nil if there is none.
func (ds *Drafts) OpenReview(ctx context.Context, by embraye.Acting, of embraye.IRI) (*embraye.Draft, error) {
	if mayWrite(by) != nil {
		return nil, nil
	}
	d, err := ds.desk.Store.Tables().Drafts.OfReview(ctx, by.PersonID(), of)
	if errors.Is(err, embraye.ErrNotFound) {
		return nil, nil
	}
	return d, err
}

// BeginReview keeps a review that somebody has begun: about one constat a person
// has one draft, so a form that is sent twice makes one.
func (ds *Drafts) BeginReview(ctx context.Context, by embraye.Acting, in ReviewInput) (*embraye.Draft, error) {
	if err := mayWrite(by); err != nil {
		return nil, fmt.Errorf("drafts: new review: %w", err)
	}
	of, err := ds.reviews.Reviewable(ctx, in.Of)
	if err != nil {
		return nil, err
	}
	said, err := checkReview(in)
	if err != nil {
		return nil, err
	}
	now := ds.desk.Stamp()
	begun := embraye.Draft{Owner: by.PersonID(), State: embraye.DraftWriting, Scope: of.Scope, Content: embraye.Content{Title: of.Title},
		Review: embraye.ReviewDraft{Of: of.URI}, Version: 1, CreatedAt: now, UpdatedAt: now}
	put(&begun, said, in.Revision)
	var d *embraye.Draft
	err = ds.desk.Store.InTx(ctx, func(t store.Tables) error {
		d = new(embraye.Draft)
		*d = begun
		// Written before it is looked for: of two forms the second waits for the first.
		if err := t.Settings.Set(ctx, settingBegun, now.Format("2006-01-02T15:04:05Z07:00")); err != nil {
			return err
		}
		if old, err := t.Drafts.OfReview(ctx, by.PersonID(), of.URI); err == nil {
			put(old, said, in.Revision)
			old.Version, old.UpdatedAt = old.Version+1, now
			d = old
			return t.Drafts.Save(ctx, old)
		} else if !errors.Is(err, embraye.ErrNotFound) {
			return err
		}
		if err := roomForDrafts(ctx, t, by.PersonID(), 1, "draft"); err != nil {
			return err
		}
		return t.Drafts.Insert(ctx, d)
	})
	return d, err
}

// SaveReview is Save for the draft of a review.
func (ds *Drafts) SaveReview(ctx context.Context, by embraye.Acting, id int64, version int, in ReviewInput) (*embraye.Draft, error) {
	said, err := checkReview(in)
	if err != nil {
		return nil, err
	}
	d, err := ds.change(ctx, by, id, version, func(t store.Tables, d *embraye.Draft) error {
		if !d.OfReview() {
			return fmt.Errorf("drafts: draft %d is no review: %w", id, embraye.ErrNotFound)
		}
		put(d, said, in.Revision)
		return waitAgain(ctx, ds, t, by, d)
	})
	return unlessSame(d, err, func(d *embraye.Draft) { put(d, said, in.Revision) })
}

// PublishReview is Publish for the draft of a review.
func (ds *Drafts) PublishReview(ctx context.Context, by embraye.Acting, id int64, version int) (*reviews.Published, error) {
	if err := mayWrite(by); err != nil {
		return nil, fmt.Errorf("drafts: publish the draft %d: %w", id, err)
	}
	d, err := takeKind(ctx, ds.desk.Store.Tables(), by, id, embraye.DraftReview)
	if err != nil {
		return nil, err
	}
	ready, err := prepare(ctx, ds, d)
	if err != nil {
		return nil, err
	}
	var out outcome
	err = ds.desk.InTx(ctx, func(t store.Tables) error {
		d, err := takeKind(ctx, t, by, id, embraye.DraftReview)
		if err != nil {
			return err
		}
		out, err = publishIn(ctx, ds, t, by, d, version, ready)
		return err
	})
	return out.review, err
}

// prepare finds out whom to tell of a review, before its transaction; of a
// constat, and of what went out already, there is nothing to find.
func prepare(ctx context.Context, ds *Drafts, d *embraye.Draft) (*reviews.Prepared, error) {
	if !d.OfReview() || d.State == embraye.DraftPublished {
		return nil, nil
	}
	return ds.reviews.Prepare(ctx, reviewOf(d))
}
