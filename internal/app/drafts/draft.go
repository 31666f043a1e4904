package drafts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Input is a constat as somebody has typed it so far; any part of it may
// be missing.
type Input struct {
	embraye.Scope
	embraye.Content
	Sign bool // publish with the owner's name
}

// Conflict says that somebody else saved first; it is ErrConflict.
type Conflict struct {
	Theirs *embraye.Draft
	Same   bool // it says what was to be saved: nothing is lost
}

func (e *Conflict) Error() string { return "somebody else saved this draft first" }

// Is makes errors.Is(err, embraye.ErrConflict) true.
func (e *Conflict) Is(target error) bool { return target == embraye.ErrConflict }

// maxDrafts is how many drafts one person can keep open.
const maxDrafts = 5000

// beginWithin is how long the same text from the same person is one draft.
const beginWithin = 10 * time.Minute

// settingBegun is written before a draft is looked for: of two forms at the same
// moment the second waits for the first, then finds its draft.
const settingBegun = "draft_begun_at"

// Begin keeps what somebody has begun.
func (ds *Drafts) Begin(ctx context.Context, by embraye.Acting, in Input) (*embraye.Draft, error) {
	return ds.begin(ctx, by, in, false)
}

// BeginOnce is Begin for forms: one that is sent twice, by a button pressed twice
// or a page loaded again, makes one draft.
func (ds *Drafts) BeginOnce(ctx context.Context, by embraye.Acting, in Input) (*embraye.Draft, error) {
	return ds.begin(ctx, by, in, true)
}

func (ds *Drafts) begin(ctx context.Context, by embraye.Acting, in Input, once bool) (*embraye.Draft, error) {
	if err := mayWrite(by); err != nil {
		return nil, fmt.Errorf("drafts: new draft: %w", err)
	}
	d, err := ds.draftOf(by, in)
	if err != nil {
		return nil, err
	}
	begun := d
	err = ds.desk.Store.InTx(ctx, func(t store.Tables) error {
		d, begun.ID = begun, 0 // PostgreSQL may run this again
		if once {
			same, err := justBegun(ctx, ds, t, by, d)
			if err != nil || same != nil {
				d = same
				return err
			}
		}
		if err := roomForDrafts(ctx, t, by.PersonID(), 1, "draft"); err != nil {
			return err
		}
		return t.Drafts.Insert(ctx, d)
	})
	return d, err
}

// justBegun is the draft that the same form has made a moment ago, if nobody has
// touched it since.
func justBegun(ctx context.Context, ds *Drafts, t store.Tables, by embraye.Acting, d *embraye.Draft) (*embraye.Draft, error) {
	if err := t.Settings.Set(ctx, settingBegun, d.CreatedAt.Format(time.RFC3339)); err != nil {
		return nil, err
	}
	last, err := t.Drafts.List(ctx, embraye.DraftFilter{Kind: embraye.DraftConstat, State: embraye.DraftWriting, Mine: true, Limit: 5}, by.PersonID())
	if err != nil {
		return nil, err
	}
	key, err := draftKey(*d)
	if err != nil {
		return nil, err
	}
	for _, old := range last {
		if old.Version != 1 || old.Sign != d.Sign || d.CreatedAt.Sub(old.CreatedAt) > beginWithin {
			continue
		}
		if oldKey, err := draftKey(old); err != nil || oldKey == key {
			return &old, err
		}
	}
	return nil, nil
}

// roomForDrafts refuses more open drafts than one person can keep.
func roomForDrafts(ctx context.Context, t store.Tables, owner int64, more int, field string) error {
	open, err := t.Drafts.CountOpen(ctx, owner)
	if err == nil && open+more > maxDrafts {
		err = &embraye.InvalidError{Problems: []embraye.Problem{{Field: field, Code: "too_many_drafts", Max: maxDrafts}}}
	}
	return err
}

