package embraye

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// Peer is another organisation's instance whose constats we keep.
type Peer struct {
	ID           int64
	Organisation IRI // its account
	Host         string
	Handle       string // org@host
	Name         string
	CreatedAt    time.Time `gorm:"autoCreateTime:false"`

	PeerChoices     `gorm:"embedded"`
	Software        string // as its NodeInfo names it
	SoftwareVersion string
	ApprovesFollows bool // somebody there decides who follows
	ConstatCount    int  // as it says
	// Known is what it said of itself when somebody of ours last agreed; nil
	// until it is read for the first time.
	Known *PeerFacts `gorm:"serializer:json"`
	// Changed is what it says now and nobody has looked at; nil if nothing is.
	Changed *PeerFacts `gorm:"serializer:json"`
	// Declined is the last change that was turned down: it is not asked again.
	Declined *PeerFacts `gorm:"serializer:json"`

	LastNewsAt  *time.Time // the last constat that it sent
	LastReadAt  *time.Time // its own pages could be read
	SilentSince *time.Time // they cannot be read any more
}

// PeerChoices are what an admin chose for a peer.
type PeerChoices struct {
	Gather       bool // its constats are kept and shown
	Boost        bool // our measures boost its new constats
	TrustReviews bool // its reviews are shown at once
	Copies       bool // the pages that its constats name are copied here
}

// PeerFacts is what a peer says of itself that nobody may change silently.
type PeerFacts struct {
	Reference []string       `json:"reference"` // IRIs of the texts that it follows
	Measures  []IRI          `json:"measures"`  // actors of its measures
	Keys      map[IRI]string `json:"keys"`      // fingerprints of the keys of its actors
	Log       *PeerLog       `json:"log,omitempty"`
	Witness   *PeerWitness   `json:"witness,omitempty"`
}

// PeerLog is the public log that an organisation keeps, as its account says.
type PeerLog struct {
	Origin string `json:"origin"` // its name: host/journal
	VKey   string `json:"vkey"`   // the key that signs its checkpoints
	Prefix string `json:"prefix"` // below which it is read, with a slash at the end
}

// PeerWitness is how an organisation signs the logs of others.
type PeerWitness struct {
	Name       string `json:"name"`
	VKey       string `json:"vkey"`
	Submission string `json:"submission"` // checkpoints are posted below it
	Monitoring string `json:"monitoring"` // what it signed is read below it
}

// OtherText reports whether a peer follows another reference text than the one
// given: its constats are kept and shown apart.
func (f *PeerFacts) OtherText(iri string) bool {
	return f != nil && len(f.Reference) > 0 && !slices.Contains(f.Reference, iri)
}

// PeerChange is one thing that a peer says otherwise than when somebody agreed.
type PeerChange struct {
	What  string // reference, measure_new, measure_gone, key, log, witness
	About string // the address that it is about
}

// Differ lists what next says otherwise, in a fixed order. What one of the two
// does not know is no change.
func (f *PeerFacts) Differ(next *PeerFacts) (changes []PeerChange) {
	if f == nil || next == nil {
		return nil
	}
	if len(next.Reference) > 0 && !sameSet(f.Reference, next.Reference) {
		changes = append(changes, PeerChange{"reference", strings.Join(next.Reference, " ")})
	}
	for _, m := range next.Measures {
		if !slices.Contains(f.Measures, m) {
			changes = append(changes, PeerChange{"measure_new", string(m)})
		}
	}
	for _, m := range f.Measures {
		if !slices.Contains(next.Measures, m) {
			changes = append(changes, PeerChange{"measure_gone", string(m)})
		}
	}
	for _, actor := range slices.Sorted(maps.Keys(next.Keys)) {
		if old := f.Keys[actor]; old != "" && !SameKeys(old, next.Keys[actor]) {
			changes = append(changes, PeerChange{"key", string(actor)})
		}
	}
	if f.Log != nil && next.Log != nil && *f.Log != *next.Log {
		changes = append(changes, PeerChange{"log", next.Log.VKey})
	}
	if f.Witness != nil && next.Witness != nil && *f.Witness != *next.Witness {
		changes = append(changes, PeerChange{"witness", next.Witness.VKey})
	}
	return changes
}

func sameSet[T cmp.Ordered](a, b []T) bool {
	return slices.Equal(slices.Compact(slices.Sorted(slices.Values(a))), slices.Compact(slices.Sorted(slices.Values(b))))
}

