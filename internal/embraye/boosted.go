package embraye

import "time"

// BoostedPost is what somebody else's post or video is called that a measure
// boosts, so that pages can name it.
type BoostedPost struct {
	Object IRI    `gorm:"primaryKey"`
	Type   string // Note, Video, Article…
	URL    string `gorm:"column:url"`
	Title  string // its name, or how its text begins
	Author string // @user@host
}

// Boosted is one boost that stands.
type Boosted struct {
	Object                   IRI
	At                       time.Time
	Type, URL, Title, Author string // empty where nothing is kept
}

// BoostedBy is one with the measure that boosts it.
type BoostedBy struct {
	Boosted
	Actor string // handle
}

// Href is where people find it, on the server that it is from.
func (b Boosted) Href() string {
	if IRI(b.URL).Host() == b.Object.Host() && WebAddress(b.URL) {
		return b.URL
	}
	return string(b.Object)
}
