package app

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// How long one-time links can be used, and remembered after that, so that the
// page can still say what has become of one.
const (
	setupLasts  = 24 * time.Hour
	inviteLasts = 7 * 24 * time.Hour
	resetLasts  = time.Hour
	keepLinks   = 30 * 24 * time.Hour
)

// errLink is the one answer to every link that does not work, so that nobody
// learns why (SECURITY W10); pages ask for the state of a link to be of help.
var errLink = &embraye.InvalidError{Problems: []embraye.Problem{{Field: "token", Code: "link_not_valid"}}}

// hashToken is what the database knows of a token.
func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// giveLink writes a link and returns its token, which nobody can read again.
func (a *App) giveLink(ctx context.Context, t store.Tables, l embraye.Link, lasts time.Duration) (token string, err error) {
	var secret [32]byte
	if _, err := io.ReadFull(a.Random, secret[:]); err != nil {
		return "", fmt.Errorf("app: making a link: %w", err)
	}
	token = base64.RawURLEncoding.EncodeToString(secret[:])
	l.TokenHash, l.CreatedAt, l.ExpiresAt = hashToken(token), a.now(), a.now().Add(lasts)
	return token, t.Links.Insert(ctx, &l)
}

// endLinks ends the open links of a kind for an address, and the mail that would
// make another. The mail goes first: a link that is being made for it meanwhile
// is then seen.
func (a *App) endLinks(ctx context.Context, t store.Tables, kind embraye.LinkKind, email string) error {
	if err := t.Mails.Remove(ctx, kind, email); err != nil {
		return err
	}
	return t.Links.Expire(ctx, kind, email, a.now())
}

// linkURL is where a link leads: always the configured origin (SECURITY W11).
func (a *App) linkURL(path, token string) string { return a.Site.Base + path + token }

// linkState tells a page whether a link of a kind can be used.
func (a *App) linkState(ctx context.Context, kind embraye.LinkKind, token string) (embraye.LinkState, *embraye.Link, error) {
	l, err := a.Store.Tables().Links.Take(ctx, hashToken(token))
	switch {
	case errors.Is(err, embraye.ErrNotFound) || err == nil && l.Kind != kind:
		return embraye.LinkUnknown, nil, nil
	case err != nil:
		return "", nil, err
	case l.UsedAt != nil:
		return embraye.LinkUsed, l, nil
	case !l.ExpiresAt.After(a.now()):
		return embraye.LinkExpired, l, nil
	}
	return embraye.LinkValid, l, nil
}

// checkLink refuses a link that cannot be used before anything costly is done
// for it.
func (a *App) checkLink(ctx context.Context, kind embraye.LinkKind, token string) (*embraye.Link, error) {
	state, l, err := a.linkState(ctx, kind, token)
	if err == nil && state != embraye.LinkValid {
		err = errLink
	}
	return l, err
}

// useLink marks a link as used inside the transaction of what it is for: of
// two requests at the same moment one goes on.
func (a *App) useLink(ctx context.Context, t store.Tables, l *embraye.Link) error {
	used, err := t.Links.Use(ctx, l.TokenHash, a.now())
	if err == nil && !used {
		err = errLink
	}
	return err
}
