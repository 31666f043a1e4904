package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestTheWatchdogIsAskedForByTheServiceManager(t *testing.T) {
	own, other := strconv.Itoa(os.Getpid()), strconv.Itoa(os.Getpid()+1)
	for name, c := range map[string]struct {
		env  []string
		want time.Duration
	}{
		"not asked":       {nil, 0},
		"half of it":      {[]string{"WATCHDOG_USEC=120000000"}, time.Minute},
		"of us":           {[]string{"WATCHDOG_USEC=120000000", "WATCHDOG_PID=" + own}, time.Minute},
		"of somebody":     {[]string{"WATCHDOG_USEC=120000000", "WATCHDOG_PID=" + other}, 0},
		"not a number":    {[]string{"WATCHDOG_USEC=soon"}, 0},
		"less than never": {[]string{"WATCHDOG_USEC=-1"}, 0},
		"zero":            {[]string{"WATCHDOG_USEC=0"}, 0},
	} {
		if got := watchdogEvery(c.env); got != c.want {
			t.Errorf("%s: every %v, want %v", name, got, c.want)
		}
	}
}

// Each turn asks anew; nothing is told once it is over.
func TestSignsOfLifeAreOnlyGivenWhileAlive(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stuck := errors.New("stuck")
	answers := []error{nil, stuck, nil}
	turns, told := make(chan time.Time), make(chan error, 3)
	done := make(chan struct{})
	go func() {
		defer close(done)
		n := 0
		signsOfLife(ctx, turns, func(context.Context) error { n++; return answers[n-1] }, func(err error) { told <- err })
	}()
	var got []error
	for range answers {
		turns <- time.Time{}
		got = append(got, <-told)
	}
	cancel()
	<-done
	if !slices.Equal(got, answers) {
		t.Errorf("told %v, want %v", got, answers)
	}
}

// What does not answer, or not with 200, is not alive; a worker has no socket.
func TestAliveMeansThatTheSocketAnswers(t *testing.T) {
	status := http.StatusOK
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/livez" {
			t.Errorf("asked for %s", r.URL)
		}
		w.WriteHeader(status)
	})
	for _, address := range []string{"127.0.0.1:0", "0.0.0.0:0", "unix:" + filepath.Join(t.TempDir(), "web.sock")} {
		l, err := listen(address, &http.Server{Handler: handler})
		if err != nil {
			t.Fatal(err)
		}
		l.start(make(chan error, 1))
		for status = range map[int]bool{http.StatusOK: true, http.StatusServiceUnavailable: true} {
			if err := l.alive(t.Context()); (err == nil) != (status == http.StatusOK) {
				t.Errorf("%s answers %d: %v", address, status, err)
			}
		}
		if err := l.stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if l.alive(t.Context()) == nil {
			t.Errorf("%s is closed and alive", address)
		}
	}
	stuck, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, answers nobody
	if err != nil {
		t.Fatal(err)
	}
	defer stuck.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() { stuck.Accept(); cancel() }()
	if (&listener{socket: stuck}).alive(ctx) == nil {
		t.Error("whoever answers nobody is alive")
	}
	if (*listener)(nil).alive(t.Context()) != nil {
		t.Error("a worker is never alive")
	}
}

// A real server tells READY, then that it lives, again and again, then STOPPING.
func TestTheServiceManagerIsToldThatTheServerLives(t *testing.T) {
	notify, said := serviceManager(t)
	s := serveProcess(t, "EMBRAYE_DATA_DIR="+instanceDir(t), "EMBRAYE_LISTEN=127.0.0.1:0", "NOTIFY_SOCKET="+notify, "WATCHDOG_USEC=100000")
	for n, want := range []string{"READY=1", "WATCHDOG=1", "WATCHDOG=1"} {
		if got := said(); got != want {
			t.Fatalf("%d: systemd was told %q, want %q", n, got, want)
		}
	}
	s.stop()
	last := said()
	for last == "WATCHDOG=1" {
		last = said()
	}
	if last != "STOPPING=1" {
		t.Errorf("at the end systemd was told %q", last)
	}
	if strings.Contains(s.log.String(), "does not answer itself") {
		t.Errorf("%s", s.log)
	}
}
