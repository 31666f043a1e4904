package store

import (
	"context"
	"time"

	"embraye/internal/embraye"
)

// Mails are one-time links that have to be sent.
type Mails struct{ table }

// Put asks for a mail; one of the same kind that still waits for the address
// becomes this one. It fills in the id.
func (t Mails) Put(ctx context.Context, m *embraye.Mail) error {
	err := t.scan(ctx, &m.ID, `INSERT INTO mails (kind, email, person_id, role, language, asked_by, created_at, tries, next_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (kind, email) DO UPDATE SET person_id = excluded.person_id, role = excluded.role, language = excluded.language,
		asked_by = excluded.asked_by, created_at = excluded.created_at, tries = excluded.tries, next_at = excluded.next_at RETURNING id`,
		m.Kind, m.Email, m.PersonID, m.Role, m.Language, m.AskedBy, m.CreatedAt.UTC(), m.Tries, m.NextAt.UTC())
	return wrap(err, "asking for a mail")
}

// Due lists what has to be sent now, the longest due first.
func (t Mails) Due(ctx context.Context, now time.Time, limit int) ([]embraye.Mail, error) {
	all, err := list[embraye.Mail](ctx, t.table, "next_at, id", limit, "next_at <= ?", now.UTC())
	return all, wrap(err, "listing mails")
}

// Waiting counts what is not sent yet.
func (t Mails) Waiting(ctx context.Context) (n int, err error) {
	err = t.scan(ctx, &n, "SELECT count(*) FROM mails")
	return n, wrap(err, "counting mails")
}

// Claim takes a due mail for one more try; until next it is nobody else's. Of
// two processes at the same moment one gets true.
func (t Mails) Claim(ctx context.Context, id int64, now, next time.Time) (bool, error) {
	n, err := t.exec(ctx, "UPDATE mails SET tries = tries + 1, next_at = ? WHERE id = ? AND next_at <= ?", next.UTC(), id, now.UTC())
	return n == 1, wrap(err, "claiming the mail %d", id)
}

// Take returns a mail.
func (t Mails) Take(ctx context.Context, id int64) (*embraye.Mail, error) {
	m, err := take[embraye.Mail](ctx, t.table, "id = ?", id)
	return m, wrap(err, "taking the mail %d", id)
}

// Done forgets a mail, unless somebody has asked for it again meanwhile.
func (t Mails) Done(ctx context.Context, m *embraye.Mail) error {
	_, err := remove[embraye.Mail](ctx, t.table, "id = ? AND tries = ?", m.ID, m.Tries)
	return wrap(err, "forgetting the mail %d", m.ID)
}

// Prune forgets what nobody has sent for long.
func (t Mails) Prune(ctx context.Context, before time.Time) error {
	_, err := remove[embraye.Mail](ctx, t.table, "created_at < ?", before.UTC())
	return wrap(err, "forgetting old mails")
}

// Remove forgets what waits for an address.
func (t Mails) Remove(ctx context.Context, kind embraye.LinkKind, email string) error {
	_, err := remove[embraye.Mail](ctx, t.table, "kind = ? AND email = ?", kind, email)
	return wrap(err, "forgetting a mail")
}
