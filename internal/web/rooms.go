package web

import (
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
)

// Rooms are the use cases that addresses lead to.
type Rooms struct {
	App          *app.App
	Directory    *directory.Directory
	Inbox        *inbox.Inbox
	Constats     *constats.Constats
	Drafts       *drafts.Drafts
	Talk         *talk.Talk
	People       *people.People
	Organisation *organisation.Organisation
	Peers        *peers.Peers
	Reviews      *reviews.Reviews
	Gather       *gather.Gather
	Letters      *letters.Letters
	Evidence     *evidence.Evidence
	Witness      *witness.Room
}
