package jobs_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/jobs"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

const childURL = "EMBRAYE_TEST_JOBS_URL"

// child is a process that does jobs until it is killed. The effect of one is a
// row that it writes with the end of the job.
func child(url string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	err := func() error {
		s, err := store.Open(ctx, store.Options{URL: url, Secret: storetest.Secret})
		if err != nil {
			return err
		}
		defer s.Close()
		q, err := jobs.New(jobs.Options{Store: s, Limit: time.Second, Grace: time.Second, Poll: 100 * time.Millisecond})
		if err != nil {
			return err
		}
		return q.Run(ctx, []jobs.Chore{{Name: embraye.ChorePublish, Do: func(ctx context.Context, turn *jobs.Turn) error {
			return s.InTx(ctx, func(in store.Tables) error {
				n, err := strconv.Atoi(turn.Subject)
				if err != nil {
					return err
				}
				if _, err := in.SQLTx().ExecContext(ctx, fmt.Sprintf("INSERT INTO effects (job) VALUES (%d)", n)); err != nil {
					return err
				}
				return turn.Done(ctx, in)
			})
		}}})
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func spawn(t *testing.T, url string) (kill func(syscall.Signal)) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childURL+"="+url)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	must(t, cmd.Start())
	ended := false
	kill = func(s syscall.Signal) {
		if !ended {
			ended = true
			_ = cmd.Process.Signal(s)
			_ = cmd.Wait()
		}
	}
	t.Cleanup(func() { kill(syscall.SIGKILL) })
	return kill
}

// kill -9 at seeded moments: every job is done, and none twice. The effects have
// no unique index: they would be there twice.
func TestKillsLoseNoJobAndRepeatNone(t *testing.T) {
	for _, c := range []struct {
		kind        string
		jobs, kills int
	}{{storetest.SQLite, 1000, 20}, {storetest.Postgres, 300, 6}} {
		t.Run(c.kind, func(t *testing.T) {
			t.Parallel()
			url := storetest.URL(t, c.kind)
			s := storetest.OpenURL(t, url, nil)
			_, err := s.Pool().ExecContext(t.Context(), "CREATE TABLE effects (job bigint)")
			must(t, err)
			q, err := jobs.New(jobs.Options{Store: s})
			must(t, err)
			must(t, s.InTx(t.Context(), func(in store.Tables) error {
				for n := range c.jobs {
					if err := q.Enqueue(t.Context(), in, embraye.Job{Chore: embraye.ChorePublish, Subject: strconv.Itoa(n)}); err != nil {
						return err
					}
				}
				return nil
			}))
			moments := rand.New(rand.NewPCG(3, 14))
			kill := spawn(t, url)
			if c.kind == storetest.Postgres {
				spawn(t, url) // a second replica takes up what the killed ones had
			}
			for range c.kills {
				until := min(number(t, s, "SELECT count(*) FROM effects")+1+moments.IntN(c.jobs/c.kills), c.jobs)
				eventually(t, "jobs are done", func() bool { return number(t, s, "SELECT count(*) FROM effects") >= until })
				kill(syscall.SIGKILL)
				kill = spawn(t, url)
			}
			const open = "SELECT count(*) FROM river_job WHERE state <> 'completed'"
			eventually(t, "all jobs are done", func() bool { return number(t, s, open) == 0 })
			kill(syscall.SIGTERM)
			done, different := number(t, s, "SELECT count(*) FROM effects"), number(t, s, "SELECT count(DISTINCT job) FROM effects")
			if done != c.jobs || different != c.jobs {
				t.Errorf("%d effects of %d different jobs, want %d", done, different, c.jobs)
			}
			t.Logf("%d jobs, %d kills; %d jobs were begun twice", c.jobs, c.kills, number(t, s, "SELECT count(*) FROM river_job WHERE attempt > 1"))
		})
	}
}

// number reads beside the children.
func number(t *testing.T, s *store.Store, query string) (n int) {
	t.Helper()
	must(t, s.Pool().QueryRowContext(context.WithoutCancel(t.Context()), query).Scan(&n))
	return n
}
