package store

import (
	"context"
	"slices"
	"time"

	"embraye/internal/embraye"
)

// Drafts are constats that nobody outside may see.
type Drafts struct{ table }

// Insert adds a draft and sets its ID.
func (t Drafts) Insert(ctx context.Context, d *embraye.Draft) error {
	return wrap(insert(ctx, t.table, d), "adding a draft")
}

// insertAtOnce bounds the parameters of one statement.
const insertAtOnce = 500

// InsertAll adds many drafts.
func (t Drafts) InsertAll(ctx context.Context, all []embraye.Draft) error {
	return wrap(t.db.WithContext(ctx).CreateInBatches(all, insertAtOnce).Error, "adding %d drafts", len(all))
}

// CountOpen tells how many drafts of a person are not published.
func (t Drafts) CountOpen(ctx context.Context, owner int64) (int, error) {
	n, err := count[embraye.Draft](ctx, t.table, "owner = ? AND state <> 'published'", owner)
	return n, wrap(err, "counting the drafts of %d", owner)
}

// Save writes every column, if the row still has the version that d had before
// it grew by one; else ErrConflict: somebody else saved first.
func (t Drafts) Save(ctx context.Context, d *embraye.Draft) error {
	result := t.db.WithContext(ctx).Model(d).Where("version = ?", d.Version-1).Select("*").Updates(d)
	if result.Error == nil && result.RowsAffected == 0 {
		return wrap(embraye.ErrConflict, "saving the draft %d", d.ID)
	}
	return wrap(result.Error, "saving the draft %d", d.ID)
}

// Claim makes a draft of that version published, once: of two requests at the
// same moment one gets true, and the other waits until the first has ended.
func (t Drafts) Claim(ctx context.Context, id int64, version int) (bool, error) {
	n, err := t.exec(ctx, "UPDATE drafts SET state = 'published' WHERE id = ? AND version = ? AND state <> 'published'", id, version)
	return n == 1, wrap(err, "claiming the draft %d", id)
}

// Take returns the draft of that number.
func (t Drafts) Take(ctx context.Context, id int64) (*embraye.Draft, error) {
	d, err := take[embraye.Draft](ctx, t.table, "id = ?", id)
	return d, wrap(err, "taking the draft %d", id)
}

// List returns drafts, the last saved first. person is who "mine" and "for
// review" mean.
func (t Drafts) List(ctx context.Context, f embraye.DraftFilter, person int64) ([]embraye.Draft, error) {
	where, args := "state <> 'published'", []any{}
	if f.State != "" {
		where, args = "state = ?", []any{f.State}
	}
	switch f.Kind {
	case embraye.DraftConstat:
		where += " AND review_of = ''"
	case embraye.DraftReview:
		where += " AND review_of <> ''"
	}
	if f.Mine {
		where, args = where+" AND owner = ?", append(args, person)
	}
	if f.ForReview {
		where, args = where+" AND state = 'in_review' AND owner <> ? AND reviewer IN (0, ?)", append(args, person, person)
	}
	for _, by := range []struct{ column, value string }{{"measure", f.Measure}, {"territory", f.Territory}, {"subject", string(f.Subject)}, {"stage", string(f.Stage)}} {
		if by.value != "" {
			where, args = where+" AND "+by.column+" = ?", append(args, by.value)
		}
	}
	limit := f.Limit
	if f.Search != "" || f.Skip > 0 {
		limit = 0
	}
	all, err := list[embraye.Draft](ctx, t.table, "updated_at DESC, id DESC", limit, where, args...)
	if f.Search != "" {
		all = slices.DeleteFunc(all, func(d embraye.Draft) bool { return !d.Content.Says(d.Scope, f.Search) })
	}
	all = all[min(f.Skip, len(all)):]
	if f.Limit > 0 {
		all = all[:min(f.Limit, len(all))]
	}
	return all, wrap(err, "listing drafts")
}

// Failed lists what could not be published at its hour, of one person or of all
// (0).
func (t Drafts) Failed(ctx context.Context, owner int64, limit int) ([]embraye.Draft, error) {
	where, args := "failure <> '' AND state <> 'published'", []any{}
	if owner != 0 {
		where, args = where+" AND owner = ?", append(args, owner)
	}
	all, err := list[embraye.Draft](ctx, t.table, "updated_at DESC, id DESC", limit, where, args...)
	return all, wrap(err, "listing drafts that failed")
}

// OfReview returns the draft of a review that a person has open about a constat.
func (t Drafts) OfReview(ctx context.Context, owner int64, of embraye.IRI) (*embraye.Draft, error) {
	d, err := takeFirst[embraye.Draft](ctx, t.table, "id", "review_of = ? AND owner = ? AND state <> 'published'", of, owner)
	return d, wrap(err, "taking the draft of %d about %s", owner, of)
}

// Last returns the constat that a person saved last, published or not.
func (t Drafts) Last(ctx context.Context, owner int64) (*embraye.Draft, error) {
	d, err := takeFirst[embraye.Draft](ctx, t.table, "updated_at DESC, id DESC", "owner = ? AND review_of = ''", owner)
	return d, wrap(err, "taking the last draft of %d", owner)
}

// Due lists what is scheduled for now or earlier, in its order.
func (t Drafts) Due(ctx context.Context, now time.Time, limit int) ([]embraye.Draft, error) {
	all, err := list[embraye.Draft](ctx, t.table, "scheduled_at, id", limit, "state = 'scheduled' AND scheduled_at <= ?", now.UTC())
	return all, wrap(err, "listing scheduled drafts")
}

// Remove forgets a draft.
func (t Drafts) Remove(ctx context.Context, id int64) error {
	_, err := remove[embraye.Draft](ctx, t.table, "id = ?", id)
	return wrap(err, "removing the draft %d", id)
}
