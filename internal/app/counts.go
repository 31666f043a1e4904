package app

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"embraye/internal/embraye"
)

// Tally counts what became of some things in this process since its start, for
// metrics.
type Tally struct {
	MailsSent    atomic.Int64
	MailsFailed  atomic.Int64 // tries that will be repeated
	MailsGivenUp atomic.Int64
	Dropped      atomic.Int64 // deliveries that a block ended
	Heard        Heard        // activities of other servers
}

// Heard counts activities by what they are and what became of them.
type Heard struct {
	mu     sync.Mutex
	counts map[HeardAs]int64
}

// HeardAs is a type, "other" for one that nobody here knows, and "taken",
// "refused", or "not_taken" if that was our fault.
type HeardAs struct{ Type, Outcome string }

// heardTypes are told apart: labels of figures are of a bounded number.
var heardTypes = []string{"Accept", "Add", "Announce", "Block", "Create", "Delete", "EmojiReact", "FeatureRequest", "Flag", "Follow", "Like", "Move", "QuoteRequest", "Reject", "Remove", "Undo", "Update"}

// Add counts one.
func (h *Heard) Add(kind string, err error) {
	as := HeardAs{kind, "taken"}
	if !slices.Contains(heardTypes, kind) {
		as.Type = "other"
	}
	switch {
	case errors.Is(err, embraye.ErrUnavailable):
		as.Outcome = "not_taken"
	case err != nil:
		as.Outcome = "refused"
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.counts == nil {
		h.counts = map[HeardAs]int64{}
	}
	h.counts[as]++
}

// Counts are those that there have been.
func (h *Heard) Counts() map[HeardAs]int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.counts)
}
