package people

import (
	"testing"
)

// CountHashes counts how often an App hashes a password, until the test ends.
func CountHashes(t *testing.T, a *People) (count func() int) {
	t.Helper()
	return countHashes(t, a.passwords)
}

// countHashes takes the place of the slots, so only one may be hashed at a time.
func countHashes(t *testing.T, h *hasher) (count func() int) {
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
	before := h.slots
	h.slots = slots
	t.Cleanup(func() {
		h.slots = before
		close(slots)
		<-done
	})
	return func() int { return <-ask }
}

// WhileHashing does something once, while an App hashes a password for the first
// time; act itself must not.
func WhileHashing(t *testing.T, a *People, act func()) {
	t.Helper()
	h, slots := a.passwords, make(chan struct{})
	h.slots = slots
	t.Cleanup(func() { close(slots) })
	go func() {
		for first := true; ; first = false {
			if _, open := <-slots; !open { // somebody begins
				return
			}
			if first {
				act()
			}
			slots <- struct{}{} // and ends
		}
	}()
}
