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
		switch told := t.tell(ctx, job, scheme, former); told.verdict {
		case taken:
			a.told = true
		case untried, ours, aside, paused, failed: // what the server thinks of the row is not known yet
			return told
		default:
			return a
		}
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
// by a former key: taken if it was, final if it never will be. All of it was said
// before: the bytes are those of the rotation or of a later change.
func (t *turn) tell(ctx context.Context, job *row, scheme httpsig.Scheme, former []int64) attempt {
	never := attempt{job: job, verdict: final}
	said, err := t.e.tables.Activities.Told(ctx, job.Actor, t.e.site.ActorID(job.Actor))
	if errors.Is(err, embraye.ErrNotFound) {
		return never
	}
	if err != nil {
		a := attempt{job: job}
		t.e.judgeError(ctx, &a, err)
		return a
	}
	update := *job
	update.Body = said.Body
	for _, key := range former {
		if t.over() {
			return attempt{job: job}
		}
		a := t.exchange(ctx, &update, scheme, key)
		a.job = job
		switch {
		case refusesKey(a.status), a.verdict == mute: // an older one may do
		case a.verdict == taken, a.verdict == failed, a.verdict == paused, a.status == 0:
			return a
		default:
			return never
		}
	}
	return never
}
