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

// flagged is what we report, and to whom.
type flagged struct {
	object embraye.IRI
	author *embraye.RemoteActor
	video  bool
}

// SendReport reports a post or an account to its own server, once. The
// organisation speaks, as in everything that no measure says (INTEROP 0.3), to
// the personal inbox of the account (0.16).
func (k *Talk) SendReport(ctx context.Context, by embraye.Acting, url, text string) error {
	if err := by.May(embraye.Reviewer); err != nil {
		return fmt.Errorf("talk: report: %w", err)
	}
	text = embraye.Prose(text)
	wrong := &embraye.InvalidError{}
	uri, err := embraye.ParseIRI(embraye.Address(url), k.desk.AllowHTTP)
	switch {
	case embraye.Address(url) == "":
		wrong.Problems = append(wrong.Problems, embraye.Problem{Field: "url", Code: "required"})
	case err != nil:
		wrong.Problems = append(wrong.Problems, embraye.Problem{Field: "url", Code: "bad_url", Value: app.Cut(url, embraye.MaxName)})
	case k.desk.Site.Ours(uri):
		wrong.Problems = append(wrong.Problems, embraye.Problem{Field: "url", Code: "is_our_own_post"})
	}
	if p := embraye.TextProblem("report", text, app.MaxReportText, true); p != nil {
		wrong.Problems = append(wrong.Problems, *p)
	}
	if len(wrong.Problems) > 0 {
		return wrong
	}
	found, err := k.lookAtFlagged(ctx, uri)
	if err != nil {
		return err
	}
	return k.desk.InTx(ctx, func(t store.Tables) error { return k.flagIn(ctx, t, by, found, text) })
}

// lookAtFlagged finds the object and its author: a reply that we have, which
// may be private, or whatever its server says.
func (k *Talk) lookAtFlagged(ctx context.Context, uri embraye.IRI) (*flagged, error) {
	blocked, err := k.directory.Blocked(ctx, uri.Host())
	if err != nil {
		return nil, err
	}
	if blocked {
		return nil, app.OneProblem("url", "is_blocked", uri.Host())
	}
	r, err := k.desk.Store.Tables().Replies.ByAddress(ctx, string(uri))
	if err == nil {
		author, err := k.desk.Store.Tables().RemoteActors.ByURI(ctx, r.Actor)
		if err == nil && author.Known() {
			return &flagged{object: r.URI, author: author}, nil
		}
		if err != nil && !errors.Is(err, embraye.ErrNotFound) {
			return nil, err
		}
	} else if !errors.Is(err, embraye.ErrNotFound) {
		return nil, err
	}
	found, err := k.fetchFlagged(ctx, uri)
	if err != nil && ctx.Err() == nil && !errors.Is(err, embraye.ErrUnavailable) {
		k.desk.Log.Info("what is to be reported cannot be read", "url", uri, "err", err)
		return nil, app.OneProblem("url", "not_a_post", "")
	}
	return found, err
}

func (k *Talk) fetchFlagged(ctx context.Context, uri embraye.IRI) (*flagged, error) {
	doc, object, err := k.desk.Remote.FetchObject(ctx, uri)
	if err != nil {
		return nil, err
	}
	post, err := activitypub.ReadPost(object)
	if err != nil { // then it is an account, or nothing that can be reported
		author, err := k.directory.ReadActor(ctx, doc.ID)
		if err != nil {
			return nil, err
		}
		return &flagged{object: author.URI, author: author}, nil
	}
	if !embraye.SameOrigin(post.AttributedTo, post.ID) {
		return nil, fmt.Errorf("%s is by somebody of another server: %w", post.ID, embraye.ErrInvalid)
	}
	author, err := k.directory.ReadActor(ctx, post.AttributedTo)
	if err != nil {
		return nil, err
	}
	return &flagged{object: post.ID, author: author, video: post.Type == "Video"}, nil
}

func (k *Talk) flagIn(ctx context.Context, t store.Tables, by embraye.Acting, f *flagged, text string) error {
	if _, err := t.Actors.TakeToWrite(ctx, k.desk.Organisation()); err != nil { // two processes may be asked at once
		return err
	}
	_, err := t.Activities.ByTypeObject(ctx, k.desk.Organisation(), "Flag", f.object)
	if err == nil {
		return app.OneProblem("url", "already_reported", "")
	}
	if !errors.Is(err, embraye.ErrNotFound) {
		return err
	}
	id, err := k.desk.NewID()
	if err != nil {
		return err
	}
	objects := []embraye.IRI{f.object}
	if f.object != f.author.URI && !f.video { // Mastodon looks for the account, PeerTube takes one object
		objects = append(objects, f.author.URI)
	}
	body, err := k.desk.Wire().Flag(id, k.desk.Organisation(), objects, text, k.desk.Stamp())
	if err != nil {
		return err
	}
	if err := k.desk.SendToOne(ctx, t, app.Outgoing{ID: id, Actor: k.desk.Organisation(), Kind: "Flag", Object: f.object, Body: body}, f.author.Inbox); err != nil {
		return err
	}
	return k.desk.RecordDetail(ctx, t, by, "report.send", "", "", string(f.object)+" "+embraye.OneLine(text), true)
}
