package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"embraye/internal/embraye"
)

// ConstatPage reads a constat with its history; of a withdrawn one only what
// the 410 says.
func (p Pages) ConstatPage(ctx context.Context, id string) (*embraye.ConstatPage, error) {
	t := p.store.Tables()
	update, err := t.Updates.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	page := &embraye.ConstatPage{Update: *update}
	if update.Withdrawn() {
		return page, nil
	}
	if page.Actor, page.Organisation, err = t.authors(ctx, update.Actor); err != nil {
		return nil, err
	}
	if page.Revisions, err = t.Revisions.List(ctx, id); err != nil {
		return nil, err
	}
	if err = markWaiting(ctx, t.Log, id, page.Revisions); err != nil {
		return nil, err
	}
	if page.Replies, err = t.shownReplies(ctx, update.ID); err != nil {
		return nil, err
	}
	if err = t.addAnswers(ctx, page.Replies); err != nil {
		return nil, err
	}
	if page.Reviews, err = t.reviewsOfOurs(ctx, update); err != nil {
		return nil, err
	}
	if page.Files, err = t.evidenceFiles(ctx, update.Evidence); err != nil {
		return nil, err
	}
	return page, addEvidenceCopies(ctx, t, page)
}

// addEvidenceCopies adds what is known of the pages that a constat names.
func addEvidenceCopies(ctx context.Context, t Tables, page *embraye.ConstatPage) (err error) {
	named := embraye.Pages(page.Update.Evidence)
	if page.Dead, err = t.LinkChecks.DeadAmong(ctx, named); err != nil {
		return err
	}
	all, err := t.EvidenceCopies.Of(ctx, named)
	for i, c := range all {
		newer := slices.ContainsFunc(all[i+1:], func(n embraye.EvidenceCopy) bool { return n.Href == c.Href && n.State == embraye.CopyKept })
		if c.State == embraye.CopyKept && !newer {
			page.Copies = append(page.Copies, c)
		}
	}
	return err
}

// shownReplies are the replies to a constat that the moderation shows, with
// what we remember of their authors.
func (t Tables) shownReplies(ctx context.Context, id string) ([]embraye.ShownReply, error) {
	base, _, err := t.Settings.Get(ctx, "base_url")
	if err != nil {
		return nil, err
	}
	object := embraye.Site{Base: base}.UpdateID(id)
	replies, err := list[embraye.Reply](ctx, t.table, "id", embraye.MaxShownReplies, "object = ? AND "+shownReplies, object)
	if err != nil {
		return nil, wrap(err, "listing the replies to %s", id)
	}
	authors := make([]embraye.IRI, len(replies))
	for i, r := range replies {
		authors[i] = r.Actor
	}
	known, err := t.RemoteActors.Among(ctx, authors)
	if err != nil {
		return nil, err
	}
	shown := make([]embraye.ShownReply, len(replies))
	for i, r := range replies {
		author, ok := known[r.Actor]
		if !ok { // forgotten since: its address has to do
			author = embraye.RemoteActor{URI: r.Actor, Host: r.Actor.Host()}
		}
		shown[i] = embraye.ShownReply{Reply: r, Author: author}
	}
	return shown, nil
}

// evidenceFiles are the uploaded files that a constat names as evidence.
func (t Tables) evidenceFiles(ctx context.Context, evidence []embraye.Evidence) ([]embraye.EvidenceFile, error) {
	var names []string
	for _, e := range evidence {
		if _, name, ok := strings.Cut(embraye.PageOf(e.Href), "/fichiers/"); ok {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	files, err := list[embraye.EvidenceFile](ctx, t.table, "name", 0, "public AND "+t.table.inJSON("name"), asJSON(names))
	return files, wrap(err, "listing the files of a constat")
}

// VersionPage reads one revision; of a withdrawn constat none is public.
func (p Pages) VersionPage(ctx context.Context, id string, number int) (*embraye.VersionPage, error) {
	t := p.store.Tables()
	update, err := t.Updates.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	revision, err := t.Revisions.Take(ctx, id, number)
	if err != nil {
		return nil, err
	}
	page := &embraye.VersionPage{Update: *update}
	if update.Withdrawn() {
		return page, nil
	}
	waits, err := versionsWaiting(ctx, t.Log, id)
	if err != nil {
		return nil, err
	}
	page.Revision, page.Revision.Waits = *revision, waits[number]
	if number > 1 {
		if page.Before, err = t.Revisions.Take(ctx, id, number-1); err != nil {
			return nil, err
		}
	}
	page.Actor, page.Organisation, err = t.authors(ctx, update.Actor)
	return page, err
}

// NotePage reads one of our other Notes, deleted or not, with its constat;
// private ones are on no page.
func (p Pages) NotePage(ctx context.Context, id string) (*embraye.NotePage, error) {
	t := p.store.Tables()
	note, err := t.Notes.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	if note.Private {
		return nil, fmt.Errorf("store: note %s is private: %w", id, embraye.ErrNotFound)
	}
	page := &embraye.NotePage{Note: *note}
	if page.Actor, page.Organisation, err = t.authors(ctx, note.Actor); err != nil {
		return nil, err
	}
	if note.UpdateID != "" {
		page.Update, err = t.Updates.Take(ctx, note.UpdateID)
		if errors.Is(err, embraye.ErrNotFound) {
			err = nil
		}
	}
	return page, err
}

// authors are the actor who speaks, and the organisation behind it.
func (t Tables) authors(ctx context.Context, handle string) (actor, org embraye.Actor, err error) {
	a, err := t.enabledActor(ctx, handle)
	if err != nil {
		return actor, org, err
	}
	o, err := t.organisation(ctx)
	if err != nil {
		return actor, org, err
	}
	return *a, *o, nil
}

// addAnswers puts our public answers under the replies that they answer, oldest
// first.
func (t Tables) addAnswers(ctx context.Context, replies []embraye.ShownReply) error {
	posts := make([]embraye.IRI, len(replies))
	for i, r := range replies {
		posts[i] = r.Reply.URI
	}
	answers, err := t.Notes.Answers(ctx, posts)
	for _, a := range answers {
		for i := range replies {
			if !a.Private && a.InReplyTo == string(replies[i].Reply.URI) {
				replies[i].Answers = append(replies[i].Answers, a)
			}
		}
	}
	return err
}
