package embraye

// ConstatPage is a published constat, or what is left of a withdrawn one: its
// dates and the reason.
type ConstatPage struct {
	Update       Update
	Actor        Actor
	Organisation Actor
	Revisions    []Revision      // ascending; of a withdrawn constat none
	Reviews      []ShownReview   // newest first
	Replies      []ShownReply    // oldest first, at most MaxShownReplies
	Files        []EvidenceFile  // ours that the evidence names
	Copies       []EvidenceCopy  // the newest that is kept of each page, without its words
	Dead         map[string]bool // pages (PageOf) that answer no more
}

// MaxShownReplies is how many replies a page shows; the collection has all.
const MaxShownReplies = 20

// ShownReply is a reply that the moderation shows, with who wrote it.
type ShownReply struct {
	Reply   Reply
	Author  RemoteActor
	Answers []Note // ours, public, oldest first
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

// VersionPage is one revision of a constat, with the constat as it is now and
// the revision before it.
type VersionPage struct {
	Update       Update
	Actor        Actor
	Organisation Actor
	Revision     Revision  // empty when the constat was withdrawn
	Before       *Revision // nil for the first
}

// NotePage is one of our other Notes, with the constat that it belongs to.
type NotePage struct {
	Note         Note
	Actor        Actor
	Organisation Actor
	Update       *Update // nil for pinned notes
}

// ThreadPage is one page of a constat's conversation.
type ThreadPage struct {
	Total int   // the constat too
	Items []IRI // oldest first
	More  bool  // there is a next page
}

// RepliesPage is one page of the shown replies to a Note of ours.
type RepliesPage struct {
	Total   int
	Replies []Reply // oldest first
	More    bool    // there is a next page
}
