package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"embraye/internal/logtest"
)

// patience is how long a test waits for another process before it fails.
const patience = 2 * time.Minute

// server is a running `embraye serve`, a process of its own.
type server struct {
	t       *testing.T
	cmd     *exec.Cmd
	env     []string
	address string // after "listening on "
	said    string // what it printed before that
	printed chan string
	log     *logtest.Log
	done    chan struct{} // closed when it ended
}

// instanceDir is a fresh data folder that a first start has been through.
func instanceDir(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(dir, os.DirFS(firstStarted(t))); err != nil {
		t.Fatal(err)
	}
	if err := private(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// environment is what a process of these tests gets: nothing of ours but PATH.
func environment(extra ...string) []string {
	return append([]string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()}, extra...)
}

// listening begins the line with which a server says that it is ready.
const listening = "listening on "

// serveProcess starts a server and waits until it listens.
func serveProcess(t *testing.T, env ...string) *server {
	t.Helper()
	s := beginServe(t, env)
	s.ready()
	return s
}

// beginServe starts a server and does not wait.
func beginServe(t *testing.T, env []string, flags ...string) *server {
	t.Helper()
	s := &server{t: t, env: environment(env...), log: &logtest.Log{}, done: make(chan struct{}), printed: make(chan string, 1)}
	s.cmd = exec.Command("embraye", append([]string{"serve"}, flags...)...)
	s.cmd.Env, s.cmd.Stderr = s.env, s.log
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		out, text := bufio.NewReader(stdout), ""
		for {
			line, err := out.ReadString('\n')
			text += line
			if err != nil || strings.HasPrefix(line, listening) {
				break
			}
		}
		s.printed <- text
		s.cmd.Wait()
		close(s.done)
	}()
	t.Cleanup(func() { s.cmd.Process.Kill(); <-s.done })
	return s
}

// ready waits until the server listens.
func (s *server) ready() {
	s.t.Helper()
	select {
	case text := <-s.printed:
		said, address, ok := strings.Cut(text, listening)
		if !ok {
			s.t.Fatalf("serve printed %q\n%s", text, s.log)
		}
		s.said, s.address = said, strings.TrimSpace(address)
	case <-time.After(patience):
		s.t.Fatalf("serve never listened\n%s", s.log)
	}
}

// status asks for an address; 0 is no answer.
func (s *server) status(path string) int {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, "http://"+s.address+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Host = "localhost:8080" // the name in the settings
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	defer w.Body.Close()
	if _, err := io.Copy(io.Discard, w.Body); err != nil {
		s.t.Fatal(err)
	}
	return w.StatusCode
}

// ran is the exit status of a command that ends by itself, and what it says.
func ran(t *testing.T, env []string, args ...string) (status int, said string) {
	t.Helper()
	cmd := exec.Command("embraye", args...)
	cmd.Env = environment(env...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// wantRefused holds that a command ends with a status and says certain things.
func wantRefused(t *testing.T, want int, env, args []string, words ...string) {
	t.Helper()
	status, said := ran(t, env, args...)
	if status != want {
		t.Errorf("embraye %q: exit status %d, want %d\n%s", args, status, want, said)
	}
	for _, w := range words {
		if !strings.Contains(said, w) {
			t.Errorf("embraye %q does not say %q:\n%s", args, w, said)
		}
	}
}

// stop ends the server as systemd does, and wants a clean exit.
func (s *server) stop() {
	s.t.Helper()
	s.signal(syscall.SIGTERM)
	if state := s.wait(); !state.Success() {
		s.t.Errorf("after SIGTERM: %v\n%s", state, s.log)
	}
}

func (s *server) signal(sig os.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) wait() *os.ProcessState {
	s.t.Helper()
	select {
	case <-s.done:
	case <-time.After(patience):
		s.t.Fatalf("the server does not end\n%s", s.log)
	}
	return s.cmd.ProcessState
}

// command runs a command beside the server and decodes what it prints.
func (s *server) command(into any, args ...string) {
	s.t.Helper()
	cmd := exec.Command("embraye", args...)
	cmd.Env = s.env
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("embraye %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	if into != nil {
		if err := json.Unmarshal(out, into); err != nil {
			s.t.Fatalf("embraye %s: %v in %s", strings.Join(args, " "), err, out)
		}
	}
}

// freeAddress is a loopback address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// eventually asks until yes: what another process does in its own time cannot
// be drained from here.
func eventually(t *testing.T, what string, yes func() bool) {
	t.Helper()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !yes(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
	}
}
