package app

import (
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// W16: however many sign in at once, two hashes are made at a time: 38 MiB.
func TestW16HashesAtOnce(t *testing.T) {
	if used := cap(argonSlots) * argonMemory; used > 512*1024 {
		t.Errorf("%d KiB may be in use at once", used)
	}
	synctest.Test(t, func(t *testing.T) {
		before := argonSlots
		defer func() { argonSlots = before }()
		argonSlots = make(chan struct{}, cap(before))
		for range cap(argonSlots) {
			argonSlots <- struct{}{} // as if they were being made
		}
		var made atomic.Int32
		const waiting = 6
		for range waiting {
			go func() {
				argon("x", make([]byte, 16), 1, 64, 1, 16)
				made.Add(1)
			}()
		}
		synctest.Wait()
		if n := made.Load(); n != 0 {
			t.Errorf("%d hashes were made beyond the limit", n)
		}
		for range cap(argonSlots) {
			<-argonSlots
		}
		synctest.Wait()
		if n := made.Load(); n != waiting {
			t.Errorf("%d of %d were made in the end", n, waiting)
		}
	})
}

// A hash matches its own password only; what is no hash matches none, and costs
// as much (SECURITY W04).
func TestCheckPassword(t *testing.T) {
	count := CountHashes(t)
	const secret = "correct horse battery"
	hash, err := hashPassword(secret)
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%q, %v", hash, err)
	}
	if again, err := hashPassword(secret); err != nil || again == hash {
		t.Errorf("the same salt twice: %v", err)
	}
	if err := checkPassword(hash, secret); err != nil {
		t.Error(err)
	}
	made := count()
	salted := strings.LastIndexByte(hash, '$')
	for _, bad := range []struct{ hash, password string }{
		{hash, secret + " "}, {hash, ""}, {hash, strings.Repeat("a", maxPassword+1)}, {"", ""}, {"", secret}, {"x", secret}, {hash[:salted], secret}, {hash[:salted+1], secret},
		{hash[:salted+9], secret}, {strings.Replace(hash, "argon2id", "argon2i", 1), secret}, {"$argon2id$v=19$m=19456,t=2,p=1$$", ""},
		{"$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", secret},
	} {
		if checkPassword(bad.hash, bad.password) == nil {
			t.Errorf("%q matches %q", bad.password, bad.hash)
		}
		if n := count(); n != made+1 {
			t.Errorf("%.20q against %.30q: %d hashes", bad.password, bad.hash, n-made)
		}
		made = count()
	}
}
