package app

import "testing"

// CountHashes counts how often a password is hashed, until the test ends. It
// takes the place of the semaphore, so only one may be hashed at a time.
func CountHashes(t *testing.T) (count func() int) {
	t.Helper()
	slots, done, n := make(chan struct{}), make(chan struct{}), 0
	ask := make(chan int)
	go func() {
		defer close(done)
		for {
			select {
			case _, open := <-slots: // somebody begins
				if !open {
					return
				}
				n++
				slots <- struct{}{} // and ends
			case ask <- n:
			}
		}
	}()
	before := argonSlots
	argonSlots = slots
	t.Cleanup(func() {
		argonSlots = before
		close(slots)
		<-done
	})
	return func() int { return <-ask }
}
