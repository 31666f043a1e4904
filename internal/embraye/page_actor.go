package embraye

// ActorPage is one of our actors as other servers load it: the row, the key
// that signs now, and the organisation that owns it.
type ActorPage struct {
	Actor        Actor
	PublicPEM    string
	Organisation Actor
}

// MeasurePage is what readers see of a measure.
type MeasurePage struct {
	Actor        Actor
	Organisation Actor
	Measures     []Actor   // switched on, in the order of the reference text: neighbours
	States       []Update  // one of every scope: see the function States
	Counting     []Update  // those of All that decide about states: see the function Counting
	All          []Update  // every constat that stands, newest first, without its bytes
	Boosts       []Boosted // posts and videos of others, the newest
	Followers    int
}

// OrganisationPage is what readers see of the organisation.
type OrganisationPage struct {
	Actor     Actor
	Measures  []Actor // switched on, in the order of the reference text
	Latest    []Update
	Count     int // constats that stand
	Followers int
}

// OrganisationsPage lists who publishes: ours, then the peers that it follows.
type OrganisationsPage struct {
	Organisation Actor
	Count        int
	Peers        []PeerCard
}
