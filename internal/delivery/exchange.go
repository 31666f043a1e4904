package delivery

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	"embraye/internal/remote"
	"embraye/internal/store"
)

var (
	errBroken = errors.New("the stored activity is no JSON object")
	errKey    = errors.New("the key cannot be used")
)

// attempt sends one row, if need be once more by the other signature scheme.
// It returns the scheme that the last exchange used. Whatever goes wrong,
// a panic included, is this row's trouble alone.
func (t *turn) attempt(ctx context.Context, job *row, scheme httpsig.Scheme) (a attempt, used httpsig.Scheme) {
	a, used = attempt{job: job}, scheme
	defer func() {
		if p := recover(); p != nil {
			t.e.log.Error("delivery panicked", "inbox", job.Inbox, "activity", job.ActivityID, "panic", p, "stack", string(debug.Stack()))
			a = attempt{job: job, text: short(fmt.Sprintf("panic: %v", p))}
			t.e.judgePoison(&a)
		}
	}()
	a = t.exchange(ctx, job, scheme, job.KeyID)
	if refusesKey(a.status) {
		a = t.otherKeys(ctx, a, scheme)
	}
	if t.secondScheme(&a) {
		if t.over() {
			// Too late in this turn: as if it had not been tried.
			return attempt{job: job}, scheme
		}
		used = otherScheme(scheme)
		a = t.exchange(ctx, job, used, job.KeyID)
	}
	return a, used
}

// secondScheme reports whether the other scheme may help: 400 and 401 are what
// servers answer to a signature that they do not know. Once something was
// accepted there, only the first attempt of a row asks again, so that a server
// that changes is noticed and a content that it refuses is not sent for ever.
func (t *turn) secondScheme(a *attempt) bool {
	if a.soon || a.status != http.StatusBadRequest && a.status != http.StatusUnauthorized {
		return false
	}
	return t.host.Scheme == "" || a.job.Attempts == 0
}

// exchange sends a row once, signed with one of its actor's keys.
func (t *turn) exchange(ctx context.Context, job *row, scheme httpsig.Scheme, keyID int64) attempt {
	a := attempt{job: job}
	if job.broken {
		t.e.judgeError(ctx, &a, errBroken)
		return a
	}
	answer, err := t.post(ctx, job, job.Body, scheme, keyID)
	if err != nil {
		t.e.judgeError(ctx, &a, err)
		return a
	}
	t.e.judge(&a, answer)
	return a
}

// post sends what the row's actor says to the row's inbox.
func (t *turn) post(ctx context.Context, job *row, body []byte, scheme httpsig.Scheme, keyID int64) (remote.Answer, error) {
	key, err := t.signer(ctx, keyID)
	if err != nil {
		return remote.Answer{}, fmt.Errorf("key %d of %s: %w", keyID, job.Actor, err)
	}
	t.e.counts.exchanges.Add(1)
	return t.e.client.Post(ctx, remote.Delivery{
		Inbox:  job.Inbox,
		Body:   body,
		Signer: httpsig.Signer{KeyID: t.e.site.KeyID(job.Actor), Key: t.signers.wrap(key)},
		Scheme: scheme,
		// A block queues its last words before it counts, and drops all else.
		LastWord: job.Type == "Reject" || job.Type == "Undo",
	})
}

// signer opens a key. One that is there and cannot be opened is errKey: it may
// be mended, and what its actor said waits for that.
func (t *turn) signer(ctx context.Context, id int64) (crypto.Signer, error) {
	key, err := t.e.tables.Keys.Signer(ctx, id)
	if err == nil || errors.Is(err, embraye.ErrUnavailable) || errors.Is(err, embraye.ErrNotFound) {
		return key, err
	}
	return nil, fmt.Errorf("%w: %w", errKey, err)
}

// outcome is the row that an attempt leaves behind.
func (e *Engine) outcome(a *attempt, now int64) store.Outcome {
	o := store.Outcome{
		DeliveryID: a.job.ID,
		ActivityID: a.job.ActivityID,
		State:      embraye.DeliveryWaiting,
		Attempts:   a.job.Attempts + 1,
		LastStatus: a.status,
		LastError:  a.text,
	}
	switch a.verdict {
	case taken:
		o.State = embraye.DeliverySent
		e.counts.sent.Add(1)
	case dropped:
		o.State = embraye.DeliveryDropped
	case final:
		o.State = embraye.DeliveryGivenUp
	case aside:
		o.NextAt = now + a.wait.Milliseconds()
	case mute: // it was not tried
		o.Attempts = a.job.Attempts
		o.NextAt = now + a.wait.Milliseconds()
	}
	switch o.State {
	case embraye.DeliveryWaiting:
		e.counts.failed.Add(1)
	case embraye.DeliveryGivenUp:
		e.counts.givenUp.Add(1)
	case embraye.DeliveryDropped:
		e.counts.dropped.Add(1)
	}
	return o
}
