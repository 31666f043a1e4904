package people

import (
	"context"
	"errors"
	"math"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"embraye/internal/embraye"
)

// T17: hashes at once are bounded by what the process may use.
func TestT17HashesAtOnceFitIntoMemory(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	const mib = 1 << 20
	for memory, want := range map[int64]int{
		0: 2, 1: 1, 32 * mib: 1, 64 * mib: 1, 128 * mib: 1, 152 * mib: 2, 256 * mib: 3, 512 * mib: 6, 4096 * mib: 8, math.MaxInt64: 8,
	} {
		if n := cap(newHasher(memory).slots); n != want {
			t.Errorf("%d MiB: %d hashes at once, want %d", memory/mib, n, want)
		}
	}
	runtime.GOMAXPROCS(1)
	if n := cap(newHasher(4096 * mib).slots); n != 1 {
		t.Errorf("one processor: %d hashes at once", n)
	}
}

// busy is a hasher all of whose slots are taken, until done.
func busy() (h *hasher, done func()) {
	h = newHasher(0)
	for range cap(h.slots) {
		h.slots <- struct{}{} // as if they were being made
	}
	return h, func() {
		for range cap(h.slots) {
			<-h.slots
		}
	}
}

// T17: however many sign in at once, no more are made than there are slots, and
// all are made in the end.
func TestT17HashesWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, done := busy()
		var made atomic.Int32
		const waiting = 6
		for range waiting {
			go func() {
				if _, err := h.argon(t.Context(), "x", make([]byte, 16), 1, 64, 1, 16); err == nil {
					made.Add(1)
				}
			}()
		}
		synctest.Wait()
		if n := made.Load(); n != 0 {
			t.Errorf("%d hashes were made beyond the limit", n)
		}
		done()
		synctest.Wait()
		if n := made.Load(); n != waiting {
			t.Errorf("%d of %d were made in the end", n, waiting)
		}
	})
}

// T17: who waits goes away with the request, or is told after a while; neither
// is an answer about the password.
func TestT17WaitingHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, done := busy()
		gone, leave := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, leave)
		for name, ask := range map[string]func(context.Context) error{
			"check": func(ctx context.Context) error { return h.check(ctx, "", "correct horse battery") },
			"check accent": func(ctx context.Context) error {
				return h.check(ctx, oldHash(t, "été à Besançon"), "été à Besançon")
			},
			"hash": func(ctx context.Context) error { _, err := h.hash(ctx, "correct horse battery"); return err },
		} {
			if err := ask(gone); !errors.Is(err, context.Canceled) || errors.Is(err, errWrongPassword) {
				t.Errorf("%s, whose client left: %v", name, err)
			}
			if err := ask(t.Context()); !errors.Is(err, embraye.ErrUnavailable) || errors.Is(err, errWrongPassword) {
				t.Errorf("%s, for too long: %v", name, err)
			}
		}
		done()
		if err := h.check(t.Context(), "", "correct horse battery"); !errors.Is(err, errWrongPassword) {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// A hash matches its own password only; what is no hash matches none, and costs
// as much (W04).
func TestCheckPassword(t *testing.T) {
	passwords := newHasher(0)
	ctx, count := t.Context(), countHashes(t, passwords)
	const secret = "correct horse battery"
	hash, err := passwords.hash(ctx, secret)
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%q, %v", hash, err)
	}
	if again, err := passwords.hash(ctx, secret); err != nil || again == hash {
		t.Errorf("the same salt twice: %v", err)
	}
	if err := passwords.check(ctx, hash, secret); err != nil {
		t.Error(err)
	}
	made := count()
	salted := strings.LastIndexByte(hash, '$')
	for _, bad := range []struct{ hash, password string }{
		{hash, secret + " "}, {hash, ""}, {hash, strings.Repeat("a", maxPassword+1)}, {"", ""}, {"", secret}, {"x", secret}, {hash[:salted], secret}, {hash[:salted+1], secret},
		{hash[:salted+9], secret}, {strings.Replace(hash, "argon2id", "argon2i", 1), secret}, {"$argon2id$v=19$m=19456,t=2,p=1$$", ""},
		{"$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", secret},
	} {
		if passwords.check(ctx, bad.hash, bad.password) == nil {
			t.Errorf("%q matches %q", bad.password, bad.hash)
		}
		if n := count(); n != made+1 {
			t.Errorf("%.20q against %.30q: %d hashes", bad.password, bad.hash, n-made)
		}
		made = count()
	}
}
