package instance

import (
	"context"
	"errors"

	"embraye/internal/app"
	"embraye/internal/app/constats"
	"embraye/internal/app/directory"
	"embraye/internal/app/drafts"
	"embraye/internal/app/evidence"
	"embraye/internal/app/gather"
	"embraye/internal/app/inbox"
	"embraye/internal/app/letters"
	"embraye/internal/app/organisation"
	"embraye/internal/app/peers"
	"embraye/internal/app/people"
	"embraye/internal/app/reviews"
	"embraye/internal/app/talk"
	"embraye/internal/app/witness"
	"embraye/internal/web"
)

// Rooms are the use cases, all over one desk, as the pages get them.
type Rooms web.Rooms

// Join makes the use cases of a database that the first start has been through.
func Join(ctx context.Context, o app.Options) (*Rooms, error) {
	desk, err := app.New(ctx, o)
	if err != nil {
		return nil, err
	}
	r := &Rooms{App: desk, Directory: directory.New(desk), Organisation: organisation.New(desk)}
	r.Reviews = reviews.New(desk, r.Directory)
	r.Constats = constats.New(desk, r.Directory)
	r.Talk = talk.New(desk, r.Directory)
	r.Peers = peers.New(desk, r.Directory)
	r.Inbox = inbox.New(desk, r.Directory, r.Peers, r.Constats, r.Reviews)
	r.Gather = gather.New(desk, r.Directory, r.Inbox)
	r.Drafts = drafts.New(desk, r.Directory, r.Constats, r.Reviews, r.Organisation)
	r.People = people.New(desk, r.Organisation)
	r.Letters = letters.New(desk)
	r.Evidence = evidence.New(desk)
	r.Witness = witness.New(desk, r.Directory)
	return r, nil
}

// Prune forgets what has served its time, in every room.
func (r *Rooms) Prune(ctx context.Context) error {
	return errors.Join(r.Directory.Prune(ctx), r.People.Prune(ctx), r.Constats.Prune(ctx), r.Letters.Prune(ctx))
}
