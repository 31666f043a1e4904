package embraye

// HomePage answers the question for every measure.
type HomePage struct {
	Organisation Actor
	Measures     []MeasureCard
	Latest       []Update // newest first, of all measures
}

// MeasureCard is one measure on the home page.
type MeasureCard struct {
	Actor  Actor
	States []Update // the latest constat of every scope
}

// CensusPage is what NodeInfo tells about us.
type CensusPage struct {
	Accounts int // the organisation and its measures, without the instance
	Posts    int // constats and other Notes that are public
	Comments int // replies that are shown
}
