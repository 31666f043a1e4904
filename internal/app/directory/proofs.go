package directory

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	"embraye/internal/proof"
)

// CheckProof judges the proof of a document that its author brought: true if it
// holds, false if there is none that can be checked (another kind, expired, a
// key that the author does not list), which is as good as absent. A proof that
// is wrong, or by somebody else, is a bad signature.
func (d *Directory) CheckProof(ctx context.Context, author *embraye.RemoteActor, doc map[string]any) (bool, error) {
	by, err := prover(ctx, d, author, doc)
	return by != nil, err
}

// prover is the author as whose key proves a document: as it was known, or as it
// says now that it is. Nil is that nothing can be checked.
func prover(ctx context.Context, d *Directory, author *embraye.RemoteActor, doc map[string]any) (*embraye.RemoteActor, error) {
	now := d.desk.Now()
	p, err := proof.Read(doc, now)
	if err != nil {
		return nil, badProof(err)
	}
	if p == nil || p.Expired(now) {
		return nil, nil
	}
	_, owner, err := embraye.ParseKeyID(p.Method, d.desk.AllowHTTP)
	if err != nil {
		return nil, nil // a DID say, which nobody here can resolve
	}
	if owner != author.URI {
		return nil, badProof(fmt.Errorf("by the key %.200s, in the name of %s", p.Method, author.URI))
	}
	key, listed := multikey(author, p.Method)
	if listed && holds(p, doc, key, now) == nil {
		return author, nil
	}
	fresh, err := d.lookAgain(ctx, author.URI) // it may have another key by now
	if err != nil {
		return nil, unusableKey(p.Method, err)
	}
	if key, listed = multikey(fresh, p.Method); !listed {
		return nil, nil
	}
	if err := holds(p, doc, key, now); err != nil {
		return nil, err
	}
	return fresh, nil
}

// lookAgain fetches an actor, or takes what the last fetch brought if that was a
// moment ago or its server does not answer.
func (d *Directory) lookAgain(ctx context.Context, uri embraye.IRI) (*embraye.RemoteActor, error) {
	if d.mayRefetch(uri, refetchAfter) {
		actor, err := d.fetchActor(ctx, uri)
		if err == nil || errors.Is(err, embraye.ErrUnavailable) {
			return actor, err
		}
	}
	return d.desk.Store.Tables().RemoteActors.ByURI(ctx, uri)
}

func holds(p *proof.Proof, doc map[string]any, m embraye.Multikey, now time.Time) error {
	key, err := usable(m, now)
	if err == nil {
		err = p.Verify(doc, key)
	}
	if err != nil {
		return badProof(err)
	}
	return nil
}

func badProof(err error) error { return fmt.Errorf("%w: %w", httpsig.ErrInvalid, err) }

// ProvedBy is the author of a document that somebody else brought, or that was
// found elsewhere: believed without a question to its own server, because a key
// of its author's proves it. The author must be known here already: nobody
// makes us fetch actors by naming them; nor may its server be blocked, since
// whoever asks has only asked about who brought it.
func (d *Directory) ProvedBy(ctx context.Context, author embraye.IRI, doc map[string]any) (*embraye.RemoteActor, error) {
	id, _ := doc["id"].(string)
	if !embraye.SameOrigin(embraye.IRI(id), author) || d.desk.Site.Ours(author) {
		return nil, fmt.Errorf("directory: %.200q is not on the server of %s: %w", id, author, embraye.ErrForbidden)
	}
	blocked, err := d.Blocked(ctx, author.Host())
	if err == nil && blocked {
		err = fmt.Errorf("directory: %s is blocked here: %w", author.Host(), embraye.ErrForbidden)
	}
	if err != nil {
		return nil, err
	}
	actor, err := d.desk.Store.Tables().RemoteActors.ByURI(ctx, author)
	if errors.Is(err, embraye.ErrNotFound) || err == nil && !actor.Known() {
		return nil, fmt.Errorf("directory: %s is not known here: %w", author, embraye.ErrForbidden)
	}
	if err != nil {
		return nil, err
	}
	by, err := prover(ctx, d, actor, doc)
	if err == nil && by == nil {
		err = fmt.Errorf("directory: nothing proves that %s wrote %.200s: %w", author, id, embraye.ErrForbidden)
	}
	return by, err
}

// Proves tells whether a key that is known here of an author proves a document,
// and asks nobody: what is passed on is judged once more, for its author may
// have had another key since it came.
func Proves(now time.Time, author *embraye.RemoteActor, doc map[string]any) bool {
	p, err := proof.Read(doc, now)
	if err != nil || p == nil || p.Expired(now) {
		return false
	}
	key, listed := multikey(author, p.Method)
	return listed && holds(p, doc, key, now) == nil
}

// multikey is the key of that name in the actor's own document.
func multikey(actor *embraye.RemoteActor, id string) (embraye.Multikey, bool) {
	for _, m := range actor.Multikeys {
		if embraye.SameAddress(embraye.IRI(m.ID), embraye.IRI(id)) {
			return m, true
		}
	}
	return embraye.Multikey{}, false
}

// usable is a key that has not expired (FEP-521a).
func usable(m embraye.Multikey, now time.Time) (ed25519.PublicKey, error) {
	if m.Expires != nil && !now.Before(*m.Expires) {
		return nil, fmt.Errorf("the key has expired: %w", proof.ErrKey)
	}
	return proof.ParseMultikey(m.Key)
}
