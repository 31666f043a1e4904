package embraye

// FramePage is what every page of the site shows around its own content.
type FramePage struct {
	Organisation Actor
	Demo         bool // the constats of the demonstration are here
}

// MovedHost is the server that the organisation has moved to; empty: it is here.
func (f FramePage) MovedHost() string { return IRI(f.Organisation.MovedTo).Host() }

// HomePage answers the question for every measure.
type HomePage struct {
	Organisation Actor
	Measures     []MeasureCard
	Latest       []Update // newest first, of all measures
	Count        int      // constats that stand
	Peers        []PeerCard
}

// MeasureCard is one measure on the home page.
type MeasureCard struct {
	Actor         Actor
	States        []Standing // ours, of every scope
	Organisations int        // how many speak of it: ours, and peers that we gather
	Divergences   int        // scopes where their answers differ
}

// PeerCard is another organisation, and how much of it we keep.
type PeerCard struct {
	Peer      Peer
	Constats  int
	Signatory Signatory
}

// CensusPage is what NodeInfo tells about us.
type CensusPage struct {
	Accounts int // the organisation and its measures, without the instance
	Constats int
	Posts    int    // they and other Notes that are public
	Comments int    // replies that are shown
	Log      string // origin of the public log
}
