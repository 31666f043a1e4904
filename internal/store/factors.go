package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"embraye/internal/embraye"
)

// Factors are what people have besides their passwords: a code generator, keys
// of authenticators, recovery codes.
type Factors struct{ table }

// factorSeal is what a person's secret is sealed under: in another row it does
// not open.
func factorSeal(person int64) string { return fmt.Sprint("the second factor of person ", person) }

// Of tells what a person has.
func (t Factors) Of(ctx context.Context, person int64) (f embraye.Factors, err error) {
	app, err := t.CodeApp(ctx, person)
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return f, err
	}
	f.CodeApp = err == nil && len(app.SecretEnc) > 0
	if f.Passkeys, err = list[embraye.Passkey](ctx, t.table, "created_at, id", 0, "person_id = ?", person); err != nil {
		return f, wrap(err, "listing the passkeys of %d", person)
	}
	err = t.scan(ctx, &f.Codes, "SELECT count(*) FROM recovery_codes WHERE person_id = ?", person)
	return f, wrap(err, "counting the recovery codes of %d", person)
}

// Holders are the people who have a second factor.
func (t Factors) Holders(ctx context.Context) (map[int64]bool, error) {
	var ids []int64
	err := t.scan(ctx, &ids, "SELECT person_id FROM code_apps WHERE length(secret_enc) > 0 UNION SELECT person_id FROM passkeys")
	holders := map[int64]bool{}
	for _, id := range ids {
		holders[id] = true
	}
	return holders, wrap(err, "listing who has a second factor")
}

// CodeApp is the code generator of a person.
func (t Factors) CodeApp(ctx context.Context, person int64) (*embraye.CodeApp, error) {
	app, err := take[embraye.CodeApp](ctx, t.table, "person_id = ?", person)
	return app, wrap(err, "taking the code generator of %d", person)
}

// Open opens a sealed secret of a person.
func (t Factors) Open(person int64, sealed []byte) ([]byte, error) {
	secret, err := t.s.keys.unseal(sealed, factorSeal(person))
	return secret, wrap(err, "opening the code generator of %d", person)
}

// Pend keeps a secret until a code confirms it; the one that counts stays.
func (t Factors) Pend(ctx context.Context, person int64, secret []byte, now time.Time) error {
	sealed, err := t.s.keys.sealBytes(factorSeal(person), secret)
	if err != nil {
		return wrap(err, "sealing the code generator of %d", person)
	}
	_, err = t.exec(ctx, `INSERT INTO code_apps (person_id, secret_enc, pending_enc, last_step, created_at) VALUES (?, ?, ?, 0, ?)
		ON CONFLICT (person_id) DO UPDATE SET pending_enc = excluded.pending_enc`, person, []byte{}, sealed, now.UTC())
	return wrap(err, "keeping the code generator of %d", person)
}

// Confirm makes the pending secret the one that counts, unless another is pending
// by now.
func (t Factors) Confirm(ctx context.Context, app *embraye.CodeApp, step int64, now time.Time) (bool, error) {
	n, err := t.exec(ctx, "UPDATE code_apps SET secret_enc = pending_enc, pending_enc = ?, last_step = ?, created_at = ? WHERE person_id = ? AND pending_enc = ?",
		[]byte{}, step, now.UTC(), app.PersonID, app.PendingEnc)
	return n == 1, wrap(err, "confirming the code generator of %d", app.PersonID)
}

// UseStep uses a step of the clock, once: of two requests with the same code, to
// whatever process, one gets true.
func (t Factors) UseStep(ctx context.Context, app *embraye.CodeApp, step int64) (bool, error) {
	n, err := t.exec(ctx, "UPDATE code_apps SET last_step = ? WHERE person_id = ? AND last_step < ? AND secret_enc = ?", step, app.PersonID, step, app.SecretEnc)
	return n == 1, wrap(err, "using a code of %d", app.PersonID)
}

// RemoveApp forgets the code generator of a person.
func (t Factors) RemoveApp(ctx context.Context, person int64) (bool, error) {
	n, err := remove[embraye.CodeApp](ctx, t.table, "person_id = ?", person)
	return n == 1, wrap(err, "removing the code generator of %d", person)
}

// AddPasskey adds a key; one that is here already is ErrConflict.
func (t Factors) AddPasskey(ctx context.Context, k *embraye.Passkey) error {
	return wrap(insert(ctx, t.table, k), "adding a passkey of %d", k.PersonID)
}

// UsePasskey keeps what a key counts now, unless it was used meanwhile.
func (t Factors) UsePasskey(ctx context.Context, k *embraye.Passkey, count int64, record []byte, now time.Time) (bool, error) {
	n, err := t.exec(ctx, "UPDATE passkeys SET sign_count = ?, record = ?, used_at = ? WHERE id = ? AND person_id = ? AND sign_count = ?",
		count, record, now.UTC(), k.ID, k.PersonID, k.SignCount)
	return n == 1, wrap(err, "using a passkey of %d", k.PersonID)
}

// RemovePasskey forgets one key of a person.
func (t Factors) RemovePasskey(ctx context.Context, person int64, id string) (bool, error) {
	n, err := remove[embraye.Passkey](ctx, t.table, "person_id = ? AND id = ?", person, id)
	return n == 1, wrap(err, "removing a passkey of %d", person)
}

// SetCodes replaces the recovery codes of a person.
func (t Factors) SetCodes(ctx context.Context, person int64, hashes []string) error {
	if _, err := t.exec(ctx, "DELETE FROM recovery_codes WHERE person_id = ?", person); err != nil {
		return wrap(err, "forgetting the recovery codes of %d", person)
	}
	for _, hash := range hashes {
		if _, err := t.exec(ctx, "INSERT INTO recovery_codes (person_id, hash) VALUES (?, ?)", person, hash); err != nil {
			return wrap(err, "keeping the recovery codes of %d", person)
		}
	}
	return nil
}

// UseCode uses a recovery code, once.
func (t Factors) UseCode(ctx context.Context, person int64, hash string) (bool, error) {
	n, err := t.exec(ctx, "DELETE FROM recovery_codes WHERE person_id = ? AND hash = ?", person, hash)
	return n == 1, wrap(err, "using a recovery code of %d", person)
}

// RemoveAll takes everything away from a person.
func (t Factors) RemoveAll(ctx context.Context, person int64) error {
	for _, table := range []string{"code_apps", "passkeys", "recovery_codes"} {
		if _, err := t.exec(ctx, "DELETE FROM "+table+" WHERE person_id = ?", person); err != nil {
			return wrap(err, "removing the factors of %d", person)
		}
	}
	return nil
}
