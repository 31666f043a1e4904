package store

import (
	"context"
	"time"

	"embraye/internal/embraye"
)

// PeerReviews are reviews by other organisations, as received.
type PeerReviews struct{ table }

// Insert adds a review and tells whether its address is new.
func (t PeerReviews) Insert(ctx context.Context, r *embraye.PeerReview) (added bool, err error) {
	notNull(&r.Wire)
	added, err = insertNew(ctx, t.table, r)
	return added, wrap(err, "keeping the review %s", r.URI)
}

// Save writes every column.
func (t PeerReviews) Save(ctx context.Context, r *embraye.PeerReview) error {
	notNull(&r.Wire)
	return wrap(save(ctx, t.table, r), "saving the review %s", r.URI)
}

// ByURI returns the review of that address, withdrawn or not.
func (t PeerReviews) ByURI(ctx context.Context, uri embraye.IRI) (*embraye.PeerReview, error) {
	r, err := take[embraye.PeerReview](ctx, t.table, "uri = ?", uri)
	return r, wrap(err, "taking the review %s", uri)
}

// ByURIToWrite is ByURI before a Save: whoever else decides about it waits.
func (t PeerReviews) ByURIToWrite(ctx context.Context, uri embraye.IRI) (*embraye.PeerReview, error) {
	r, err := takeToWrite[embraye.PeerReview](ctx, t.table, "uri = ?", uri)
	return r, wrap(err, "taking the review %s", uri)
}

// ByNumber returns the review of that number.
func (t PeerReviews) ByNumber(ctx context.Context, id int64) (*embraye.PeerReview, error) {
	r, err := take[embraye.PeerReview](ctx, t.table, "id = ?", id)
	return r, wrap(err, "taking the review %d", id)
}

// Of lists the reviews of a constat that stand, whatever was decided about
// them, the newest first.
func (t PeerReviews) Of(ctx context.Context, object embraye.IRI) ([]embraye.PeerReview, error) {
	all, err := list[embraye.PeerReview](ctx, t.table, "id DESC", 0, "object = ? AND withdrawn_at IS NULL", object)
	return all, wrap(err, "listing the reviews of %s", object)
}

// CountPending counts what waits for a decision.
func (t PeerReviews) CountPending(ctx context.Context) (int, error) {
	n, err := count[embraye.PeerReview](ctx, t.table, "state = 'pending' AND withdrawn_at IS NULL")
	return n, wrap(err, "counting the reviews that wait")
}

// Page lists what stands, in a state or in any, newest first, those before a
// number.
func (t PeerReviews) Page(ctx context.Context, state embraye.ReplyState, before int64, limit int) ([]embraye.PeerReview, error) {
	var c choice
	c.and("withdrawn_at IS NULL")
	if state != "" {
		c.and("state = ?", state)
	}
	if before > 0 {
		c.and("id < ?", before)
	}
	where, args := c.String(), c.args
	all, err := list[embraye.PeerReview](ctx, t.table, "id DESC", limit, where, args...)
	return all, wrap(err, "listing the reviews of others")
}

// Decide changes the state unless the review has changed since it was read.
func (t PeerReviews) Decide(ctx context.Context, r *embraye.PeerReview, to embraye.ReplyState, reason string) (changed bool, err error) {
	n, err := t.exec(ctx, `UPDATE peer_reviews SET state = ?, hidden_reason = ?, aside = '' WHERE id = ? AND state = ? AND verdict = ? AND reason = ?`,
		to, reason, r.ID, r.State, r.Verdict, r.Reason)
	return n > 0, wrap(err, "deciding about the review %s", r.URI)
}

// Withdraw dates the end of a review; what it said goes.
func (t PeerReviews) Withdraw(ctx context.Context, uri embraye.IRI, at time.Time) error {
	_, err := t.exec(ctx, `UPDATE peer_reviews SET withdrawn_at = ?, reason = '', evidence = NULL, earlier = NULL, wire = ? WHERE uri = ? AND withdrawn_at IS NULL`, at.UTC(), []byte{}, uri)
	return wrap(err, "withdrawing the review %s", uri)
}

// HideOf hides every review of one account, for good.
func (t PeerReviews) HideOf(ctx context.Context, actor embraye.IRI, reason string) error {
	_, err := t.exec(ctx, "UPDATE peer_reviews SET state = 'hidden', aside = '', hidden_reason = CASE WHEN state = 'hidden' THEN hidden_reason ELSE ? END WHERE actor = ? AND (state <> 'hidden' OR aside <> '')", reason, actor)
	return wrap(err, "hiding the reviews of %s", actor)
}

// ReviewResponses are what authors of constats made of reviews.
type ReviewResponses struct{ table }

// Take returns what an author made of a review.
func (t ReviewResponses) Take(ctx context.Context, review, actor embraye.IRI) (*embraye.ReviewResponse, error) {
	r, err := take[embraye.ReviewResponse](ctx, t.table, "review = ? AND actor = ?", review, actor)
	return r, wrap(err, "taking the response to %s", review)
}

// ByNote returns the response that an answer is.
func (t ReviewResponses) ByNote(ctx context.Context, note embraye.IRI) (*embraye.ReviewResponse, error) {
	r, err := take[embraye.ReviewResponse](ctx, t.table, "note = ? AND note <> ''", note)
	return r, wrap(err, "taking the answer %s", note)
}

// Put writes a response under its review and author.
func (t ReviewResponses) Put(ctx context.Context, r *embraye.ReviewResponse) error {
	notNull(&r.Wire)
	n, err := t.exec(ctx, `UPDATE review_responses SET note = ?, url = ?, html = ?, language = ?, maintained = ?, answered_at = ?,
		integrated_by = ?, integrated_at = ?, wire = ? WHERE review = ? AND actor = ?`, r.Note, r.URL, r.HTML, r.Language, r.Maintained,
		utc(r.AnsweredAt), r.IntegratedBy, utc(r.IntegratedAt), r.Wire, r.Review, r.Actor)
	if err == nil && n == 0 {
		err = insert(ctx, t.table, r)
	}
	return wrap(err, "keeping the response to %s", r.Review)
}

func utc(at *time.Time) any {
	if at == nil {
		return nil
	}
	return at.UTC()
}

// To returns what was made of several reviews, by review and by who says so.
func (t ReviewResponses) To(ctx context.Context, reviews []embraye.IRI) (map[[2]embraye.IRI]*embraye.ReviewResponse, error) {
	all, err := list[embraye.ReviewResponse](ctx, t.table, "review, actor", 0, t.inJSON("review"), asJSON(reviews))
	found := make(map[[2]embraye.IRI]*embraye.ReviewResponse, len(all))
	for i := range all {
		found[[2]embraye.IRI{all[i].Review, all[i].Actor}] = &all[i]
	}
	return found, wrap(err, "listing the responses to %d reviews", len(reviews))
}
