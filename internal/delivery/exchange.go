package delivery

import (
	"context"
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
	refused := scheme == httpsig.Ed25519 && refusesScheme(a.status)
	if refused { // then as every server knows it, once
		scheme, used = httpsig.Cavage, httpsig.Cavage
		if a = (attempt{job: job}); !t.over() {
			a = t.exchange(ctx, job, scheme, job.KeyID)
		}
	}
	if refusesKey(a.status) {
		a = t.otherKeys(ctx, a, scheme)
	}
	if a.refused = refused; refused {
		return a, used
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

// secondScheme reports whether the other scheme may help. Once something was
// accepted there, only the first attempt of a row asks again, so that a server
// that changes is noticed and a content that it refuses is not sent for ever.
func (t *turn) secondScheme(a *attempt) bool {
	if a.soon || !refusesScheme(a.status) {
		return false
	}
	return t.host.Scheme == "" || a.job.Attempts == 0
}

// refusesScheme tells what servers answer to a signature that they do not know.
func refusesScheme(status int) bool {
	return status == http.StatusBadRequest || status == http.StatusUnauthorized
}

// exchange sends a row once, signed with one of its actor's keys.
func (t *turn) exchange(ctx context.Context, job *row, scheme httpsig.Scheme, keyID int64) attempt {
	a := attempt{job: job, during: t.e.ownTrouble.times.Load()}
	if job.broken {
		t.e.judgeError(ctx, &a, errBroken)
		return a
	}
	answer, err := t.post(ctx, job, job.Body, scheme, keyID)
	if err != nil {
		t.e.judgeError(ctx, &a, err)
		if a.verdict == failed && t.stoodStill() {
			a.verdict = untried
		}
		return a
	}
	t.e.judge(&a, answer)
	return a
}

// post sends what the row's actor says to the row's inbox.
func (t *turn) post(ctx context.Context, job *row, body []byte, scheme httpsig.Scheme, keyID int64) (remote.Answer, error) {
	signer, scheme, err := t.signer(ctx, job.Actor, keyID, scheme)
	if err != nil {
		return remote.Answer{}, fmt.Errorf("key %d of %s: %w", keyID, job.Actor, err)
	}
	t.e.counts.exchanges.Add(1)
	return t.e.client.Post(ctx, remote.Delivery{
		Inbox:  job.Inbox,
		Body:   body,
		Signer: signer,
		Scheme: scheme,
		// A block queues its last words before it counts, and drops all else.
		LastWord: job.Type == "Reject" || job.Type == "Undo",
	})
}

// signer opens the half of a key that a scheme signs with; a key of an earlier
// version has only one, and signs as every server knows it. One that is there
// and cannot be opened is errKey: it may be mended, and what its actor said
// waits for that.
func (t *turn) signer(ctx context.Context, actor string, id int64, scheme httpsig.Scheme) (httpsig.Signer, httpsig.Scheme, error) {
	if scheme == httpsig.Ed25519 {
		key, err := t.e.tables.Keys.Ed25519(ctx, id)
		if !errors.Is(err, embraye.ErrNotFound) { // too little work to be shared out
			return httpsig.Signer{KeyID: t.e.site.Ed25519KeyID(actor), Key: key}, scheme, unopened(err)
		}
		scheme = httpsig.Cavage
	}
	key, err := t.e.tables.Keys.Signer(ctx, id)
	if err != nil {
		return httpsig.Signer{}, scheme, unopened(err)
	}
	return httpsig.Signer{KeyID: t.e.site.KeyID(actor), Key: t.signers.wrap(key)}, scheme, nil
}

// unopened is errKey, unless the key is not there or the database is away.
func unopened(err error) error {
	if err == nil || errors.Is(err, embraye.ErrUnavailable) || errors.Is(err, embraye.ErrNotFound) {
		return err
	}
	return fmt.Errorf("%w: %w", errKey, err)
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
