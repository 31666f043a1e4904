package remote

import (
	"context"
	"sync"
	"time"
)

// gate lets a few fetches at a time go to one host, so that a host that never
// answers costs a few slots and not all of them (CVE-2023-36461). A host is in
// the map only while somebody holds or awaits one of its slots.
type gate struct {
	perHost int
	mu      sync.Mutex
	hosts   map[string]*slots
}

type slots struct {
	users int // holding or waiting; guarded by gate.mu
	free  chan struct{}
}

func newGate(perHost int) *gate {
	return &gate{perHost: perHost, hosts: map[string]*slots{}}
}

// enter waits for a slot, at most wait, and returns what gives it back.
func (g *gate) enter(ctx context.Context, host string, wait time.Duration) (leave func(), err error) {
	s := g.join(host)
	select {
	case s.free <- struct{}{}:
		return func() { <-s.free; g.quit(host, s) }, nil
	default:
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case s.free <- struct{}{}:
		return func() { <-s.free; g.quit(host, s) }, nil
	case <-timer.C:
		err = errTooLong
	case <-ctx.Done():
		err = ctx.Err()
	}
	g.quit(host, s)
	return nil, err
}

func (g *gate) join(host string) *slots {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.hosts[host]
	if s == nil {
		s = &slots{free: make(chan struct{}, g.perHost)}
		g.hosts[host] = s
	}
	s.users++
	return s
}

func (g *gate) quit(host string, s *slots) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s.users--; s.users == 0 {
		delete(g.hosts, host)
	}
}
