package store

import (
	"context"

	"embraye/internal/embraye"
)

// Actors are our own actors.
type Actors struct{ table }

// Take returns the actor of that handle, enabled or not. A transaction reads it
// once: whatever is said in it is said by one or two of them.
func (t Actors) Take(ctx context.Context, handle string) (*embraye.Actor, error) {
	if t.tx != nil {
		if known, ok := t.tx.actors[handle]; ok {
			return &known, nil
		}
	}
	return t.take(ctx, t.table, handle)
}

// TakeToWrite is Take before a Save: whoever else would save it waits.
func (t Actors) TakeToWrite(ctx context.Context, handle string) (*embraye.Actor, error) {
	return t.take(ctx, t.toWrite(), handle)
}

func (t Actors) take(ctx context.Context, from table, handle string) (*embraye.Actor, error) {
	a, err := take[embraye.Actor](ctx, from, "handle = ?", handle)
	if err == nil {
		t.read(*a)
	}
	return a, wrap(err, "taking the actor %s", handle)
}

// read keeps what a transaction has read; written forgets it.
func (t Actors) read(all ...embraye.Actor) {
	if t.tx == nil {
		return
	}
	if t.tx.actors == nil {
		t.tx.actors = map[string]embraye.Actor{}
	}
	for _, a := range all {
		t.tx.actors[a.Handle] = a
	}
}

func (t Actors) written() {
	if t.tx != nil {
		t.tx.actors = nil
	}
}

// List returns the organisation, the instance actor, then the measures by
// handle.
func (t Actors) List(ctx context.Context) ([]embraye.Actor, error) { return t.list(ctx, t.table) }

// ListToWrite is List before a Save: whoever else would save one of them waits.
func (t Actors) ListToWrite(ctx context.Context) ([]embraye.Actor, error) {
	return t.list(ctx, t.toWrite())
}

func (t Actors) list(ctx context.Context, from table) ([]embraye.Actor, error) {
	const order = "CASE kind WHEN 'organisation' THEN 0 WHEN 'instance' THEN 1 ELSE 2 END, handle"
	all, err := list[embraye.Actor](ctx, from, order, 0, "")
	t.read(all...)
	return all, wrap(err, "listing actors")
}

// Insert adds an actor.
func (t Actors) Insert(ctx context.Context, a *embraye.Actor) error {
	return wrap(insert(ctx, t.table, a), "adding the actor %s", a.Handle)
}

// Save writes every column.
func (t Actors) Save(ctx context.Context, a *embraye.Actor) error {
	t.written()
	return wrap(save(ctx, t.table, a), "saving the actor %s", a.Handle)
}

// Rename gives the organisation another handle. Its keys follow, sealed under
// what never changes; nobody may have heard of the old handle, for what was said
// under it stays as it was.
func (t Actors) Rename(ctx context.Context, from, to string) error {
	t.written()
	if _, err := Keys(t).Reseal(ctx, from); err != nil {
		return err
	}
	for _, query := range []string{"UPDATE actors SET handle = ? WHERE handle = ?", "UPDATE actor_keys SET actor = ? WHERE actor = ?"} {
		if _, err := t.exec(ctx, query, to, from); err != nil {
			return wrap(err, "renaming the actor %s", from)
		}
	}
	return nil
}
