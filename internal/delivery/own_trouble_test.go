package delivery

import (
	"bytes"
	"context"
	"crypto/rsa"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/remote"
	"embraye/internal/store"
)

// withClient gives the world a client of its own kind.
func (w *world) withClient(change func(*remote.Options)) {
	o := remote.Options{AllowHTTP: true, AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		BaseURL: w.site.Base, Now: w.clock.now, Dial: w.dial}
	change(&o)
	client := remote.New(o)
	w.t.Cleanup(client.CloseIdle)
	w.options.Client = client
	w.engine = New(w.options)
}

// A block list that cannot be read is no block: everything waits, and goes out
// once it can be read.
func TestT02UnreadableBlockListIsNoBlock(t *testing.T) {
	for _, trouble := range []error{embraye.ErrUnavailable, errors.New("relation \"domain_blocks\" does not exist")} {
		eachWorld(t, func(t *testing.T, w *world) {
			var away atomic.Bool
			away.Store(true)
			w.withClient(func(o *remote.Options) {
				o.Blocked = func(context.Context, string) (bool, error) {
					if away.Load() {
						return false, trouble
					}
					return false, nil
				}
			})
			p, q := w.peer(always(http.StatusAccepted)), w.peer(always(http.StatusAccepted))
			ids := []string{w.queue("a", p.inbox("1"), p.inbox("2"), q.inbox("1")), w.queue("b", p.inbox("1"), q.inbox("1"))}
			w.until(10 * time.Second)
			for _, id := range ids {
				for _, d := range w.deliveries(id) {
					if d.State != embraye.DeliveryWaiting || d.Attempts != 0 || d.LastError != "" {
						t.Errorf("while the list is away: %+v", d)
					}
				}
			}
			if h := w.host(p.host()); h.Failures != 0 || h.FailingSince != 0 || h.LastError != "" {
				t.Errorf("the host pays for it: %+v", h)
			}
			away.Store(false)
			w.until(troublePause)
			for i, want := range []int{3, 2} {
				if a := w.activity(ids[i]); a.Sent != want || a.Total != want {
					t.Errorf("%d of %d sent, want %d", a.Sent, a.Total, want)
				}
			}
			if got := q.activities(); !slices.Equal(got, ids) {
				t.Errorf("arrived %v, want %v", got, ids)
			}
		})
	}
}

// teller is a log that tells when deliveries begin to wait.
type teller struct {
	mu    sync.Mutex
	said  strings.Builder
	waits chan struct{}
}

func (l *teller) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if bytes.Contains(p, []byte("deliveries wait")) && !strings.Contains(l.said.String(), "deliveries wait") {
		close(l.waits)
	}
	return l.said.Write(p)
}

func (l *teller) count(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.said.String(), what)
}

// What was on its way when our trouble began and is taken meanwhile does not end it.
func TestT02WhatIsTakenMeanwhileEndsNoTrouble(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		log, onItsWay := &teller{waits: make(chan struct{})}, make(chan struct{})
		var away atomic.Bool
		away.Store(true)
		p := w.peer(func(_ int, out http.ResponseWriter, _ request) {
			close(onItsWay)
			<-log.waits
			out.WriteHeader(http.StatusAccepted)
		})
		q := w.peer(always(http.StatusAccepted))
		w.options.Log = slog.New(slog.NewTextHandler(log, nil))
		w.withClient(func(o *remote.Options) {
			o.Blocked = func(_ context.Context, host string) (bool, error) {
				if away.Load() && host == "q.example" {
					<-onItsWay
					return false, embraye.ErrUnavailable
				}
				return false, nil
			}
			o.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
				if addr == "q.example:80" {
					addr = q.host()
				}
				return w.dial(ctx, network, addr)
			}
		})
		ids := []string{w.queue("a", p.inbox("inbox")), w.queue("b", "http://q.example/inbox")}
		w.batch()
		w.wantState(ids[0], embraye.DeliverySent)
		if n, m := log.count("deliveries wait"), log.count("deliveries go on"); n != 1 || m != 0 {
			t.Errorf("told %d times, and %d times that it is over:\n%s", n, m, &log.said)
		}
		away.Store(false)
		w.until(troublePause)
		w.wantState(ids[1], embraye.DeliverySent)
		if n, m := log.count("deliveries wait"), log.count("deliveries go on"); n != 1 || m != 1 {
			t.Errorf("told %d times, and %d times that it is over:\n%s", n, m, &log.said)
		}
	})
}