// Complete adds what next knows of f's own actors and f does not: what is seen
// for the first time changes nothing.
func (f *PeerFacts) Complete(next *PeerFacts, organisation IRI) *PeerFacts {
	out := &PeerFacts{Reference: f.Reference, Measures: f.Measures, Keys: map[IRI]string{}, Log: cmp.Or(f.Log, next.Log), Witness: cmp.Or(f.Witness, next.Witness)}
	if len(out.Reference) == 0 {
		out.Reference = next.Reference
	}
	for actor, key := range next.Keys {
		if actor == organisation || slices.Contains(f.Measures, actor) {
			out.Keys[actor] = key
		}
	}
	for actor, key := range f.Keys {
		if !SameKeys(key, out.Keys[actor]) {
			out.Keys[actor] = key
		}
	}
	return out
}

// Fingerprint names facts, so that an answer about them is about nothing else.
func (f *PeerFacts) Fingerprint() string {
	if f == nil {
		return ""
	}
	doc, err := json.Marshal(f) // maps come sorted
	if err != nil {
		panic(err) // only texts are inside
	}
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:8])
}

// KeysFingerprint names the keys by which an actor speaks: the RSA key, a plus, and
// the Ed25519 keys if there are any. One more key is another set of keys: who has
// taken over a server can show the old public key beside a new one.
func KeysFingerprint(a *RemoteActor) string {
	if a.KeyPEM == "" && len(a.Multikeys) == 0 {
		return ""
	}
	rsa, more := "", ""
	if a.KeyPEM != "" {
		sum := sha256.Sum256([]byte(strings.TrimSpace(a.KeyPEM)))
		rsa = hex.EncodeToString(sum[:16])
	}
	if len(a.Multikeys) > 0 {
		var keys []string
		for _, m := range a.Multikeys {
			keys = append(keys, m.Key)
		}
		slices.Sort(keys)
		sum := sha256.Sum256([]byte(strings.Join(slices.Compact(keys), "\n")))
		more = hex.EncodeToString(sum[:16])
	}
	return rsa + "+" + more
}

// SameKeys compares the fingerprint that somebody agreed to with the one of now.
// One without a plus was made by a version that looked at the RSA key alone.
func SameKeys(agreed, now string) bool {
	rsa, _, _ := strings.Cut(now, "+")
	return agreed == now || agreed == rsa && rsa != ""
}

// Agreed reports whether an actor of a peer speaks with keys that somebody agreed
// to, or that are the first that are known of it.
func (p *Peer) Agreed(a *RemoteActor) bool {
	if p.Known == nil {
		return true
	}
	agreed, now := p.Known.Keys[a.URI], KeysFingerprint(a)
	return agreed == "" || now == "" || SameKeys(agreed, now)
}

// Waits reports whether what a peer says of itself waits for an admin's look.
func (p Peer) Waits() bool { return p.Changed != nil }

// Changes is what waits.
func (p Peer) Changes() []PeerChange { return p.Known.Differ(p.Changed) }

// Backfill is how far what a measure of a peer published before we followed it
// has been read.
type Backfill struct {
	Actor     IRI `gorm:"primaryKey"`
	PeerID    int64
	Host      string
	Position  string   // the page to read next; empty: none was read yet
	Visited   []string `gorm:"serializer:json"` // fingerprints of the pages that were read
	Pages     int
	Item      int    // of that page, to go on with
	Kept      int    // constats that were new here
	Refused   int    // items that were no constats of this measure
	Reason    string // a code: why one was refused last, or why the end came early
	Tries     int    // in vain, since something came last
	StartedAt time.Time
	NextAt    *time.Time // nil: it is over
	DoneAt    *time.Time
}

// KeptPeer is a peer with whom we follow of it, and how far its past was read.
type KeptPeer struct {
	Peer
	Follows   []Follow
	Backfills []Backfill
	Constats  int // of it, here
	MovedTo   IRI // where its account is now, as it says itself
}

// State is how far our asking to follow it has come: refused if anybody of it
// refused, else pending while anybody has not answered.
func (p KeptPeer) State() FollowState {
	state := FollowAccepted
	if len(p.Follows) == 0 {
		state = FollowPending
	}
	for _, f := range p.Follows {
		if f.State == FollowRejected {
			return FollowRejected
		}
		if f.State == FollowPending {
			state = FollowPending
		}
	}
	return state
}

// Gathering sums what its backfills brought.
func (p KeptPeer) Gathering() (sum Backfill) {
	over := len(p.Backfills) > 0
	for _, b := range p.Backfills {
		sum.Pages, sum.Kept, sum.Refused = sum.Pages+b.Pages, sum.Kept+b.Kept, sum.Refused+b.Refused
		if b.Reason != "" {
			sum.Reason = b.Reason
		}
		if b.DoneAt == nil {
			over = false
			if b.NextAt != nil && (sum.NextAt == nil || b.NextAt.Before(*sum.NextAt)) {
				sum.NextAt = b.NextAt
			}
		} else if sum.DoneAt == nil || b.DoneAt.After(*sum.DoneAt) {
			sum.DoneAt = b.DoneAt
		}
	}
	if !over {
		sum.DoneAt = nil
	}
	return sum
}
