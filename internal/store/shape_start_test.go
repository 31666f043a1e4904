package store_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"embraye/internal/store"
	"embraye/internal/storetest"
)

// Whoever waits for a start says for whom, ends what is silent, and waits for what
// takes long and says so.
func TestAFrozenStartKeepsNobodyWaiting(t *testing.T) {
	url := storetest.URL(t, storetest.Postgres)
	open := func() (*store.Store, *bytes.Buffer) {
		log := &bytes.Buffer{}
		s, err := store.Open(t.Context(), store.Options{URL: url, Log: slog.New(slog.NewTextHandler(log, nil))})
		must(t, err)
		t.Cleanup(func() { s.Close() })
		return s, log
	}
	waiting, log := open()

	slow, _ := open() // says every beat that it is there
	slow.ShortBeats(10*time.Millisecond, time.Hour)
	waiting.ShortBeats(20*time.Millisecond, 500*time.Millisecond)
	order := make(chan string, 2)
	begun, over := make(chan bool), make(chan error)
	go func() {
		over <- slow.OneAtATime(t.Context(), func() error {
			close(begun)
			_, err := waiting.Pool().ExecContext(t.Context(), "SELECT pg_sleep(1.5)")
			order <- "slow"
			return err
		})
	}()
	<-begun
	must(t, waiting.OneAtATime(t.Context(), func() error { order <- "waiting"; return nil }))
	must(t, <-over)
	if first := <-order; first != "slow" || !strings.Contains(log.String(), "this one waits for it") || strings.Contains(log.String(), "is ended") {
		t.Errorf("%s came first; the log says\n%s", first, log)
	}

	frozen, _ := open()
	holder, err := frozen.Pool().Conn(t.Context())
	must(t, err)
	defer holder.Close()
	if _, err := holder.ExecContext(t.Context(), "SELECT pg_advisory_lock(28549242240989541)"); err != nil {
		t.Fatal(err)
	}
	must(t, waiting.OneAtATime(t.Context(), func() error { return nil }))
	if !strings.Contains(log.String(), "frozen or gone") {
		t.Errorf("the log says\n%s", log)
	}
	if err := holder.PingContext(t.Context()); err == nil {
		t.Error("who was frozen does not find out")
	}
}

// A start that may not end what it waits for says so, and goes on waiting.
func TestAWaitThatCannotBeEndedIsTold(t *testing.T) {
	url, log := storetest.URL(t, storetest.Postgres), make(told, 1000)
	held, err := store.Open(t.Context(), store.Options{URL: url})
	must(t, err)
	defer held.Close()
	holder, err := held.Pool().Conn(t.Context())
	must(t, err)
	defer holder.Close()
	const lock = "28549242240989541"
	if _, err := holder.ExecContext(t.Context(), "SELECT pg_advisory_lock("+lock+")"); err != nil {
		t.Fatal(err)
	}

	as := "?"
	if strings.Contains(url, "?") {
		as = "&"
	}
	waiting, err := store.Open(t.Context(), store.Options{URL: url + as + "options=-crole%3Dpg_monitor", Log: slog.New(slog.NewTextHandler(log, nil))})
	must(t, err)
	defer waiting.Close()
	waiting.ShortBeats(20*time.Millisecond, 40*time.Millisecond)
	over := make(chan error)
	go func() { over <- waiting.OneAtATime(t.Context(), func() error { return nil }) }()
	for refused := 0; refused < 2; {
		if line := <-log; strings.Contains(line, "SQLSTATE 42501") {
			refused++
		}
	}
	if _, err := holder.ExecContext(t.Context(), "SELECT pg_advisory_unlock("+lock+")"); err != nil {
		t.Fatalf("the holder was ended: %v", err)
	}
	must(t, <-over)
}

// told is a log of which each line is one message.
type told chan string

func (t told) Write(line []byte) (int, error) {
	t <- string(line)
	return len(line), nil
}