// A key that cannot be opened (another secret) keeps what its actor says, for
// as long as it takes, and nobody else.
func TestT02UnreadableKeyWaitsAndHoldsNobodyElse(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		locked := w.lockedKey("organisation")
		p := w.peer(always(http.StatusAccepted))
		follower := string(p.inbox("people/1"))
		mute := w.queueAs("organisation", "Accept", follower, locked, p.inbox("inbox"))
		heard := w.queueAs("mesure1", "Accept", follower, w.keyID, p.inbox("inbox")) // about the same person
		w.batch()
		later := w.queueAs("mesure1", "Reject", follower, w.keyID, p.inbox("inbox"))
		w.until(8 * 24 * time.Hour)
		if got := p.activities(); !slices.Equal(got, []string{heard, later}) {
			t.Errorf("arrived %v, want those of the other actor", got)
		}
		if d := w.delivery(mute); d.State != embraye.DeliveryWaiting || d.Attempts != 0 || d.LastError == "" {
			t.Errorf("the one that cannot be signed: %+v", d)
		}
		if h := w.host(p.host()); h.Failures != 0 || h.LastError != "" {
			t.Errorf("the host pays for it: %+v", h)
		}
		w.unlock(locked)
		w.until(muteFor)
		w.wantState(mute, embraye.DeliverySent)
	})
}

// lockedKey is a key of the actor that another secret sealed.
func (w *world) lockedKey(actor string) (id int64) {
	w.t.Helper()
	key, err := testKey()
	if err != nil {
		w.t.Fatal(err)
	}
	id = w.addKey(actor, key)
	w.exec("UPDATE actor_keys SET actor = 'somebody' WHERE id = $1", id) // sealed for its first actor
	return id
}

func (w *world) unlock(id int64) {
	w.exec("UPDATE actor_keys SET actor = 'organisation' WHERE id = $1", id)
}

func (w *world) addKey(actor string, key *rsa.PrivateKey) (id int64) {
	w.t.Helper()
	err := w.store.InTx(w.t.Context(), func(tx store.Tables) error {
		k, err := tx.Keys.Insert(w.t.Context(), &embraye.Actor{Handle: actor, Kind: embraye.MeasureActor}, key)
		id = k.ID
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) exec(statement string, args ...any) {
	w.t.Helper()
	if _, err := w.store.Pool().ExecContext(w.t.Context(), statement, args...); err != nil {
		w.t.Fatal(err)
	}
}

// queueAs queues what an actor says.
func (w *world) queueAs(actor, kind, object string, key int64, inboxes ...embraye.IRI) string {
	w.t.Helper()
	return w.queueActivity(embraye.Activity{Actor: actor, Type: kind, Object: object, KeyID: key}, inboxes...)
}

// A database that goes away between a claim and the reading of its rows leaves
// no lease behind that nobody uses.
func TestT02RowsThatCannotBeReadAreReadLater(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := w.peer(always(http.StatusAccepted))
		id := w.queue("a", p.inbox("inbox"))
		w.exec("ALTER TABLE activities RENAME TO away")
		if _, err := w.engine.Batch(t.Context()); err == nil {
			t.Fatal("rows were read from a table that is away")
		}
		w.exec("ALTER TABLE away RENAME TO activities")
		if w.batch(); len(p.activities()) != 1 {
			t.Error("the host waits for a lease that nobody uses")
		}
		w.wantState(id, embraye.DeliverySent)
	})
}

// A database that can be read and not written to, on a full disk say, is told once:
// that it answers a question does not end the trouble.
func TestADatabaseThatOnlyReadsIsToldOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var log bytes.Buffer
		w.options.Log = slog.New(slog.NewTextHandler(&log, nil))
		w.engine = New(w.options)
		w.queue("a", w.peer(always(http.StatusAccepted)).inbox("inbox"))
		r := &runner{e: w.engine, work: t.Context()}
		told := func(wait, over int) {
			t.Helper()
			if n, m := strings.Count(log.String(), "deliveries wait"), strings.Count(log.String(), "deliveries go on"); n != wait || m != over {
				t.Errorf("told %d times, and %d times that it is over:\n%s", n, m, &log)
			}
		}
		w.exec("ALTER TABLE hosts RENAME COLUMN leased TO away")
		for range 3 {
			if r.claim(t.Context()); !r.anythingDue(t.Context()) {
				t.Error("nothing is due")
			}
		}
		told(1, 0)
		w.exec("ALTER TABLE hosts RENAME COLUMN away TO leased")
		r.claim(t.Context())
		told(1, 1)
	})
}

