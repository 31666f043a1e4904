package reviews

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/activitypub"
	"embraye/internal/app"
	"embraye/internal/app/directory"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Bounds of what one organisation can make us keep.
const (
	maxOfOne   = 10 // reviews of one constat that stand
	maxEarlier = 20 // versions of one review
)

// Received is a review, or an answer to one, whose author is proved.
type Received struct {
	Post   *activitypub.Post // lives on its author's server
	Author *embraye.RemoteActor
	Wire   []byte // the document as it came
}

// subject is a constat that we keep, as reviews see it.
type subject struct {
	uri, actor embraye.IRI
	substance  int
}

// subjectOf finds the constat that an address names, ours or a peer's, while it
// stands; nil without an error for anything else.
func (rs *Reviews) subjectOf(ctx context.Context, t store.Tables, uri embraye.IRI) (*subject, error) {
	if id, ours := rs.desk.Site.LocalUpdate(uri); ours {
		u, err := t.Updates.Take(ctx, id)
		if errors.Is(err, embraye.ErrNotFound) || err == nil && u.Withdrawn() {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return &subject{uri, rs.desk.Site.ActorID(u.Actor), u.Substance}, nil
	}
	p, err := t.PeerUpdates.ByURI(ctx, uri)
	if errors.Is(err, embraye.ErrNotFound) || err == nil && p.WithdrawnAt != nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &subject{uri, p.Actor, p.Revision}, nil
}

// Keep stores a review of a constat that we keep, and tells whether it was one.
// What an organisation says of itself, what a measure says, and what would
// change somebody else's row is embraye.ErrForbidden. What is not understood is
// no review: it may be a reply all the same.
func (rs *Reviews) Keep(ctx context.Context, t store.Tables, in Received) (kept bool, err error) {
	post, author := in.Post, in.Author
	if post.Review.Verdict == "" || !post.Public() {
		return false, nil
	}
	of, err := rs.subjectOf(ctx, t, post.InReplyTo)
	if err != nil || of == nil {
		return false, err
	}
	if embraye.SameOrigin(author.URI, of.uri) || author.Measure != "" {
		return false, fmt.Errorf("reviews: %s by %s, who may not review %s: %w", post.ID, author.URI, of.uri, embraye.ErrForbidden)
	}
	content, wrong := rs.contentOf(post)
	if len(wrong) > 0 {
		rs.desk.Log.WarnContext(ctx, "a review is not understood", "review", post.ID, "actor", author.URI, "error", &embraye.InvalidError{Problems: wrong})
		return false, nil
	}
	if blocked, err := t.ActorBlocks.Exists(ctx, rs.desk.Site.ActorID(rs.desk.Organisation()), author.URI); err != nil || blocked {
		return blocked, err
	}
	old, err := t.PeerReviews.ByURIToWrite(ctx, post.ID)
	switch {
	case errors.Is(err, embraye.ErrNotFound):
		return true, keepNew(ctx, rs, t, in, of, content)
	case err != nil:
		return false, err
	case old.Actor != author.URI || old.Object != of.uri:
		return false, fmt.Errorf("reviews: %s is a review by %s of %s: %w", post.ID, old.Actor, old.Object, embraye.ErrForbidden)
	}
	return true, keepChange(ctx, rs, t, in, old, content)
}

// contentOf is what a review says, by the law of ours.
func (rs *Reviews) contentOf(post *activitypub.Post) (embraye.ReviewContent, []embraye.Problem) {
	r := post.Review
	content := embraye.ReviewContent{Verdict: embraye.Verdict(r.Verdict), Reason: r.Reason, Evidence: r.Evidence, Licence: r.Licence, Language: post.Language}
	content = content.Tidy(today(rs.desk), rs.desk.Language)
	return content, content.Problems(today(rs.desk))
}

func keepNew(ctx context.Context, rs *Reviews, t store.Tables, in Received, of *subject, content embraye.ReviewContent) error {
	others, err := t.PeerReviews.Of(ctx, of.uri)
	if err != nil {
		return err
	}
	same := 0
	for _, o := range others {
		if o.Actor == in.Author.URI {
			same++
		}
	}
	if same >= maxOfOne {
		return nil
	}
	now := rs.desk.Stamp()
	row := &embraye.PeerReview{URI: in.Post.ID, Actor: in.Author.URI, Host: in.Author.Host, Object: of.uri, Digest: embraye.DigestOf(of.uri),
		ReviewedRevision: max(1, in.Post.Review.ReviewedRevision), ReviewContent: content, Revision: max(1, in.Post.Review.Revision), URL: app.PageOf(rs.desk, in.Post),
		Delivery: in.Author.DeliveryInbox(), PublishedAt: app.NotLater(in.Post.Published, now), ReceivedAt: now, Wire: in.Wire}
	if in.Post.Updated != nil {
		at := app.NotLater(*in.Post.Updated, now)
		row.UpdatedAt = &at
	}
	if row.State, err = unread(ctx, rs, t, in.Author); err != nil {
		return err
	}
	if row.State == embraye.ReplyShown {
		t.Changed()
	}
	if _, err = t.PeerReviews.Insert(ctx, row); err != nil {
		return err
	}
	return app.ReadAnew(ctx, t, row.URI, row.ReviewedRevision)
}

// keepChange keeps a newer version. What was shown waits again, since nobody
// has read it, unless its author is trusted; what was hidden stays hidden.
func keepChange(ctx context.Context, rs *Reviews, t store.Tables, in Received, r *embraye.PeerReview, content embraye.ReviewContent) error {
	now := rs.desk.Stamp()
	said := in.Post.Published
	if in.Post.Updated != nil {
		said = *in.Post.Updated
	}
	said = app.NotLater(said, now)
	last := r.PublishedAt
	if r.UpdatedAt != nil {
		last = *r.UpdatedAt
	}
	revision := max(1, in.Post.Review.Revision)
	if r.WithdrawnAt != nil || said.Before(last) || said.Equal(last) && revision < r.Revision {
		return nil
	}
	if !embraye.SameReview(r.ReviewContent, content) {
		r.Earlier = append(r.Earlier, embraye.EarlierReview{Verdict: r.Verdict, Reason: r.Reason, Until: now})
		r.Earlier = r.Earlier[max(0, len(r.Earlier)-maxEarlier):]
		if r.Aside == embraye.ReplyShown {
			r.Aside = embraye.ReplyPending
		}
		if r.State == embraye.ReplyShown {
			state, err := unread(ctx, rs, t, in.Author)
			if err != nil {
				return err
			}
			r.State = state
		}
	}
	r.ReviewContent, r.Revision, r.URL = content, max(r.Revision, revision), app.PageOf(rs.desk, in.Post)
	r.ReviewedRevision, r.Wire = max(1, in.Post.Review.ReviewedRevision), in.Wire
	if in.Post.Updated != nil {
		r.UpdatedAt = &said
	}
	t.Changed()
	if err := t.PeerReviews.Save(ctx, r); err != nil {
		return err
	}
	return app.ReadAnew(ctx, t, r.URI, r.ReviewedRevision)
}

// unread is the state of a review that nobody of ours has read. A trusted peer is
// the one whose keys somebody agreed to.
func unread(ctx context.Context, rs *Reviews, t store.Tables, author *embraye.RemoteActor) (embraye.ReplyState, error) {
	if refusal, err := directory.Refusal(ctx, rs.directory, author.URI.Host()); err != nil || refusal.Silenced {
		return embraye.ReplyPending, err
	}
	peer, err := t.Peers.ByOrganisation(ctx, author.URI)
	if errors.Is(err, embraye.ErrNotFound) || err == nil && (!peer.TrustReviews || !peer.Agreed(author)) {
		return embraye.ReplyPending, nil
	}
	return embraye.ReplyShown, err
}

// Known reports whether we have a review, or an answer to one.
func (rs *Reviews) Known(ctx context.Context, t store.Tables, uri embraye.IRI) (bool, error) {
	_, err := t.PeerReviews.ByURI(ctx, uri)
	if errors.Is(err, embraye.ErrNotFound) {
		_, err = t.ReviewResponses.ByNote(ctx, uri)
	}
	if errors.Is(err, embraye.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Forget takes back what its author deleted, and tells whether it was a review
// or an answer. Nobody else's word counts.
func (rs *Reviews) Forget(ctx context.Context, t store.Tables, actor, uri embraye.IRI) (gone bool, err error) {
	r, err := t.PeerReviews.ByURI(ctx, uri)
	if err == nil {
		if r.Actor != actor {
			return true, nil
		}
		t.Changed()
		return true, t.PeerReviews.Withdraw(ctx, uri, rs.desk.Stamp())
	}
	if !errors.Is(err, embraye.ErrNotFound) {
		return false, err
	}
	a, err := t.ReviewResponses.ByNote(ctx, uri)
	if errors.Is(err, embraye.ErrNotFound) {
		return false, nil
	}
	if err != nil || a.Actor != actor {
		return true, err
	}
	a.Note, a.URL, a.HTML, a.Maintained, a.AnsweredAt, a.Wire = "", "", "", false, nil, nil
	t.Changed()
	return true, t.ReviewResponses.Put(ctx, a)
}

// KeepAnswer stores what the author of a constat answers to a review, once, and
// tells whether it was that. The answer may be here before the review is: then
// it counts if we follow who gives it. What a peer's account says with a key that
// nobody agreed to is no answer.
func (rs *Reviews) KeepAnswer(ctx context.Context, t store.Tables, in Received) (kept bool, err error) {
	post, review := in.Post, in.Post.Review.Answers
	if review == "" || !post.Public() {
		return false, nil
	}
	author, err := rs.answerer(ctx, t, review, in.Author.URI)
	if err != nil || author != in.Author.URI {
		return false, err
	}
	if peer, err := t.Peers.OfActor(ctx, author); err == nil && !peer.Agreed(in.Author) {
		return false, nil
	} else if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return false, err
	}
	a, err := t.ReviewResponses.Take(ctx, review, author)
	if errors.Is(err, embraye.ErrNotFound) {
		a, err = &embraye.ReviewResponse{Review: review, Actor: author}, nil
	}
	if err != nil || a.Note != "" && a.Note != post.ID {
		return false, err // answered already: whatever else it says is conversation
	}
	at := app.NotLater(post.Published, rs.desk.Stamp())
	if a.AnsweredAt != nil {
		at = *a.AnsweredAt
	}
	a.Note, a.URL, a.HTML, a.Language = post.ID, app.PageOf(rs.desk, post), app.CleanHTML(post.HTML), app.Cut(post.Language, 20)
	a.Maintained, a.AnsweredAt, a.Wire = post.Review.Maintained, &at, asWritten(in)
	t.Changed()
	return true, t.ReviewResponses.Put(ctx, a)
}

// answerer is who may answer a review: the author of its constat; of a review
// that is not known here, whoever we follow.
func (rs *Reviews) answerer(ctx context.Context, t store.Tables, review, asking embraye.IRI) (embraye.IRI, error) {
	if id, ours := rs.desk.Site.LocalReview(review); ours {
		r, err := t.Reviews.Take(ctx, id)
		if errors.Is(err, embraye.ErrNotFound) || err == nil && r.Withdrawn() {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		return r.ObjectActor, nil
	}
	r, err := t.PeerReviews.ByURI(ctx, review)
	if errors.Is(err, embraye.ErrNotFound) {
		f, err := t.Follows.ByTarget(ctx, asking)
		if errors.Is(err, embraye.ErrNotFound) || err == nil && f.State == embraye.FollowRejected {
			return "", nil
		}
		return asking, err
	}
	if err != nil {
		return "", err
	}
	of, err := rs.subjectOf(ctx, t, r.Object)
	if err != nil || of == nil {
		return "", err
	}
	return of.actor, nil
}
