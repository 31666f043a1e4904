package embraye

import "time"

// TimelineFilter chooses constats of the chronology; empty fields choose all.
type TimelineFilter struct {
	Measure   string
	Territory string // canonical code
	Subject   Subject
	Stage     Stage
	From, To  Date // of the fact, both included
	Search    string
	By        string // whose: ours if empty, EveryOrganisation, or the host of a peer
	After     string // cursor of the page before, from TimelinePage.Next
	Limit     int
}

// EveryOrganisation is TimelineFilter.By for ours and all peers that we gather.
const EveryOrganisation = "*"

// Undated begins the cursor of the chronology's last part.
const Undated = "-"

// TimelinePage is one page of the chronology: by the date of the fact, the
// newest first; then what has no such date, what was seen last first.
type TimelinePage struct {
	Updates []Update
	Total   int    // on all pages; not counted where peers speak
	Next    string // cursor; empty on the last page
	// Where peers speak too, one line for each scope: the latest fact first,
	// whether it happened then or was only seen.
	Voices []NamedStanding
	Texts  map[string]VoiceText
	Peers  []Peer // that we gather
}

// FactDate is when it happened, else when it was seen.
func (c Content) FactDate() Date { return factDate(c.EffectiveDate, c.ObservedDate) }

func factDate(effective, observed Date) Date {
	if effective != "" {
		return effective
	}
	return observed
}

// PlacePage is what stands about one territory: of one measure, or of all.
type PlacePage struct {
	Measures []Actor
	States   []Standing      // ours, of every scope
	Updates  []Update        // the latest facts: of a measure by subject, of all those that stand
	Others   []NamedStanding // where peers say that it stands, the latest facts first: of all measures one each

	Divergent   []DivergentScope // of one measure: the newest moves
	Divergences int              // of one measure: all of them
	Texts       map[string]VoiceText
}

// MatrixPage is where every scope of every measure stands.
type MatrixPage struct {
	Measures []Actor
	States   []Standing // ours
}

// FeedFilter is what a feed is about; what is empty chooses nothing.
type FeedFilter struct {
	Measure         string
	Codes, Prefixes []string // of places: themselves, and how codes of communes below begin
	By              string   // whose: as TimelineFilter.By
	Before          string   // id of the last entry of the page before
}

// FeedPage is what a feed tells: newest first, with the reasons of corrections.
type FeedPage struct {
	Organisation Actor
	Entries      []FeedEntry
	Reasons      map[string]string // by constat of ours, of the version that is served
	Older        bool              // there are more
	Speaker      *Peer             // whose feed it is; nil: ours, or everybody's
}

// FeedEntry is a constat of ours, or our copy of a peer's.
type FeedEntry struct {
	Update *Update
	Copy   *PeerCopy
}

// PeerCopy is our copy of a peer's constat and who said it.
type PeerCopy struct {
	PeerUpdate
	Peer   Peer
	SHA256 string // of the newest version as received; not in feeds
}

// ID names the entry among those of this instance.
func (e FeedEntry) ID() string {
	if e.Copy != nil {
		return e.Copy.CopyID
	}
	return e.Update.ID
}

// Published is when it was said.
func (e FeedEntry) Published() time.Time {
	if e.Copy != nil {
		return e.Copy.PublishedAt
	}
	return e.Update.PublishedAt
}

// DataPage is one piece of what is open data, withdrawn constats too.
type DataPage struct {
	Organisation Actor
	Updates      []Update   // by id, without what they say; none: the data ended before
	Revisions    []Revision // which say it
	Damaged      []string   // names of public files whose bytes are not what they were
}

// DataCensus counts what the open data holds.
type DataCensus struct {
	Constats  int // that stand
	Withdrawn int
	Versions  int
}

// JournalPage is one page of the public journal: decisions without persons.
type JournalPage struct {
	Entries  []AuditEntry
	Constats map[string]Update // those that entries are about, by ULID
	Next     int64             // id before which the next page starts, 0 on the last page
	Log      LogState
}

// LegalPage is what the administrators wrote about who is responsible.
type LegalPage struct {
	Organisation Actor
	Texts        map[string]string // by name: LegalTexts
}

// MapPage is every constat with the day of its last change, for search engines.
type MapPage struct {
	Measures []Actor
	Constats []MapLine
}

// MapLine is one constat of MapPage.
type MapLine struct {
	ID          string
	PublishedAt time.Time
	UpdatedAt   *time.Time
}