// A host may be leased again when its result is committed and its turn not yet
// over here: it is visited as soon as it is, and not when the lease ends.
func TestT03LeaseBetweenCommitAndLeaveIsUsed(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := w.peer(always(http.StatusAccepted))
		first := w.queue("a", p.inbox("inbox"))
		work, _, err := w.engine.claim(t.Context(), claimLimit)
		if err != nil || len(work) != 1 {
			t.Fatalf("claimed %d hosts, error %v", len(work), err)
		}
		signers := startSigners()
		defer signers.stop()
		end := w.engine.visit(t.Context(), work[0], session{signers: signers})
		if _, err := w.engine.finish(t.Context(), []done{end}); err != nil {
			t.Fatal(err)
		}
		second := w.queue("b", p.inbox("inbox")) // the host is due, and still in work
		if again, leased, err := w.engine.claim(t.Context(), claimLimit); len(again) != 0 || leased != 1 || err != nil {
			t.Fatalf("%d turns of %d leases at once, error %v", len(again), leased, err)
		}
		w.engine.leave(end.result.Host)
		if w.batch(); !slices.Equal(p.activities(), []string{first, second}) {
			t.Errorf("arrived %v: nobody used the lease", p.activities())
		}
		if h := w.host(p.host()); h.Pending {
			t.Errorf("the host after that: %+v", h)
		}
	})
}

// What is leased and not begun when we stop is given back, not left to time.
func TestT03HeldLeasesAreGivenBackAtTheEnd(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := w.peer(always(http.StatusAccepted))
		id := w.queue("a", p.inbox("inbox"))
		work, _, err := w.engine.claim(t.Context(), claimLimit)
		if err != nil {
			t.Fatal(err)
		}
		w.engine.putBack(work)
		if err := w.engine.giveBack(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.engine = New(w.options)
		w.batch()
		w.wantState(id, embraye.DeliverySent)
	})
}

// A turn that outlived its lease does not end the lease of whoever has the
// host by then.
func TestT03LateResultLeavesTheNextLeaseAlone(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := w.peer(always(http.StatusAccepted))
		id := w.queue("a", p.inbox("inbox"))
		work, _, err := w.engine.claim(t.Context(), claimLimit)
		if err != nil || len(work) != 1 {
			t.Fatalf("claimed %d hosts, error %v", len(work), err)
		}
		signers := startSigners()
		defer signers.stop()
		end := w.engine.visit(t.Context(), work[0], session{signers: signers})
		w.clock.add(lease + time.Second)
		other := New(w.options)
		if work, _, err := other.claim(t.Context(), claimLimit); err != nil || len(work) != 1 {
			t.Fatalf("the other claimed %d hosts, error %v", len(work), err)
		}
		if _, err := w.engine.finish(t.Context(), []done{end}); err != nil {
			t.Fatal(err)
		}
		if h := w.host(p.host()); h.NextAt <= w.clock.now().UnixMilli() {
			t.Errorf("the other's lease ended: %+v", h)
		}
		w.wantState(id, embraye.DeliverySent) // what was sent is sent all the same
	})
}

// A machine that was frozen during an exchange finds its time up. The host is no
// worse for it: it is tried again at once, and by whoever has it by then.
func TestAFreezeIsNoVerdictOnAHost(t *testing.T) {
	for frozen, failures := range map[time.Duration]int{lease + time.Second: 0, turnBudget: 1} {
		eachWorld(t, func(t *testing.T, w *world) {
			w.withClient(func(o *remote.Options) {
				var thawed atomic.Bool
				o.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
					if !thawed.Swap(true) {
						w.clock.add(frozen)
						return nil, context.DeadlineExceeded
					}
					return w.dial(ctx, network, addr)
				}
			})
			p := w.peer(always(http.StatusAccepted))
			id := w.queue("a", p.inbox("inbox"))
			w.batch()
			if h, d := w.host(p.host()), w.delivery(id); failures == 0 && d.State != embraye.DeliverySent || h.Failures != failures || d.Attempts != 1 {
				t.Errorf("after %s: %+v, %+v; want %d failures", frozen, h, d, failures)
			}
		})
	}
}

