package delivery

import "embraye/internal/embraye"

// queue knows the rows that are not taken and that others must not overtake.
// Store's Due keeps the same order between turns.
type queue struct {
	lanes map[lane]bool
	keys  map[voice]int64
}

// lane is what stays in order whatever happens: what is about one object, at
// one inbox.
type lane struct {
	object string
	inbox  embraye.IRI
	actor  string // empty: whoever speaks
}

// voice is an actor of ours at one inbox. What it signed with a new key waits
// until the Update that tells the key was taken there.
type voice struct {
	actor string
	inbox embraye.IRI
}

func voiceOf(r *row) voice { return voice{r.Actor, r.Inbox} }

func laneOf(r *row) lane { return lane{object: r.Object, inbox: r.Inbox} }

// ownLane is the lane of one actor alone: what got no answer may be the fault
// of that actor's key, which is none of the others' business.
func ownLane(r *row) lane { return lane{r.Object, r.Inbox, r.Actor} }

func newQueue() queue { return queue{map[lane]bool{}, map[voice]int64{}} }

// hold keeps later rows behind this one.
func (q queue) hold(r *row, status int, tellsKey bool) {
	if status == 0 {
		q.lanes[ownLane(r)] = true
	} else {
		q.lanes[laneOf(r)] = true
	}
	if _, known := q.keys[voiceOf(r)]; tellsKey && !known {
		q.keys[voiceOf(r)] = r.KeyID
	}
}

// before reports whether something that is held has to go before this row.
func (q queue) before(r *row) bool {
	key, held := q.keys[voiceOf(r)]
	return q.lanes[laneOf(r)] || q.lanes[ownLane(r)] || held && r.KeyID > key
}
