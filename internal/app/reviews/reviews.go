// Package reviews is what organisations say of each other's constats: ours of
// theirs, theirs of ours, theirs of each other's, and what the author answers.
//
// What always holds: a review is its author's alone, and never about a constat
// of its author's; nobody but the author of a constat answers one, once; what
// an organisation that is not trusted says is shown after somebody of ours has
// read it, and hidden only with a reason that is public.
//
// Start reading at publish.go for what we say, at receive.go for what others
// say, at ask.go for what is found without its subject's help, and at known.go
// for what we tell who asks us.
package reviews

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/app"
	"embraye/internal/app/directory"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Reviews is the use cases of reviews.
type Reviews struct {
	desk      *app.App
	directory *directory.Directory
}

// New opens it over a desk.
func New(desk *app.App, d *directory.Directory) *Reviews {
	return &Reviews{desk: desk, directory: d}
}

// mayPublish: reviewers publish, correct and withdraw any review, editors their
// own, unless the organisation wants a second person to read first. What does not
// exist yet is of who asks.
func (rs *Reviews) mayPublish(ctx context.Context, t store.Tables, by embraye.Acting, owner int64) error {
	if by.May(embraye.Reviewer) == nil {
		return nil
	}
	refused := fmt.Errorf("reviews: publish or correct a review: %w", embraye.ErrForbidden)
	if by.May(embraye.Editor) != nil || owner != by.PersonID() {
		return refused
	}
	required, err := app.SettingOn(ctx, t, app.SettingReviewRequired)
	if err == nil && required {
		err = refused
	}
	return err
}

// MayPublish tells whether somebody may publish a new review without a second
// person.
func (rs *Reviews) MayPublish(ctx context.Context, by embraye.Acting) (bool, error) {
	err := rs.mayPublish(ctx, rs.desk.Store.Tables(), by, by.PersonID())
	if errors.Is(err, embraye.ErrForbidden) {
		return false, nil
	}
	return err == nil, err
}

// today is the day of what is written now.
func today(desk *app.App) embraye.Date { return embraye.MakeDate(desk.Now()) }

// actorKnown is an actor that we may write to: remembered, or read now.
func (rs *Reviews) actorKnown(ctx context.Context, uri embraye.IRI) (*embraye.RemoteActor, error) {
	a, err := rs.desk.Store.Tables().RemoteActors.ByURI(ctx, uri)
	if err == nil && a.Known() {
		return a, nil
	}
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return nil, err
	}
	return rs.directory.ReadActor(ctx, uri)
}
