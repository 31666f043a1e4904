package directory

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"embraye/internal/embraye"
)

// 20,000 cheap posts under invented names reset nobody's limit.
func TestT16NamesPushNothingOut(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	l := newLimits(func() time.Time { return now })
	refused := func(err error) bool {
		var many *embraye.TooMany
		return errors.As(err, &many)
	}
	mal := &embraye.RemoteActor{URI: "https://mal.example/users/mal", Host: "mal.example"}
	full := map[string]func() error{
		"a proved actor":       func() error { return l.allow(true, mal, "Like") },
		"an address":           func() error { return l.allowUnverified(true, "203.0.113.7:4000") },
		"a domain":             func() error { return l.allowFetch(true, "victim.example") },
		"a reader of the site": func() error { return l.readers.take(AddressKey("198.51.100.1"), readerBudget) },
	}
	for name, take := range full {
		for range 2000 {
			if refused(take()) {
				break
			}
		}
		if !refused(take()) {
			t.Fatalf("%s has no limit", name)
		}
	}
	passed := 0
	for i := range 25_000 { // as the inbox does, from one address
		if l.allowUnverified(true, fmt.Sprintf("203.0.113.66:%d", i)) == nil {
			passed++
			_ = l.allowFetch(true, fmt.Sprintf("h%d.example", i))
		}
	}
	if passed > unverifiedBudget.burst {
		t.Errorf("%d of 25,000 got through", passed)
	}
	for name, take := range full {
		if !refused(take()) {
			t.Errorf("the limit of %s was reset", name)
		}
	}
	// A whole network may have more addresses than we remember: whoever is
	// still busy stays remembered.
	for i := range maxRemembered + 5000 {
		_ = l.allowUnverified(true, fmt.Sprintf("[2001:db8:%x:%x::1]:99", i>>8, i))
		if i%1000 == 0 && !refused(l.allowUnverified(true, "203.0.113.7:4000")) {
			t.Fatalf("after %d addresses the busiest one is forgotten", i)
		}
	}
	for _, name := range []string{"a proved actor", "a domain", "a reader of the site"} {
		if !refused(full[name]()) {
			t.Errorf("addresses reset the limit of %s", name)
		}
	}
	if n := l.clients.kept.Len(); n > maxRemembered {
		t.Errorf("%d addresses are remembered", n)
	}
}

// One customer's IPv6 addresses are one address; ports are nobody.
func TestT16AddressesOfOneCustomer(t *testing.T) {
	l := newLimits(func() time.Time { return time.Unix(1_800_000_000, 0) })
	for i := range unverifiedBudget.burst {
		if err := l.allowUnverified(true, fmt.Sprintf("[2001:db8::%x]:%d", i, 1000+i)); err != nil {
			t.Fatal(err)
		}
	}
	if l.allowUnverified(true, "[2001:db8::ffff]:1") == nil {
		t.Error("a new address of the same customer counts anew")
	}
	if err := l.allowUnverified(true, "[2001:db8:0:1::1]:1"); err != nil {
		t.Error("the neighbour pays", err)
	}
}

// Parsed keys and what is known of hosts: the ones in use stay.
func TestT16MemoriesKeepWhatIsUsed(t *testing.T) {
	m := newMemory[string, int]()
	m.Add("used", 1)
	for i := range 3 * maxRemembered {
		m.Add(fmt.Sprint(i), i)
		if i%1000 == 0 {
			if _, ok := m.Get("used"); !ok {
				t.Fatalf("forgotten after %d others", i)
			}
		}
	}
	if m.Len() != maxRemembered {
		t.Errorf("%d remembered", m.Len())
	}
}
