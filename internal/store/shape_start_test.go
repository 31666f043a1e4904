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
