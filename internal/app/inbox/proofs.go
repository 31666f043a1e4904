package inbox

import (
	"context"
	"fmt"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
)

// speaker is whose word a message is. It is the signer's, whose proofs must hold
// if it has any; or that of another actor, if a proof says so in its stead.
func (i *Inbox) speaker(ctx context.Context, signer *embraye.RemoteActor, actor embraye.IRI, p *activitypub.Peeked) (*embraye.RemoteActor, error) {
	object, author := p.Embedded()
	writes := (p.Type == "Create" || p.Type == "Update") && object != nil && author != ""
	if signer.URI != actor {
		return i.forwarded(ctx, signer, actor, p, writes && author == string(actor))
	}
	if _, err := i.directory.CheckProof(ctx, signer, p.Document()); err != nil || !writes {
		return signer, err
	}
	if author == string(actor) {
		_, err := i.directory.CheckProof(ctx, signer, object)
		return signer, err
	}
	if object["proof"] == nil { // prepare says what is wrong with it
		return signer, nil
	}
	return i.directory.ProvedBy(ctx, embraye.IRI(author), object)
}

// forwarded believes what somebody passes on: a post, its new version or its
// deletion, if the whole or the post in it is proved by its author. Nothing else
// is: a Follow, a Like or an actor's own document may have been taken back since.
func (i *Inbox) forwarded(ctx context.Context, signer *embraye.RemoteActor, actor embraye.IRI, p *activitypub.Peeked, own bool) (*embraye.RemoteActor, error) {
	passable := p.Type == "Create" || p.Type == "Update" || p.Type == "Delete"
	if !passable || p.Object == "" || p.Object == string(actor) {
		return nil, fmt.Errorf("inbox: signed by %s in the name of %s: %w", signer.URI, actor, embraye.ErrForbidden)
	}
	object, _ := p.Embedded()
	if p.Document()["proof"] != nil || !own || object["proof"] == nil {
		return i.directory.ProvedBy(ctx, actor, p.Document())
	}
	return i.directory.ProvedBy(ctx, actor, object)
}
