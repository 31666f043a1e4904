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

var errBroken = errors.New("the stored activity is no JSON object")

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
	t.exchange(ctx, &a, scheme)
	if t.secondScheme(&a) {
		if t.over() {
			// Too late in this turn: as if it had not been tried.
			return attempt{job: job}, scheme
		}
		a, used = attempt{job: job}, otherScheme(scheme)
		t.exchange(ctx, &a, used)
	}
	return a, used
}

// secondScheme reports whether the other scheme may help: 400 and 401 are what
// servers answer to a signature that they do not know. Once something was
// accepted there, only the first attempt of a row asks again, so that a server
// that changes is noticed and a content that it refuses is not sent for ever.
func (t *turn) secondScheme(a *attempt) bool {
	if a.status != http.StatusBadRequest && a.status != http.StatusUnauthorized {
		return false
	}
	return t.host.Scheme == "" || a.job.Attempts == 0
}

func (t *turn) exchange(ctx context.Context, a *attempt, scheme httpsig.Scheme) {
	if a.job.broken {
		t.e.judgeError(ctx, a, errBroken)
		return
	}
	key, err := t.e.tables.Keys.Signer(ctx, a.job.KeyID)
	if err != nil {
		t.e.judgeError(ctx, a, fmt.Errorf("key %d of %s: %w", a.job.KeyID, a.job.Actor, err))
		return
	}
	t.e.counts.exchanges.Add(1)
	answer, err := t.e.client.Post(ctx, remote.Delivery{
		Inbox:  a.job.Inbox,
		Body:   a.job.Body,
		Signer: httpsig.Signer{KeyID: t.e.site.KeyID(a.job.Actor), Key: t.signers.wrap(key)},
		Scheme: scheme,
	})
	if err != nil {
		t.e.judgeError(ctx, a, err)
		return
	}
	t.e.judge(a, answer)
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
	}
	switch o.State {
	case embraye.DeliveryWaiting:
		e.counts.failed.Add(1)
	case embraye.DeliveryGivenUp:
		e.counts.givenUp.Add(1)
	}
	return o
}