// mayWrite: a draft belongs to a person, so the operator writes none.
func mayWrite(by embraye.Acting) error {
	if by.Person == nil {
		return embraye.ErrForbidden
	}
	return by.May(embraye.Editor)
}

func (ds *Drafts) draftOf(by embraye.Acting, in Input) (*embraye.Draft, error) {
	in, err := ds.checkInput(in)
	if err != nil {
		return nil, err
	}
	now := ds.desk.Stamp()
	return &embraye.Draft{Owner: by.PersonID(), State: embraye.DraftWriting, Scope: in.Scope, Content: in.Content, Sign: in.Sign,
		Version: 1, CreatedAt: now, UpdatedAt: now}, nil
}

// Take returns a draft that the person may see: one's own, or any for
// reviewers. Others do not exist (W24, W25).
func (ds *Drafts) Take(ctx context.Context, by embraye.Acting, id int64) (*embraye.Draft, error) {
	return takeDraft(ctx, ds.desk.Store.Tables(), by, id)
}

func takeDraft(ctx context.Context, t store.Tables, by embraye.Acting, id int64) (*embraye.Draft, error) {
	d, err := t.Drafts.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	if by.May(embraye.Reviewer) != nil && (mayWrite(by) != nil || d.Owner != by.PersonID()) {
		return nil, fmt.Errorf("drafts: draft %d: %w", id, embraye.ErrNotFound)
	}
	return d, nil
}

// takeKind is takeDraft for what is only of constats, or only of reviews.
func takeKind(ctx context.Context, t store.Tables, by embraye.Acting, id int64, kind embraye.DraftKind) (*embraye.Draft, error) {
	d, err := takeDraft(ctx, t, by, id)
	if err == nil && d.OfReview() != (kind == embraye.DraftReview) {
		return nil, fmt.Errorf("drafts: draft %d is no %s: %w", id, kind, embraye.ErrNotFound)
	}
	return d, err
}

// List lists those that the person may see, the last saved first.
func (ds *Drafts) List(ctx context.Context, by embraye.Acting, f embraye.DraftFilter) ([]embraye.Draft, error) {
	if by.May(embraye.Reviewer) != nil {
		if mayWrite(by) != nil {
			return nil, nil // readers see no drafts
		}
		f.Mine = true
	}
	return ds.desk.Store.Tables().Drafts.List(ctx, f, by.PersonID())
}

// Save writes what somebody typed, if the draft is still at the version that they
// began with, or says the same already: a form may be sent twice. Else *Conflict
// tells what the other wrote.
func (ds *Drafts) Save(ctx context.Context, by embraye.Acting, id int64, version int, in Input) (*embraye.Draft, error) {
	in, err := ds.checkInput(in)
	if err != nil {
		return nil, err
	}
	d, err := ds.change(ctx, by, id, version, func(t store.Tables, d *embraye.Draft) error {
		if d.OfReview() {
			return fmt.Errorf("drafts: draft %d is no constat: %w", id, embraye.ErrNotFound)
		}
		d.Scope, d.Content, d.Sign, d.Failure = in.Scope, in.Content, in.Sign, ""
		return waitAgain(ctx, ds, t, by, d)
	})
	return unlessSame(d, err, func(d *embraye.Draft) { d.Scope, d.Content, d.Sign = in.Scope, in.Content, in.Sign })
}

// unlessSame passes over a conflict with a draft that says already what put would
// write into it. One that was published is none to go on with.
func unlessSame(d *embraye.Draft, err error, put func(*embraye.Draft)) (*embraye.Draft, error) {
	var conflict *Conflict
	if !errors.As(err, &conflict) {
		return d, err
	}
	mine := *conflict.Theirs
	put(&mine)
	before, err1 := draftKey(*conflict.Theirs)
	after, err2 := draftKey(mine)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	conflict.Same = before == after && mine.Sign == conflict.Theirs.Sign && mine.Review == conflict.Theirs.Review
	if conflict.Same && mine.State != embraye.DraftPublished {
		return conflict.Theirs, nil
	}
	return nil, err
}

