package gather

import (
	"context"
	"errors"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/remote"
)

// A reading is one go at a peer; left is how many documents it may still fetch.
type reading struct {
	*Gather
	left int
}

// errLater is a server that does not answer now.
var errLater = errors.New("does not answer now")

// on reads one page of a measure's outbox, or the part of it that this go has
// room for, and notes how far it came.
func (r *reading) on(ctx context.Context, b *embraye.Backfill) error {
	err := r.page(ctx, b)
	now := r.desk.Now()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, embraye.ErrUnavailable):
		return err
	case errors.Is(err, errLater):
		b.Tries++
		if b.Tries >= maxTries {
			end(b, "does_not_answer", now)
			break
		}
		at := now.Add(min(time.Minute<<min(b.Tries, 9), maxWait)).UTC()
		b.NextAt = &at
	case err != nil:
		end(b, reasonOf(err), now)
	}
	err = r.save(context.WithoutCancel(ctx), b)
	if errors.Is(err, embraye.ErrNotFound) {
		return nil // the peer was removed meanwhile
	}
	return err
}

// refusal is why something of a peer's is not taken; the code has its words in
// the catalogue.
type refusal string

func (e refusal) Error() string { return string(e) }

func reasonOf(err error) string {
	var code refusal
	if errors.As(err, &code) {
		return string(code)
	}
	return "unreadable"
}

func (r *reading) page(ctx context.Context, b *embraye.Backfill) error {
	author, _, err := r.directory.Look(ctx, b.Actor)
	r.left--
	if err != nil {
		return later(err)
	}
	if strings.HasPrefix(b.Position, behind) {
		return r.compare(ctx, b, author)
	}
	address := embraye.IRI(b.Position)
	if address == "" {
		address = author.Outbox
	}
	switch print := fingerprint(address); {
	case address == "":
		return refusal("no_outbox")
	case !embraye.SameOrigin(address, b.Actor):
		return refusal("other_server")
	case slices.Contains(b.Visited, print):
		return refusal("loop")
	case b.Pages >= maxPages:
		return refusal("too_many_pages")
	}
	_, object, err := r.desk.Remote.FetchObject(ctx, address)
	r.left--
	if err != nil {
		return later(err)
	}
	items, first, next, _, err := activitypub.ReadCollection(object)
	if err != nil {
		return err
	}
	if len(items) == 0 && next == "" && b.Position == "" {
		next = first
	}
	for ; b.Item < len(items); b.Item++ {
		if r.left <= 0 {
			return nil // the next go goes on here
		}
		if err := r.item(ctx, b, author, items[b.Item]); err != nil {
			return err
		}
		if b.Refused > maxRefused {
			return refusal("too_many_refused")
		}
	}
	b.Visited = append(b.Visited, fingerprint(address))
	b.Pages, b.Item, b.Tries, b.Position = b.Pages+1, 0, 0, next
	if next == "" {
		b.Position = behind
	}
	return nil
}

// later tells a server that does not answer from an answer that is no good.
func later(err error) error {
	var (
		status *remote.StatusError
		many   *embraye.TooMany
	)
	switch {
	case errors.Is(err, embraye.ErrUnavailable):
		return err
	case errors.Is(err, remote.ErrUnreachable), errors.Is(err, context.DeadlineExceeded), errors.As(err, &many),
		errors.As(err, &status) && (status.Status >= 500 || status.Status == http.StatusTooManyRequests):
		return errors.Join(errLater, err)
	case errors.Is(err, remote.ErrBlocked), errors.Is(err, embraye.ErrForbidden):
		return refusal("blocked")
	}
	return err
}

func fingerprint(address embraye.IRI) string {
	h := fnv.New64a()
	h.Write([]byte(address))
	return strconv.FormatUint(h.Sum64(), 36)
}
