package store

import (
	"context"
	"errors"
	"time"

	"embraye/internal/embraye"

	"gorm.io/gorm"
)

// Hosts is what we know of the servers that we send to. Outside a transaction
// its writing methods open their own, and only if there is something to write.
type Hosts struct{ table }

// contactEvery is how fresh a host's SeenAt is kept by inbound contact.
const contactEvery = 10 * time.Minute

// Take returns what is known of host[:port].
func (t Hosts) Take(ctx context.Context, host string) (*embraye.Host, error) {
	h, err := take[embraye.Host](ctx, t.table, "host = ?", host)
	return h, wrap(err, "taking the host %s", host)
}

// Among returns what is known of some hosts, by their names.
func (t Hosts) Among(ctx context.Context, names []string) (map[string]embraye.Host, error) {
	found := make(map[string]embraye.Host, len(names))
	if len(names) == 0 {
		return found, nil
	}
	all, err := list[embraye.Host](ctx, t.table, "host", 0, t.inJSON("host"), asJSON(names))
	for _, h := range all {
		found[h.Host] = h
	}
	return found, wrap(err, "taking %d hosts", len(names))
}

// List returns all hosts by name.
func (t Hosts) List(ctx context.Context) ([]embraye.Host, error) {
	all, err := list[embraye.Host](ctx, t.table, "host", 0, "")
	return all, wrap(err, "listing hosts")
}

// Answering returns hosts that took the last that we sent them, or spoke to us
// since, the latest contact first.
func (t Hosts) Answering(ctx context.Context, limit int) ([]embraye.Host, error) {
	all, err := list[embraye.Host](ctx, t.table, "seen_at DESC, host", limit, "failures = 0 AND seen_at > 0")
	return all, wrap(err, "listing the hosts that answer")
}

// SetScheme remembers how a host signs, and so what it understands.
func (t Hosts) SetScheme(ctx context.Context, host, scheme string) error {
	known, err := take[embraye.Host](ctx, t.table, "host = ?", host)
	switch {
	case err == nil && known.Scheme == scheme:
		return nil
	case err != nil && !errors.Is(err, gorm.ErrRecordNotFound):
		return wrap(err, "reading the signature scheme of %s", host)
	}
	err = t.apart(ctx, func(in table) error {
		_, err := in.exec(ctx, `INSERT INTO hosts (host, scheme, seen_at) VALUES (?, ?, ?)
			ON CONFLICT (host) DO UPDATE SET scheme = excluded.scheme, seen_at = excluded.seen_at`,
			host, scheme, in.s.now().UnixMilli())
		return err
	})
	return wrap(err, "remembering the signature scheme of %s", host)
}

// TakesEd25519 remembers that a host verifies signatures by Ed25519. Where that
// is known, or was refuted for a time, nothing is written.
func (t Hosts) TakesEd25519(ctx context.Context, host string) error {
	known, err := take[embraye.Host](ctx, t.table, "host = ?", host)
	switch {
	case err == nil && known.Ed25519From != 0:
		return nil
	case err != nil && !errors.Is(err, gorm.ErrRecordNotFound):
		return wrap(err, "reading what %s understands", host)
	}
	err = t.apart(ctx, func(in table) error {
		_, err := in.exec(ctx, `INSERT INTO hosts (host, ed25519_from) VALUES (?, ?)
			ON CONFLICT (host) DO UPDATE SET ed25519_from = excluded.ed25519_from WHERE hosts.ed25519_from = 0`, host, in.s.now().UnixMilli())
		return err
	})
	return wrap(err, "remembering what %s understands", host)
}

// Unasked returns servers that take what we send, do not take Ed25519 as far as
// we know, and were not asked for their software since a time (Unix
// milliseconds): those first that were never asked, or longest ago.
func (t Hosts) Unasked(ctx context.Context, since int64, limit int) (names []string, err error) {
	err = t.scan(ctx, &names, `SELECT host FROM hosts WHERE failures = 0 AND seen_at > 0 AND ed25519_from = 0 AND nodeinfo_at <= ?
		ORDER BY nodeinfo_at, host LIMIT ?`, since, limit)
	return names, wrap(err, "listing servers whose software is not known")
}

// Asked notes that a server was asked what software it runs.
func (t Hosts) Asked(ctx context.Context, host string) error {
	err := t.apart(ctx, func(in table) error {
		_, err := in.exec(ctx, "UPDATE hosts SET nodeinfo_at = ? WHERE host = ?", in.s.now().UnixMilli(), host)
		return err
	})
	return wrap(err, "noting that %s was asked", host)
}

// Answered notes that a host answered a request of ours, whatever it said.
func (t Hosts) Answered(ctx context.Context, host string) error {
	err := t.apart(ctx, func(in table) error {
		_, err := in.exec(ctx, "UPDATE hosts SET answered_at = ? WHERE host = ?", in.s.now().UnixMilli(), host)
		return err
	})
	return wrap(err, "noting an answer of %s", host)
}

// Touch notes that a host that we send to has spoken to us: one that fails is
// tried again now. A lease is left alone. A host that we do not know yet is not
// written: strangers must not fill the table.
func (t Hosts) Touch(ctx context.Context, host string) error {
	now := t.s.now().UnixMilli()
	known, err := take[embraye.Host](ctx, t.table, "host = ?", host)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil
	}
	if err == nil && known.Failures == 0 && now-known.SeenAt < contactEvery.Milliseconds() {
		return nil
	}
	if err == nil {
		err = t.apart(ctx, func(in table) error {
			_, err := in.exec(ctx, `UPDATE hosts SET seen_at = ?, next_at = CASE WHEN leased OR failures = 0
				OR next_at < ? THEN next_at ELSE ? END WHERE host = ?`, now, now, now, host)
			return err
		})
	}
	return wrap(err, "noting contact from %s", host)
}