// errAsItWas ends a change that would change nothing.
var errAsItWas = errors.New("the draft is as it was asked for")

// waitAgain: what somebody let pass is not what is there now.
func waitAgain(ctx context.Context, ds *Drafts, t store.Tables, by embraye.Acting, d *embraye.Draft) error {
	if d.State != embraye.DraftScheduled {
		return nil
	}
	err := ds.mayPublish(ctx, t, by, d)
	if errors.Is(err, embraye.ErrForbidden) {
		unschedule(d)
		return nil
	}
	return err
}

// change applies one change to a draft that is not published. A version
// of 0 takes the draft as it is.
func (ds *Drafts) change(ctx context.Context, by embraye.Acting, id int64, version int, change func(store.Tables, *embraye.Draft) error) (*embraye.Draft, error) {
	if err := mayWrite(by); err != nil {
		return nil, fmt.Errorf("drafts: draft %d: %w", id, err)
	}
	var d *embraye.Draft
	err := ds.desk.Store.InTx(ctx, func(t store.Tables) (err error) {
		if d, err = takeDraft(ctx, t, by, id); err != nil {
			return err
		}
		if d.State == embraye.DraftPublished || version != 0 && d.Version != version {
			return &Conflict{Theirs: d}
		}
		if err := change(t, d); err != nil {
			return err
		}
		d.Version++
		d.UpdatedAt = ds.desk.Stamp()
		return t.Drafts.Save(ctx, d)
	})
	if err == nil || errors.Is(err, errAsItWas) {
		return d, nil
	}
	var conflict *Conflict
	if errors.Is(err, embraye.ErrConflict) && !errors.As(err, &conflict) {
		// Somebody saved between reading and writing: say what.
		theirs, err := ds.Take(ctx, by, id)
		if err != nil {
			return nil, err
		}
		return nil, &Conflict{Theirs: theirs}
	}
	return nil, err
}

// DuplicateLast begins a draft with what the person wrote last, published or
// not. Dates of what happened and evidence are the new one's own affair.
func (ds *Drafts) DuplicateLast(ctx context.Context, by embraye.Acting) (*embraye.Draft, error) {
	if err := mayWrite(by); err != nil {
		return nil, fmt.Errorf("drafts: duplicate: %w", err)
	}
	last, err := ds.desk.Store.Tables().Drafts.Last(ctx, by.PersonID())
	if err != nil {
		return nil, err
	}
	in := Input{Scope: last.Scope, Content: last.Content, Sign: last.Sign}
	in.ObservedDate, in.EffectiveDate, in.RelatedTo = "", "", nil
	return ds.BeginOnce(ctx, by, in)
}

// Delete throws a draft away; a published one stays, for it knows what it
// became.
func (ds *Drafts) Delete(ctx context.Context, by embraye.Acting, id int64) error {
	if err := mayWrite(by); err != nil {
		return fmt.Errorf("drafts: draft %d: %w", id, err)
	}
	return ds.desk.Store.InTx(ctx, func(t store.Tables) error {
		d, err := takeDraft(ctx, t, by, id)
		if err != nil {
			return err
		}
		if d.State == embraye.DraftPublished {
			return &Conflict{Theirs: d}
		}
		if err := t.Drafts.Remove(ctx, id); err != nil {
			return err
		}
		return ds.desk.RecordDetail(ctx, t, by, "draft.delete", fmt.Sprintf("draft %d", id), "", d.Title, false)
	})
}

// trim is what was meant by what a form, command or table holds, without
// blank lines of lists.
func trim(in Input) Input {
	in.Scope, in.Content = in.Scope.Tidy(), in.Content.Tidy()
	var searched []string
	for _, s := range in.Searched {
		if !embraye.Blank(s) {
			searched = append(searched, s)
		}
	}
	in.Searched = searched
	return in
}
