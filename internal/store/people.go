package store

import (
	"context"

	"embraye/internal/embraye"
)

// People are the people of the organisation.
type People struct{ table }

// Insert adds a person; an address that is taken is ErrConflict.
func (t People) Insert(ctx context.Context, p *embraye.Person) error {
	return wrap(insert(ctx, t.table, p), "adding the person %s", p.Email)
}

// Save writes every column.
func (t People) Save(ctx context.Context, p *embraye.Person) error {
	return wrap(save(ctx, t.table, p), "saving the person %s", p.Email)
}

// Take returns the person of that number.
func (t People) Take(ctx context.Context, id int64) (*embraye.Person, error) {
	p, err := take[embraye.Person](ctx, t.table, "id = ?", id)
	return p, wrap(err, "taking the person %d", id)
}

// ByEmail returns the person of an address in lower case.
func (t People) ByEmail(ctx context.Context, email string) (*embraye.Person, error) {
	p, err := take[embraye.Person](ctx, t.table, "email = ?", email)
	return p, wrap(err, "taking the person %s", email)
}

// List returns everybody in the order of their arrival.
func (t People) List(ctx context.Context) ([]embraye.Person, error) {
	all, err := list[embraye.Person](ctx, t.table, "id", 0, "")
	return all, wrap(err, "listing people")
}

// Lock makes whoever changes somebody who is here wait for whoever else does, until the
// transaction ends: two admins who take each other's role away would each see
// the other. SQLite has one writer anyway.
func (t People) Lock(ctx context.Context) error {
	if !t.s.postgres {
		return nil
	}
	_, err := t.exec(ctx, "LOCK TABLE people IN SHARE ROW EXCLUSIVE MODE")
	return wrap(err, "locking the people")
}

// Count tells how many people there are, disabled ones too.
func (t People) Count(ctx context.Context) (int, error) {
	n, err := count[embraye.Person](ctx, t.table, "")
	return n, wrap(err, "counting people")
}
