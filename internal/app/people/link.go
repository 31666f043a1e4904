package people

import (
	"context"
	"errors"
	"fmt"
	"time"

	"embraye/internal/app"
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
// learns why (W10); pages ask for the state of a link to be of help.
var errLink = &embraye.InvalidError{Problems: []embraye.Problem{{Field: "token", Code: "link_not_valid"}}}

// give writes a link and returns its token, which nobody can read again.
func (ls *links) give(ctx context.Context, t store.Tables, l embraye.Link, lasts time.Duration) (token string, err error) {
	if token, err = app.NewToken(ls.desk.Random); err != nil {
		return "", fmt.Errorf("people: making a link: %w", err)
	}
	l.TokenHash, l.CreatedAt, l.ExpiresAt = app.HashToken(token), ls.desk.Stamp(), ls.desk.Stamp().Add(lasts)
	return token, t.Links.Insert(ctx, &l)
}

// end ends the open links of a kind for an address, and the mail that would
// make another. The mail goes first: a link that is being made for it meanwhile
// is then seen.
func (ls *links) end(ctx context.Context, t store.Tables, kind embraye.LinkKind, email string) error {
	if err := t.Mails.Remove(ctx, kind, email); err != nil {
		return err
	}
	return t.Links.Expire(ctx, kind, email, ls.desk.Stamp())
}

// url is where a link leads: always the configured origin (W11).
func (ls *links) url(path, token string) string { return ls.desk.Site.Base + path + token }

// state tells a page whether a link of a kind can be used.
func (ls *links) state(ctx context.Context, kind embraye.LinkKind, token string) (embraye.LinkState, *embraye.Link, error) {
	l, err := ls.desk.Store.Tables().Links.Take(ctx, app.HashToken(token))
	switch {
	case errors.Is(err, embraye.ErrNotFound) || err == nil && l.Kind != kind:
		return embraye.LinkUnknown, nil, nil
	case err != nil:
		return "", nil, err
	case l.UsedAt != nil:
		return embraye.LinkUsed, l, nil
	case !l.ExpiresAt.After(ls.desk.Stamp()):
		return embraye.LinkExpired, l, nil
	}
	return embraye.LinkValid, l, nil
}

// check refuses a link that cannot be used before anything costly is done
// for it.
func (ls *links) check(ctx context.Context, kind embraye.LinkKind, token string) (*embraye.Link, error) {
	state, l, err := ls.state(ctx, kind, token)
	if err == nil && state != embraye.LinkValid {
		err = errLink
	}
	return l, err
}

// use marks a link as used inside the transaction of what it is for: of
// two requests at the same moment one goes on.
func (ls *links) use(ctx context.Context, t store.Tables, l *embraye.Link) error {
	used, err := t.Links.Use(ctx, l.TokenHash, ls.desk.Stamp())
	if err == nil && !used {
		err = errLink
	}
	return err
}
