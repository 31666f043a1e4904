package app

import (
	"embraye/internal/embraye"
)

// SetupInput is what the first admin fills in.
type SetupInput struct {
	Email, Name, Password string
	OrgName, OrgHandle    string
	Summary               string
	Links                 []embraye.ActorLink
	Contact               string // the legal text "contact"
}

// DraftInput is a constat as somebody has typed it so far.
type DraftInput struct {
	embraye.Scope
	embraye.Content
	Sign bool // publish with the owner's name
}

// DraftConflict says that somebody else saved first; it is ErrConflict.
type DraftConflict struct{ Theirs *embraye.Draft }

func (e *DraftConflict) Error() string { return "somebody else saved this draft first" }

// Is makes errors.Is(err, embraye.ErrConflict) true.
func (e *DraftConflict) Is(target error) bool { return target == embraye.ErrConflict }

// ProfileInput is the organisation's profile. An empty IconFile keeps the icon
// that is there; RemoveIcon goes back to the drawn one.
type ProfileInput struct {
	Name, Summary string
	Links         []embraye.ActorLink
	IconFile      string // name of an uploaded picture
	RemoveIcon    bool
}

// Rules are how this organisation works.
type Rules struct {
	ReviewRequired bool // editors cannot publish, only send for review
	RepliesOpen    bool // public replies are shown at once
}

// Keys of what the program keeps in a session, under scs.
const (
	SessionPerson    = "person"     // int64
	SessionUserAgent = "user_agent" // string
)

// SessionStore keeps sessions in the database, for scs.
type SessionStore struct{ app *App }
