package delivery

import (
	"fmt"
	"time"
)

const (
	// clockSlack is what servers let pass at the least (Friendica).
	clockSlack = 5 * time.Minute
	// clockDoubters is how many answers in a row have to say that it is another
	// time: a single one may be wrong itself.
	clockDoubters = 3
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
		e.clockTrouble.isOver()
		return
	}
	if e.clockDoubts.Add(1) >= clockDoubters {
		e.clockTrouble.begins(fmt.Sprintf("it is %s here and %s at %s", ours.UTC().Format(time.RFC3339), theirs.UTC().Format(time.RFC3339), host))
	}
}
