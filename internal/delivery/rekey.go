package delivery

import (
	"context"
	"errors"
	"net/http"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
)

// After `key rotate` a server may know an actor by its former key and never
// look again (GoToSocial), or know only the new one when something signed by
// the former still waits for it. So whoever refuses a signature of an actor
// that has had several keys is told the present one, and asked again
// (INTEROP 0.21).

const (
	// formerKeys is how many earlier keys are tried.
	formerKeys = 3
	// A server that took the new key may use it only a moment later: what it
	// refuses then is tried again after 1, 2, 4… s, this often, before it
	// counts as a failure.
	soonTries = 5
)

// refusesKey tells an answer that may mean: I know another key of this actor.
// PeerTube says 403.
func refusesKey(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden
}

// tellsKey reports whether a row is its actor's Update of itself.
func (t *turn) tellsKey(r *row) bool {
	return r.Type == "Update" && embraye.IRI(r.Object) == t.e.site.ActorID(r.Actor)
}

// otherKeys goes on after a refused signature. It returns the attempt as it
// was if the actor never had another key.
func (t *turn) otherKeys(ctx context.Context, a attempt, scheme httpsig.Scheme) attempt {
	job := a.job
	keys, err := t.e.tables.Keys.Of(ctx, job.Actor)
	if err != nil {
		t.e.judgeError(ctx, &a, err)
		a.status = 0
		return a
	}
	if len(keys) < 2 {
		return a
	}
	present, former := keys[0], keys[1:min(len(keys), 1+formerKeys)]
	if job.KeyID != present {
		if a = t.again(ctx, a, scheme, present); !refusesKey(a.status) {
			return a
		}
	}
	if !t.told[voiceOf(job)] {
		if !t.tell(ctx, job, scheme, former) {
			return a
		}
		a.told = true
		if t.tellsKey(job) {
			a.verdict, a.text, a.status = taken, "", http.StatusAccepted
			return a
		}
		if a = t.again(ctx, a, scheme, present); !refusesKey(a.status) {
			return a
		}
	}
	if job.Attempts < soonTries {
		a.verdict, a.soon, a.wait = paused, true, time.Second<<job.Attempts
	}
	return a
}

// again repeats an exchange with another key; too late in a turn it is as if
// nothing had been tried.
func (t *turn) again(ctx context.Context, a attempt, scheme httpsig.Scheme, keyID int64) attempt {
	told := a.told
	if t.over() {
		return attempt{job: a.job, told: told}
	}
	a = t.exchange(ctx, a.job, scheme, keyID)
	a.told = told
	return a
}

// tell brings what the actor last said about itself to the row's inbox, signed
// by a former key, and reports whether it was taken. All of it was said
// before: the bytes are those of the rotation or of a later change.
func (t *turn) tell(ctx context.Context, job *row, scheme httpsig.Scheme, former []int64) bool {
	said, err := t.e.tables.Activities.Told(ctx, job.Actor, t.e.site.ActorID(job.Actor))
	if err != nil {
		if !errors.Is(err, embraye.ErrNotFound) {
			t.e.log.Warn("the new key is not told", "actor", job.Actor, "error", err)
		}
		return false
	}
	for _, key := range former {
		if t.over() {
			return false
		}
		answer, err := t.post(ctx, job, said.Body, scheme, key)
		if err != nil {
			return false
		}
		if byStatus(answer.Status) == taken {
			return true
		}
		if !refusesKey(answer.Status) {
			return false
		}
	}
	return false
}