// What a server makes our libraries say, the names in its certificate say, may hold
// what PostgreSQL keeps in no text. A result that cannot be written is as if there
// had been no try, and the next one follows as soon as the lease ends.
func TestAnErrorThatIsNoTextIsWritten(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.withClient(func(o *remote.Options) {
			o.Dial = func(context.Context, string, string) (net.Conn, error) {
				return nil, errors.New("the certificate is valid for a\x00b, c\xff")
			}
		})
		id := w.queue("a", "http://odd.example/inbox")
		w.until(lease + 10*time.Second)
		if d := w.delivery(id); d.Attempts != 1 || !strings.HasSuffix(d.LastError, "valid for ab, c\ufffd") {
			t.Errorf("after one lease: %+v", d)
		}
	})
}

// T19: a resolver that answers once with a private address has not said that
// the host will never be reached.
func TestT19PrivateAnswerOfAResolverIsTriedAgain(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var lies atomic.Bool
		lies.Store(true)
		p := w.peer(always(http.StatusAccepted))
		w.withClient(func(o *remote.Options) {
			o.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
				if lies.Load() {
					return nil, &net.OpError{Op: "dial", Net: network, Err: remote.ErrResolved}
				}
				var d net.Dialer
				return d.DialContext(ctx, network, p.host())
			}
		})
		id := w.queue("a", "http://name.example/inbox")
		w.batch()
		if d := w.delivery(id); d.State != embraye.DeliveryWaiting || d.Attempts != 1 {
			t.Errorf("after the private answer: %+v", d)
		}
		lies.Store(false)
		w.until(2 * time.Minute)
		w.wantState(id, embraye.DeliverySent)
		never := w.queue("b", "http://10.0.0.1/inbox") // this one says so itself
		w.batch()
		w.wantState(never, embraye.DeliveryGivenUp)
	})
}

// T19: a name that does not exist is asked for a few times, as it may be the
// resolver's fault, and then once a day.
func TestT19NamesThatDoNotExistOnceADay(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		id := w.queue("a", "http://no-name.example/inbox")
		w.until(time.Hour)
		began := w.delivery(id).Attempts
		if began != noNameAfter {
			t.Errorf("%d tries in the first hour, want %d", began, noNameAfter)
		}
		w.until(4 * 24 * time.Hour)
		if days := w.delivery(id).Attempts - began; days != 4 {
			t.Errorf("%d tries in four days, want one a day", days)
		}
		w.touch("no-name.example") // it speaks: so it is there
		before := w.delivery(id).Attempts
		w.until(time.Minute)
		if n := w.delivery(id).Attempts - before; n != 1 {
			t.Errorf("%d tries after contact, want 1", n)
		}
	})
}

// Whoever refuses a signature and cannot be told the new key now has not refused
// what it says.
func TestT20AKeyThatCannotBeToldNowIsToldLater(t *testing.T) {
	type trouble struct {
		name string
		meet func(w *world, p *peer) (status int, over func())
		host int // failures
	}
	eachCase(t, []trouble{
		{"the turn is over", func(w *world, _ *peer) (int, func()) { w.clock.add(turnBudget); return http.StatusForbidden, nil }, 0},
		{"the server is busy", func(_ *world, p *peer) (int, func()) {
			p.answer = first(http.StatusForbidden, http.StatusServiceUnavailable)
			return http.StatusForbidden, nil
		}, 1},
		{"nobody answers", func(w *world, p *peer) (int, func()) {
			w.setDown(p.host(), true)
			return http.StatusForbidden, func() { w.setDown(p.host(), false) }
		}, 1},
	}, func(c trouble) string { return c.name }, func(t *testing.T, w *world, c trouble) {
		var over func()
		var p *peer
		p = w.peer(func(_ int, rw http.ResponseWriter, _ request) {
			p.answer = always(http.StatusAccepted)
			var status int
			status, over = c.meet(w, p)
			rw.Header().Set("Connection", "close")
			rw.WriteHeader(status)
		})
		key, err := testKey()
		if err != nil {
			t.Fatal(err)
		}
		w.keyID = w.addKey("mesure1", key)
		w.queueActivity(embraye.Activity{Actor: "mesure1", Type: "Update", Object: string(w.site.ActorID("mesure1")), KeyID: w.keyID}) // to nobody yet
		id := w.queue("a", p.inbox("inbox"))
		if _, err := w.engine.Batch(t.Context()); err != nil {
			t.Fatal(err)
		}
		if over != nil {
			over()
		}
		if d, h := w.delivery(id), w.host(p.host()); d.State == embraye.DeliveryGivenUp || h.Failures != c.host {
			t.Errorf("state %d after %d tries (%q), %d failures of the host", d.State, d.Attempts, d.LastError, h.Failures)
		}
		w.until(2 * time.Minute)
		w.wantState(id, embraye.DeliverySent)
	})
}
