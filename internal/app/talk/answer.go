package talk

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/activitypub"
	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// maxAnswer bounds an answer, in characters of Markdown.
const maxAnswer = 5000

// Answer answers somebody in the name of the measure or organisation that
// was spoken to. What was public is answered in public, a private message in
// private, to its author alone. The same text is said once, however often the
// button is pressed.
func (k *Talk) Answer(ctx context.Context, by embraye.Acting, replyID int64, text string) (*embraye.Note, error) {
	return k.answer(ctx, by, replyID, text, false)
}

// AnswerAndShow answers somebody and shows what they wrote with the answer below
// it. What cannot be shown is answered alone.
func (k *Talk) AnswerAndShow(ctx context.Context, by embraye.Acting, replyID int64, text string) (*embraye.Note, error) {
	return k.answer(ctx, by, replyID, text, true)
}

func (k *Talk) answer(ctx context.Context, by embraye.Acting, replyID int64, text string, show bool) (*embraye.Note, error) {
	if err := by.May(embraye.Reviewer); err != nil {
		return nil, fmt.Errorf("talk: answer: %w", err)
	}
	text = embraye.Prose(text)
	if err := app.RequiredText("answer", text, maxAnswer); err != nil {
		return nil, err
	}
	var note *embraye.Note
	err := k.desk.InTx(ctx, func(t store.Tables) (err error) {
		if note, err = k.answerIn(ctx, t, by, replyID, text); err != nil || !show {
			return err
		}
		r, err := t.Replies.Take(ctx, replyID)
		if err != nil || !r.Showable() {
			return err
		}
		return k.showIn(ctx, t, by, r)
	})
	return note, err
}

func (k *Talk) answerIn(ctx context.Context, t store.Tables, by embraye.Acting, replyID int64, text string) (*embraye.Note, error) {
	if err := t.Replies.Lock(ctx, replyID); err != nil { // the second of two clicks sees what the first one said
		return nil, err
	}
	r, err := t.Replies.Take(ctx, replyID)
	if err != nil {
		return nil, err
	}
	note, author, err := k.newAnswer(ctx, t, r, text)
	if err != nil {
		return nil, err
	}
	said, err := t.Notes.Answers(ctx, []embraye.IRI{r.URI})
	if err != nil {
		return nil, err
	}
	for i := range said {
		if said[i].HTML == note.HTML {
			return &said[i], nil
		}
	}
	if err := k.sendAnswer(ctx, t, note, author); err != nil {
		return nil, err
	}
	if r.State == embraye.ReplyPending && !r.Showable() { // what could be done with it is done
		if _, err := t.Replies.Decide(ctx, r, embraye.ReplyHidden, ""); err != nil {
			return nil, err
		}
	}
	if note.Private {
		return note, k.desk.RecordDetail(ctx, t, by, "reply.answer", "", "", string(r.URI), false)
	}
	t.Changed()
	return note, k.desk.RecordDetail(ctx, t, by, "reply.answer", string(k.desk.Site.NoteID(note.ID)), "", string(r.URI), true)
}

// newAnswer writes the Note, and says who is to get it.
func (k *Talk) newAnswer(ctx context.Context, t store.Tables, r *embraye.Reply, text string) (*embraye.Note, *embraye.RemoteActor, error) {
	author, err := k.answerable(ctx, t, r)
	if err != nil {
		return nil, nil, err
	}
	speaker, err := speaker(ctx, k.desk, t, r)
	if err != nil {
		return nil, nil, err
	}
	html := k.desk.Wire().Texts().Answer(*author, text)
	if html == "" {
		return nil, nil, app.OneProblem("answer", "required", "")
	}
	id, err := k.desk.NewID()
	if err != nil {
		return nil, nil, err
	}
	n := &embraye.Note{ID: id, Kind: embraye.AnswerNote, Actor: speaker, InReplyTo: string(r.URI), Language: k.desk.Language,
		HTML: html, Private: !r.Public, PublishedAt: k.desk.Stamp()}
	constat, err := k.desk.Ours.ConstatOf(ctx, t, r.Object)
	if err != nil || constat == "" {
		return n, author, err
	}
	u, err := t.Updates.Take(ctx, constat)
	if err != nil {
		return nil, nil, err
	}
	n.Language = u.Language
	if r.Public && !u.Withdrawn() { // a private answer belongs to no constat: its withdrawal is told to all
		n.UpdateID = constat
	}
	return n, author, nil
}

// answerable is the author of a reply, if an answer can still reach them.
func (k *Talk) answerable(ctx context.Context, t store.Tables, r *embraye.Reply) (*embraye.RemoteActor, error) {
	author, err := t.RemoteActors.ByURI(ctx, r.Actor)
	if errors.Is(err, embraye.ErrNotFound) || err == nil && !author.Known() {
		return nil, app.OneProblem("answer", "author_gone", "")
	}
	if err != nil {
		return nil, err
	}
	blocked, err := t.DomainBlocks.Blocked(ctx, r.Actor.Host())
	if err == nil && !blocked {
		blocked, err = t.ActorBlocks.Exists(ctx, k.desk.Site.ActorID(r.Mentioned), r.Actor)
	}
	if err != nil {
		return nil, err
	}
	if blocked {
		return nil, app.OneProblem("answer", "author_blocked", "")
	}
	return author, nil
}

// speaker is who was spoken to. The instance's own account says nothing
// (INTEROP 0.4): the organisation answers for it.
func speaker(ctx context.Context, desk *app.App, t store.Tables, r *embraye.Reply) (string, error) {
	actor, err := t.Actors.Take(ctx, r.Mentioned)
	if errors.Is(err, embraye.ErrNotFound) || err == nil && actor.Kind == embraye.InstanceActor {
		return desk.Organisation(), nil
	}
	return r.Mentioned, err
}

// sendAnswer tells the author, and everybody if the answer is public.
func (k *Talk) sendAnswer(ctx context.Context, t store.Tables, n *embraye.Note, to *embraye.RemoteActor) error {
	mention := activitypub.MentionOf(*to)
	if !n.Private {
		return k.desk.PublishNote(ctx, t, n, store.Targets{FollowersOf: []string{n.Actor}, Inboxes: []embraye.IRI{to.DeliveryInbox()}}, mention)
	}
	if err := k.desk.SaveNote(ctx, t, n, true, mention); err != nil {
		return err
	}
	id, err := k.desk.NewID()
	if err != nil {
		return err
	}
	body, err := k.desk.Wire().Create(id, n.Wire)
	if err != nil {
		return err
	}
	return k.desk.SendToOne(ctx, t, app.Outgoing{ID: id, Actor: n.Actor, Kind: "Create", Object: k.desk.Site.NoteID(n.ID), Body: body}, to.Inbox)
}
