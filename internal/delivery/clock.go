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
	// time: a single one may be wrong itself (clockAgain).
	clockDoubters = 3
	// clockAgain is after how long one server may say so once more: it may be its
	// own clock, unless it is the only one that we talk to.
	clockAgain = 10 * time.Minute
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
		e.forgetDoubts()
		e.clockOff.Store(0)
		e.clockTrouble.isOver()
		if e.clockSaid.Swap(clockRight) != clockRight { // an earlier process may have said otherwise
			e.keepClock(nil)
		}
		return
	}
	if e.doubts(host, ours) >= clockDoubters {
		e.clockOff.Store(int64(ours.Sub(theirs)))
		if e.clockSaid.Swap(clockWrong) != clockWrong {
			e.keepClock(&embraye.WrongClock{Ours: ours, Theirs: theirs, Host: host})
		}
		e.clockTrouble.begins(fmt.Sprintf("it is %s here and %s at %s", ours.UTC().Format(time.RFC3339), theirs.UTC().Format(time.RFC3339), host))
	}
}

// A doubter is who said last that it is another time, and when.
type doubter struct {
	host string
	at   time.Time
	n    int // in a row
}

// doubts counts an answer that says that it is another time, and returns how many there
// were in a row.
func (e *Engine) doubts(host string, now time.Time) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if d := &e.clockDoubter; d.host != host || now.Sub(d.at) >= clockAgain {
		*d = doubter{host, now, d.n + 1}
	}
	return e.clockDoubter.n
}

func (e *Engine) forgetDoubts() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.clockDoubter = doubter{}
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
