package embraye

// StandingFilter chooses standings; what is empty chooses all.
type StandingFilter struct {
	Ours            bool   // ours alone
	Others          bool   // peers' alone
	Organisation    IRI    // one peer's alone
	Measure         string // id in our reference text; of another text its IRI
	ScopeKey        string
	Codes, Prefixes []string // places, and how the codes of communes below them begin
	Limit           int
}

// NamedStanding is a standing with what its organisation is called; ours has no
// name here.
type NamedStanding struct {
	Standing
	Name, Handle string
}

// DivergentScope is a scope where answers differ, with what each organisation
// says, the latest fact first.
type DivergentScope struct {
	Divergence
	Said []NamedStanding // the latest fact of each answer first; not all, if many speak
}

// MeasureCensus counts who speaks of one measure, ours and the peers that we
// gather.
type MeasureCensus struct {
	Organisations int
	Constats      int // that stand
	Divergences   int // scopes where their answers differ
}
