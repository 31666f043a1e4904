package delivery

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

const (
	// clockSlack is what servers let pass at the least (Friendica).
	clockSlack = 5 * time.Minute
	// clockDoubters is how many answers in a row have to say that it is another
	// time: a single one may be wrong itself.
	clockDoubters = 3
	// clockKept bounds the one write when it begins or ends.
	clockKept = 10 * time.Second
)

// What this process has said last of the clock.
const (
	clockUnknown = iota
	clockRight
	clockWrong
)

// compareClocks notices a clock of ours that is wrong: everybody then answers
// 401, and nobody says why.
func (e *Engine) compareClocks(host string, theirs time.Time) {
	if theirs.IsZero() {
		return
	}
	ours := e.now()
	if theirs.Sub(ours).Abs() <= clockSlack {
		e.clockDoubts.Store(0)
		e.clockOff.Store(0)
		e.clockTrouble.isOver()
		if e.clockSaid.Swap(clockRight) != clockRight { // an earlier process may have said otherwise
			e.keepClock(nil)
		}
		return
	}
	if e.clockDoubts.Add(1) >= clockDoubters {
		e.clockOff.Store(int64(ours.Sub(theirs)))
		if e.clockSaid.Swap(clockWrong) != clockWrong {
			e.keepClock(&embraye.WrongClock{Ours: ours, Theirs: theirs, Host: host})
		}
		e.clockTrouble.begins(fmt.Sprintf("it is %s here and %s at %s", ours.UTC().Format(time.RFC3339), theirs.UTC().Format(time.RFC3339), host))
	}
}

// keepClock tells the office of every process.
func (e *Engine) keepClock(wrong *embraye.WrongClock) {
	ctx, cancel := context.WithTimeout(context.Background(), clockKept)
	defer cancel()
	err := e.store.InTx(ctx, func(t store.Tables) error {
		if wrong == nil {
			return t.Settings.Remove(ctx, store.ClockSetting)
		}
		text, err := json.Marshal(wrong)
		if err != nil {
			return err
		}
		return t.Settings.Set(ctx, store.ClockSetting, string(text))
	})
	if err != nil {
		e.clockSaid.Store(clockUnknown) // said again with the next answer
		e.log.Debug("the office is not told of the clock yet", "error", err)
	}
}
