package check

import (
	"context"
	"sync"
	"time"
)

// journeys is how long a running server looks at itself from outside: whoever
// asked for it waits for the page.
const journeys = 45 * time.Second

// Doctor is how a running server looks at itself for whoever leads it.
type Doctor struct {
	Inside  func(context.Context) []Finding // what it knows of itself
	Outside func(context.Context) []Finding // what it is for others, through its public names

	away sync.Mutex
}

// Look looks at everything.
func (d *Doctor) Look(ctx context.Context) []Finding {
	list := d.Inside(ctx)
	d.away.Lock()
	defer d.away.Unlock()
	ctx, cancel := context.WithTimeout(ctx, journeys)
	defer cancel()
	return append(list, d.Outside(ctx)...)
}

// LookOutside asks the instance through its public names, unless somebody does
// so already. It ends within a minute.
func (d *Doctor) LookOutside(ctx context.Context) (list []Finding, looked bool) {
	if !d.away.TryLock() {
		return nil, false
	}
	defer d.away.Unlock()
	ctx, cancel := context.WithTimeout(ctx, journeys)
	defer cancel()
	return d.Outside(ctx), true
}
