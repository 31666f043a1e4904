package fedtest

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/storetest"
)

// The hostile cases (F001 and on), against a running
// instance on each database. One table, in files by section; one driver, which
// holds the five invariants against every row:
//
//	I1  no business table has changed, unless the row says which
//	I2  exactly as many requests went out as the row allows
//	I3  memory is bounded
//	I4  nothing panicked, /readyz says 200, no goroutine is left
//	I5  one log event for each refused message, without secrets or raw newlines
//
// Every row has strangers of its own, on hosts that begin with its number.

// row is one case, or several that differ in a value.
type row struct {
	number string // F041
	name   string
	run    func(b *bench)
	stores []string // tables that may change
	out    int      // requests and failed attempts to connect, exactly
	mib    uint64   // of allocations, test and strangers included; 0: 32
	logs   int      // events of other kinds than a refused message
	free   bool     // against the instance without rate limits
	only   string   // the one kind of database that can show it
	// elsewhere is the folder whose test has the number, for cases below HTTP.
	elsewhere string
}

// table is all of it.
func table() []row {
	return slices.Concat(cavageRows(), rfc9421Rows(), keyRows(), bindingRows(), thirdPartyRows(), addressRows(), fetchRows(),
		inwardRows(), shapeRows(), mediaRows(), floodRows(), stormRows(), blockRows(), serveRows(), faultRows())
}

// What accepted messages change.
var (
	likes     = []string{"interactions", "updates", "public_revision", "seen_activities"}
	follows   = []string{"followers", "activities", "deliveries", "public_revision", "seen_activities"}
	replies   = []string{"replies", "seen_activities"}
	nothing   = []string{"seen_activities"} // understood, and without effect
	tombstone = []string{"tombstones", "seen_activities"}
	caches    = []string{"remote_actors", "hosts"} // change with whom we hear from
)

func TestHostile(t *testing.T) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			s := newStage(t, kind)
			for _, r := range table() {
				if r.run == nil || r.only != "" && r.only != kind {
					continue
				}
				t.Run(r.number+" "+r.name, func(t *testing.T) { s.play(t, r) })
			}
		})
	}
}

// play runs one row between two looks at everything it could have changed.
func (s *stage) play(t *testing.T, r row) {
	s.w.T, s.w.Wire.t = t, t
	b := &bench{t: t, stage: s, row: &r, in: s.limited}
	if r.free {
		b.in = s.free
	}
	defer func() {
		s.w.T, s.w.Wire.t = s.t, s.t
		s.forget(t, b.in)
	}()
	b.goroutines = s.idle(0)
	b.ready()
	r.run(b)
	b.checkTables()
	b.checkOut()
	b.checkMemory()
	b.checkLog()
	b.leave()
	b.checkAlive()
}

// I1
func (b *bench) checkTables() {
	b.t.Helper()
	for table, sum := range sums(b.t, b.in.Store) {
		if sum != b.before[table] && !slices.Contains(b.row.stores, table) && !slices.Contains(caches, table) {
			b.t.Errorf("I1: table %s has changed", table)
		}
	}
}

// I2
func (b *bench) checkOut() {
	b.t.Helper()
	out := b.outgoing()
	if len(out) != b.row.out {
		b.t.Errorf("I2: %d out, want %d:\n%s", len(out), b.row.out, strings.Join(out, "\n"))
	}
}

// I3
func (b *bench) checkMemory() {
	b.t.Helper()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	allowed := b.row.mib
	if allowed == 0 {
		allowed = 32
	}
	if spent := (m.TotalAlloc - b.allocated) >> 20; spent >= allowed {
		b.t.Errorf("I3: %d MiB allocated, want less than %d", spent, allowed)
	}
}

// I5
func (b *bench) checkLog() {
	b.t.Helper()
	text := b.log.String()[b.logged:]
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if text == "" {
		lines = nil
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, "time=") {
			b.t.Errorf("I5: a raw newline in the log before %.200q", line)
		}
		if strings.Contains(line, "level=ERROR") && !b.expectErrors || strings.Contains(line, "panic") {
			b.t.Errorf("I4: the log says %.600s", line)
		}
	}
	if len(lines) > b.refused+b.row.logs {
		b.t.Errorf("I5: %d log events for %d refused messages:\n%.2000s", len(lines), b.refused, text)
	}
	for _, secret := range append(b.secrets, "PRIVATE KEY-----") {
		if strings.Contains(text, secret) {
			b.t.Errorf("I5: the log has %.40q", secret)
		}
	}
}

// I4
func (b *bench) checkAlive() {
	b.t.Helper()
	if status := b.get("/readyz", ""); status != 200 {
		b.t.Errorf("I4: /readyz says %d", status)
	}
	if left := b.idle(b.goroutines); left > b.goroutines {
		b.t.Errorf("I4: %d goroutines, %d before\n%.20000s", left, b.goroutines, strings.Join(goroutines(), "\n\n"))
	}
}

// idle closes idle connections, and waits until few enough goroutines are left,
// or until their number stands still.
func (s *stage) idle(enough int) int {
	last, still := 0, 0
	for range 500 {
		s.client.CloseIdleConnections()
		s.limited.Client.CloseIdle()
		s.free.Client.CloseIdle()
		n := len(goroutines())
		if enough > 0 && n <= enough {
			return n
		}
		if still++; n != last {
			last, still = n, 0
		}
		if enough == 0 && still >= 3 {
			return n
		}
		time.Sleep(min(time.Duration(1+still)*time.Millisecond, 10*time.Millisecond))
	}
	return last
}

// goroutines are the stacks of all, without those that pools of database
// connections start and end when they like.
func goroutines() []string {
	text := make([]byte, 1<<18)
	all := strings.Split(string(text[:runtime.Stack(text, true)]), "\n\n")
	return slices.DeleteFunc(all, func(s string) bool {
		return strings.Contains(s, "pgconn/internal/bgreader") || strings.Contains(s, "database/sql.(*DB).connection")
	})
}

// outgoing lists what the instance asked of others, and whom it could not reach.
func (b *bench) outgoing() []string {
	var out []string
	for _, r := range b.w.Wire.Requests("") {
		if r.Host != b.limited.Host && r.Host != b.free.Host && r.Host != b.in.Host {
			out = append(out, fmt.Sprintf("%s https://%s%s", r.Method, r.Host, r.Path))
		}
	}
	for _, d := range b.w.Wire.Dials(b.in.Host) {
		if !d.OK {
			out = append(out, "dial "+d.To)
		}
	}
	return out
}
