package embraye

import "time"

// PeerRevision is one version of a peer's constat, as it came.
type PeerRevision struct {
	ID         int64
	URI        IRI `gorm:"column:uri"`
	Number     int
	Reason     string
	Stage      Stage
	Title      string
	Summary    string
	ReceivedAt time.Time
	SHA256     string `gorm:"column:sha256"` // of Wire
	Wire       []byte
}

// CopyPage is what we keep of a peer's constat.
type CopyPage struct {
	Update    PeerUpdate
	Peer      Peer
	Revisions []PeerRevision // newest first, without their bytes
	Reviews   []ShownReview
}

// VoiceText is what a list shows of a constat beside where it stands.
type VoiceText struct {
	Title     string
	Language  string
	Evidence  []Evidence
	SameFacts []string // constats that it says speak of the same fact
}

// HeardConstat is a peer's constat as it is shown to whoever writes about its
// scope.
type HeardConstat struct {
	NamedStanding
	Text VoiceText
}

// DivergencesPage is one page of the scopes where answers differ.
type DivergencesPage struct {
	Scopes []DivergentScope
	Texts  map[string]VoiceText // by Voice.Constat
	Next   *Divergence          // the last one of this page, if there are more
}

// PeerPage is what readers see of another organisation.
type PeerPage struct {
	Peer      Peer
	Signatory Signatory
	Measures  []Actor    // ours, switched on
	States    []Standing // by its word, the latest fact first
	Latest    []NamedStanding
	Texts     map[string]VoiceText
	Constats  int          // that stand
	Reviews   []ReviewLine // that it gives, newest first
	Before    int64        // where the reviews go on; 0 at the end
}

// MeasureSpeaker is an organisation that speaks of a measure; ours has no name
// here.
type MeasureSpeaker struct {
	Name, Handle string
	Constats     int
}

// MeasureVoices is what all organisations say of a measure.
type MeasureVoices struct {
	Speakers    []MeasureSpeaker // most constats first
	Divergent   []DivergentScope // the newest moves
	Divergences int              // all of them
}
