package directory

import (
	"context"
	"crypto"
	"fmt"
	"net/http"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	"embraye/internal/store"
)

// FromOurselves holds that a request was signed with the key of this instance's own
// actor, which messages never may be (Authenticate).
func FromOurselves(ctx context.Context, d *Directory, r *http.Request, body []byte) error {
	sig, err := httpsig.Parse(r, body, d.Policy())
	if err != nil {
		return err
	}
	if sig.KeyID != d.desk.Site.KeyID(embraye.InstanceHandle) {
		return fmt.Errorf("%w: key %.200s is not that of this instance", httpsig.ErrInvalid, sig.KeyID)
	}
	key, err := ownKey(ctx, d.desk.Store.Tables())
	if err != nil {
		return err
	}
	return sig.Verify(key.Public())
}

func ownKey(ctx context.Context, t store.Tables) (crypto.Signer, error) {
	actor, err := t.Actors.Take(ctx, embraye.InstanceHandle)
	if err != nil {
		return nil, err
	}
	return t.Keys.Signer(ctx, actor.KeyID)
}
