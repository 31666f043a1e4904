package talk

import (
	"context"
	"fmt"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// company is what the lists of the conversation show beside a row: who wrote,
// and about which constat.
type company struct {
	authors map[embraye.IRI]embraye.RemoteActor
	updates map[embraye.IRI]*embraye.Update // by the Note of ours that was answered, liked, quoted
}

// companyOf reads the authors and the constats of a whole page at once.
func companyOf(ctx context.Context, desk *app.App, t store.Tables, actors, objects []embraye.IRI) (*company, error) {
	authors, err := t.RemoteActors.Among(ctx, actors)
	if err != nil {
		return nil, err
	}
	ids := make(map[embraye.IRI]string)
	var wanted []string
	for _, object := range objects {
		if _, seen := ids[object]; seen {
			continue
		}
		if ids[object], err = desk.Ours.ConstatOf(ctx, t, object); err != nil {
			return nil, err
		}
		if ids[object] != "" {
			wanted = append(wanted, ids[object])
		}
	}
	found, err := t.Updates.Among(ctx, wanted)
	if err != nil {
		return nil, err
	}
	c := &company{authors: authors, updates: make(map[embraye.IRI]*embraye.Update)}
	for object, id := range ids {
		if u, ok := found[id]; ok {
			c.updates[object] = &u
		}
	}
	return c, nil
}

// author is empty but for its addresses when it was forgotten or is gone.
func (c *company) author(uri embraye.IRI) embraye.RemoteActor {
	if known, ok := c.authors[uri]; ok && known.GoneAt == nil {
		return known
	}
	return embraye.RemoteActor{URI: uri, Host: uri.Host()}
}

// Replies lists replies and mentions, newest first, private ones too: the
// office is the only place where those are read.
func (k *Talk) Replies(ctx context.Context, by embraye.Acting, f embraye.ReplyFilter) ([]embraye.OfficeReply, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("talk: replies: %w", err)
	}
	t := k.desk.Store.Tables()
	rows, err := t.Replies.Page(ctx, f)
	if err != nil {
		return nil, err
	}
	return k.officeReplies(ctx, t, rows)
}

// Reply is one of them.
func (k *Talk) Reply(ctx context.Context, by embraye.Acting, id int64) (*embraye.OfficeReply, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("talk: reply: %w", err)
	}
	t := k.desk.Store.Tables()
	row, err := t.Replies.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	all, err := k.officeReplies(ctx, t, []embraye.Reply{*row})
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

func (k *Talk) officeReplies(ctx context.Context, t store.Tables, rows []embraye.Reply) ([]embraye.OfficeReply, error) {
	var actors, objects, posts []embraye.IRI
	for _, r := range rows {
		actors, objects, posts = append(actors, r.Actor), append(objects, r.Object), append(posts, r.URI)
	}
	c, err := companyOf(ctx, k.desk, t, actors, objects)
	if err != nil {
		return nil, err
	}
	answers, err := t.Notes.Answers(ctx, posts)
	if err != nil {
		return nil, err
	}
	newest := make(map[string]*embraye.Note, len(answers))
	for i := range answers { // oldest first
		newest[answers[i].InReplyTo] = &answers[i]
	}
	out := make([]embraye.OfficeReply, len(rows))
	for i, r := range rows {
		out[i] = embraye.OfficeReply{Reply: r, Author: c.author(r.Actor), Update: c.updates[r.Object], Answer: newest[string(r.URI)]}
	}
	return out, nil
}
