package embraye

// ActorPage is one of our actors as other servers load it: the row, the key
// that signs now, and the organisation that owns it.
type ActorPage struct {
	Actor        Actor
	Key          ActorKey
	Organisation Actor
}

// MeasurePage is what readers see of a measure.
type MeasurePage struct {
	Actor        Actor
	Organisation Actor
	Measures     []Actor    // switched on, in the order of the reference text: neighbours
	States       []Standing // ours, of every scope
	Voices       []Voice    // ours that count, of the scopes that moved last
	Latest       []Update   // newest first
	Count        int        // constats that stand
	Boosts       []Boosted  // posts and videos of others, the newest
	BoostCount   int        // all of them
	Followers    int
	Heard        MeasureVoices // all organisations
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
	Signatory    Signatory // ours
	Peers        []PeerCard
	Listed       bool // programs may read the peers' handles
}
