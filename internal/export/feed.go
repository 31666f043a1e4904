package export

import (
	"cmp"
	"time"

	"embraye/internal/embraye"
)

// Feed is what both feed formats say. Texts may come as they are: the writers
// clean them.
type Feed struct {
	ID       string // never changes, even if the address does; SelfURL when empty
	Title    string
	Subtitle string
	HomeURL  string // the page that this feed follows
	SelfURL  string // the feed's own address, in the format that is written
	NextURL  string // of what is older, if there is any (RFC 5005, JSON Feed)
	FirstURL string // of the feed's beginning, on what is older
	IconURL  string
	Language string
	Updated  time.Time // when empty, the newest entry's
	Author   Author
	Licence  string // SPDX id, shown as rights
	Entries  []Entry
}

// Author is who speaks: the organisation or one of its measures.
type Author struct {
	Name string
	URL  string
}

// Entry is one constat in a feed, in full.
type Entry struct {
	ID         string
	URL        string
	Title      string
	Summary    string // plain text
	HTML       string // the full text
	Language   string
	Published  time.Time
	Updated    time.Time // when empty, Published
	Author     Author    // when empty, the feed's
	Categories []string
	Enclosures []Enclosure
}

// An Enclosure is a file that an entry rests on.
type Enclosure struct{ URL, Type, Title string }

// clean returns a copy whose texts and links can be written into any format.
func (f Feed) clean() Feed {
	f.Title, f.Subtitle = cleanLine(f.Title), cleanLine(f.Subtitle)
	f.HomeURL, f.SelfURL, f.IconURL = link(f.HomeURL), link(f.SelfURL), link(f.IconURL)
	f.NextURL, f.FirstURL = link(f.NextURL), link(f.FirstURL)
	f.Language, f.Licence, f.Author = cleanLine(f.Language), cleanLine(f.Licence), f.Author.clean()
	f.ID = cleanLine(f.ID)
	if f.ID == "" {
		f.ID = cmp.Or(f.FirstURL, f.SelfURL)
	}
	entries := make([]Entry, len(f.Entries))
	newest := time.Unix(0, 0)
	for i, e := range f.Entries {
		entries[i] = e.clean()
		if entries[i].Updated.After(newest) {
			newest = entries[i].Updated
		}
	}
	if f.Updated.IsZero() {
		f.Updated = newest
	}
	f.Entries = entries
	return f
}

func (e Entry) clean() Entry {
	e.ID, e.URL, e.Language = cleanLine(e.ID), link(e.URL), cleanLine(e.Language)
	e.Title, e.Summary, e.HTML = cleanLine(e.Title), CleanText(e.Summary), CleanHTML(e.HTML)
	e.Author = e.Author.clean()
	if e.ID == "" {
		e.ID = e.URL
	}
	if e.Updated.IsZero() {
		e.Updated = e.Published
	}
	var categories []string
	for _, c := range e.Categories {
		if c = cleanLine(c); c != "" {
			categories = append(categories, c)
		}
	}
	e.Categories = categories
	var enclosures []Enclosure
	for _, f := range e.Enclosures {
		if f = (Enclosure{link(f.URL), cleanLine(f.Type), cleanLine(f.Title)}); f.URL != "" && f.Type != "" {
			enclosures = append(enclosures, f)
		}
	}
	e.Enclosures = enclosures
	return e
}

func (a Author) clean() Author { return Author{Name: cleanLine(a.Name), URL: link(a.URL)} }

// link drops whatever is no web address: javascript: and its disguises.
func link(s string) string {
	if !embraye.WebAddress(s) || CleanText(s) != s {
		return ""
	}
	return s
}
