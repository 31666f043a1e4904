package embraye

// ConstatPage is a published constat, or what is left of a withdrawn one: its
// dates and the reason.
type ConstatPage struct {
	Update       Update
	Actor        Actor
	Organisation Actor
	Revisions    []Revision // ascending; of a withdrawn constat none
}

// Reason is why the served revision was made; empty for the first one.
func (p *ConstatPage) Reason() string {
	for _, r := range p.Revisions {
		if r.Number == p.Update.Revision {
			return r.Reason
		}
	}
	return ""
}

// VersionPage is one revision of a constat, with the constat as it is now.
type VersionPage struct {
	Update       Update
	Actor        Actor
	Organisation Actor
	Revision     Revision // empty when the constat was withdrawn
}

// NotePage is one of our other Notes, with the constat that it belongs to.
type NotePage struct {
	Note         Note
	Actor        Actor
	Organisation Actor
	Update       *Update // nil for pinned notes
}

// RepliesPage is one page of the shown replies to a Note of ours.
type RepliesPage struct {
	Total   int
	Replies []Reply // oldest first
	More    bool    // there is a next page
}
