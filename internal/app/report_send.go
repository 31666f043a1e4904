package app

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// flagged is what we report, and to whom.
type flagged struct {
	object embraye.IRI
	author *embraye.RemoteActor
	video  bool
}

// SendFlag reports a post or an account to its own server, once. The
// organisation speaks, as in everything that no measure says (INTEROP 0.3), to
// the personal inbox of the account (0.16).
func (a *App) SendFlag(ctx context.Context, by embraye.Acting, url, text string) error {
	if err := by.May(embraye.Reviewer); err != nil {
		return fmt.Errorf("app: report: %w", err)
	}
	text = embraye.Prose(text)
	wrong := &embraye.InvalidError{}
	uri, err := embraye.ParseIRI(embraye.Address(url), a.AllowHTTP)
	switch {
	case embraye.Address(url) == "":
		wrong.Problems = append(wrong.Problems, embraye.Problem{Field: "url", Code: "required"})
	case err != nil:
		wrong.Problems = append(wrong.Problems, embraye.Problem{Field: "url", Code: "bad_url", Value: cut(url, embraye.MaxName)})
	case a.Site.Ours(uri):
		wrong.Problems = append(wrong.Problems, embraye.Problem{Field: "url", Code: "is_our_own_post"})
	}
	if p := embraye.TextProblem("report", text, maxReportText, true); p != nil {
		wrong.Problems = append(wrong.Problems, *p)
	}
	if len(wrong.Problems) > 0 {
		return wrong
	}
	found, err := a.lookAtFlagged(ctx, uri)
	if err != nil {
		return err
	}
	return a.inTx(ctx, func(t store.Tables) error { return a.flagIn(ctx, t, by, found, text) })
}

// lookAtFlagged finds the object and its author: a reply that we have, which
// may be private, or whatever its server says.
func (a *App) lookAtFlagged(ctx context.Context, uri embraye.IRI) (*flagged, error) {
	blocked, err := a.Blocked(ctx, uri.Host())
	if err != nil {
		return nil, err
	}
	if blocked {
		return nil, oneProblem("url", "is_blocked", uri.Host())
	}
	r, err := a.Store.Tables().Replies.ByAddress(ctx, string(uri))
	if err == nil {
		author, err := a.Store.Tables().RemoteActors.ByURI(ctx, r.Actor)
		if err == nil && author.Known() {
			return &flagged{object: r.URI, author: author}, nil
		}
		if err != nil && !errors.Is(err, embraye.ErrNotFound) {
			return nil, err
		}
	} else if !errors.Is(err, embraye.ErrNotFound) {
		return nil, err
	}
	found, err := a.fetchFlagged(ctx, uri)
	if err != nil && ctx.Err() == nil && !errors.Is(err, embraye.ErrUnavailable) {
		a.Log.Info("what is to be reported cannot be read", "url", uri, "err", err)
		return nil, oneProblem("url", "not_a_post", "")
	}
	return found, err
}

func (a *App) fetchFlagged(ctx context.Context, uri embraye.IRI) (*flagged, error) {
	doc, object, err := a.Remote.FetchObject(ctx, uri)
	if err != nil {
		return nil, err
	}
	post, err := activitypub.ReadPost(object)
	if err != nil { // then it is an account, or nothing that can be reported
		author, err := a.readActor(ctx, doc.ID)
		if err != nil {
			return nil, err
		}
		return &flagged{object: author.URI, author: author}, nil
	}
	if !embraye.SameOrigin(post.AttributedTo, post.ID) {
		return nil, fmt.Errorf("%s is by somebody of another server: %w", post.ID, embraye.ErrInvalid)
	}
	author, err := a.readActor(ctx, post.AttributedTo)
	if err != nil {
		return nil, err
	}
	return &flagged{object: post.ID, author: author, video: post.Type == "Video"}, nil
}

func (a *App) flagIn(ctx context.Context, t store.Tables, by embraye.Acting, f *flagged, text string) error {
	_, err := t.Activities.ByTypeObject(ctx, a.Organisation(), "Flag", f.object)
	if err == nil {
		return oneProblem("url", "already_reported", "")
	}
	if !errors.Is(err, embraye.ErrNotFound) {
		return err
	}
	id, err := a.newID()
	if err != nil {
		return err
	}
	objects := []embraye.IRI{f.object}
	if f.object != f.author.URI && !f.video { // Mastodon looks for the account, PeerTube takes one object
		objects = append(objects, f.author.URI)
	}
	body, err := a.Wire().Flag(id, a.Organisation(), objects, text, a.now())
	if err != nil {
		return err
	}
	if err := a.sendToOne(ctx, t, outgoing{id: id, actor: a.Organisation(), kind: "Flag", object: f.object, body: body}, f.author.Inbox); err != nil {
		return err
	}
	return a.recordDetail(ctx, t, by, "report.send", "", "", string(f.object)+" "+embraye.OneLine(text), true)
}
