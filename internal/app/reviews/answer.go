package reviews

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"embraye/internal/activitypub"
	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// maxAnswer bounds an answer, in characters of Markdown.
const maxAnswer = 5000

// Answer answers a review of a constat of ours, in the name of its measure,
// once: the same text is the same answer, another one is refused. maintained
// says that the constat stands as it is. What waited for a decision is shown:
// nobody can read an answer to what is not there.
func (rs *Reviews) Answer(ctx context.Context, by embraye.Acting, review, text string, maintained bool) (*embraye.Note, error) {
	if err := by.May(embraye.Reviewer); err != nil {
		return nil, fmt.Errorf("reviews: answer: %w", err)
	}
	text = embraye.Prose(text)
	uri := embraye.IRI(embraye.Address(review))
	received, err := rs.desk.Store.Tables().PeerReviews.ByURI(ctx, uri)
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return nil, err
	}
	wrong := app.RequiredText("answer", text, maxAnswer)
	if err != nil || received.WithdrawnAt != nil {
		wrong = app.WithProblem(wrong, &embraye.Problem{Field: "review", Code: "not_a_review", Value: embraye.Cut(string(uri), embraye.MaxSummary)})
	}
	if wrong != nil {
		return nil, wrong
	}
	author, err := rs.actorKnown(ctx, received.Actor)
	if err != nil {
		return nil, fmt.Errorf("reviews: the author of %s: %w", uri, err)
	}
	var note *embraye.Note
	err = rs.desk.InTx(ctx, func(t store.Tables) (err error) {
		note, err = rs.answerIn(ctx, t, by, uri, text, maintained, author)
		return err
	})
	return note, err
}

func (rs *Reviews) answerIn(ctx context.Context, t store.Tables, by embraye.Acting, uri embraye.IRI, text string, maintained bool, to *embraye.RemoteActor) (*embraye.Note, error) {
	r, u, err := ofOurs(ctx, rs, t, uri)
	if err != nil {
		return nil, err
	}
	html := rs.desk.Wire().Texts().Answer(*to, text)
	if html == "" {
		return nil, app.OneProblem("answer", "required", "")
	}
	response, said, err := rs.answered(ctx, t, r, u)
	if err != nil {
		return nil, err
	}
	if said != nil {
		if said.HTML == html && said.Maintained == maintained {
			return said, nil
		}
		return nil, app.OneProblem("answer", "already_answered", "")
	}
	if r.State == embraye.ReplyPending {
		if err := rs.showIn(ctx, t, by, r); err != nil {
			return nil, err
		}
	}
	id, err := rs.desk.NewID()
	if err != nil {
		return nil, err
	}
	note := &embraye.Note{ID: id, Kind: embraye.AnswerNote, Actor: u.Actor, UpdateID: u.ID, InReplyTo: string(uri), Answers: uri, Maintained: maintained,
		Language: u.Language, HTML: html, PublishedAt: rs.desk.Stamp()}
	if err := sendAnswer(ctx, rs, t, note, r, to); err != nil {
		return nil, err
	}
	response.Note, response.URL, response.HTML, response.Language = rs.desk.Site.NoteID(id), string(rs.desk.Site.NoteID(id)), html, u.Language
	response.Maintained, response.AnsweredAt = maintained, &note.PublishedAt
	if err := t.ReviewResponses.Put(ctx, response); err != nil {
		return nil, err
	}
	t.Changed()
	return note, rs.desk.RecordDetail(ctx, t, by, "review.answer", string(rs.desk.Site.NoteID(id)), "", string(uri), true)
}

// ofOurs is a received review that may be answered, and the constat of ours.
func ofOurs(ctx context.Context, rs *Reviews, t store.Tables, uri embraye.IRI) (*embraye.PeerReview, *embraye.Update, error) {
	r, err := t.PeerReviews.ByURI(ctx, uri)
	if err != nil {
		return nil, nil, err
	}
	id, ours := rs.desk.Site.LocalUpdate(r.Object)
	switch {
	case !ours:
		return nil, nil, app.OneProblem("review", "not_about_us", "")
	case r.State == embraye.ReplyHidden:
		return nil, nil, app.OneProblem("review", "is_hidden", "")
	}
	u, err := t.Updates.Take(ctx, id)
	if err == nil && u.Withdrawn() {
		err = fmt.Errorf("reviews: constat %s is withdrawn: %w", id, embraye.ErrGone)
	}
	return r, u, err
}

// answered is what we made of a review, and our answer if there is one that
// stands.
func (rs *Reviews) answered(ctx context.Context, t store.Tables, r *embraye.PeerReview, u *embraye.Update) (*embraye.ReviewResponse, *embraye.Note, error) {
	actor := rs.desk.Site.ActorID(u.Actor)
	response, err := t.ReviewResponses.Take(ctx, r.URI, actor)
	if errors.Is(err, embraye.ErrNotFound) {
		return &embraye.ReviewResponse{Review: r.URI, Actor: actor}, nil, nil
	}
	if err != nil || response.Note == "" {
		return response, nil, err
	}
	note, err := t.Notes.Take(ctx, string(response.Note[strings.LastIndexByte(string(response.Note), '/')+1:]))
	if err == nil && note.DeletedAt != nil {
		note = nil
	}
	return response, note, err
}

// sendAnswer tells the reviewer, the measure's followers and who else reviewed
// the constat: each of them shows it below the review.
func sendAnswer(ctx context.Context, rs *Reviews, t store.Tables, note *embraye.Note, r *embraye.PeerReview, to *embraye.RemoteActor) error {
	all := store.Targets{FollowersOf: []string{note.Actor}, Inboxes: []embraye.IRI{to.DeliveryInbox()}}
	others, err := t.PeerReviews.Of(ctx, r.Object)
	if err != nil {
		return err
	}
	for _, o := range others {
		all.Inboxes = append(all.Inboxes, o.Delivery)
	}
	return rs.desk.PublishNote(ctx, t, note, all, activitypub.MentionOf(*to))
}
