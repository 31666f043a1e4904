package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func get(t *testing.T, client *http.Client, url string) (int, string) {
	t.Helper()
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// W59: what belongs to the operator is not served to the outside, and
// files are for the program's user alone.
func TestFirstStartServesAndKeepsToItself(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	s := serveProcess(t, "EMBRAYE_DATA_DIR="+dir, "EMBRAYE_LISTEN=127.0.0.1:0", "EMBRAYE_METRICS_LISTEN=127.0.0.1:0", "HTTPS_PROXY=http://127.0.0.1:1")
	base := "http://" + s.address
	for path, want := range map[string]int{
		"/livez": 200, "/readyz": 200,
		"/metrics": 404, "/debug/pprof/": 404, "/.env": 404, "/.git/config": 404, "/config.ini": 404, "/backup.zip": 404,
	} {
		if got, _ := get(t, localhost(s.address), "http://localhost:8080"+path); got != want {
			t.Errorf("GET %s: %d, want %d", path, got, want)
		}
	}
	if got, _ := get(t, http.DefaultClient, base+"/@organisation"); got != http.StatusMisdirectedRequest {
		t.Errorf("another name is answered %d, want 421", got)
	}
	modes := map[string]os.FileMode{dir: 0o700}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("files %q, %v", files, err)
	}
	for _, name := range files {
		modes[name] = 0o600
	}
	modes[filepath.Join(dir, "evidence")] = 0o700
	for name, want := range modes {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want %v", name, info.Mode().Perm(), err, want)
		}
	}
	if !strings.Contains(s.log.String(), "HTTPS_PROXY is ignored") {
		t.Errorf("F120: no word about the proxy in\n%s", s.log)
	}
	metrics := between(s.log.String(), "msg=metrics address=", "\n")
	for path, want := range map[string]string{"/metrics": "embraye_database_up 1", "/debug/pprof/": "goroutine"} {
		if code, body := get(t, http.DefaultClient, "http://"+metrics+path); code != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d, without %q", path, code, want)
		}
	}
	s.stop()
	if _, err := net.DialTimeout("tcp", s.address, time.Second); err == nil {
		t.Error("something still listens")
	}
}

func between(text, before, after string) string {
	_, rest, _ := strings.Cut(text, before)
	found, _, _ := strings.Cut(rest, after)
	return found
}

// localhost asks the listener at address for http://localhost:8080.
func localhost(address string) *http.Client {
	network := "tcp"
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		network, address = "unix", path
	}
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}}}
}

// serviceManager is systemd's socket, and what it is told next.
func serviceManager(t *testing.T) (address string, said func() string) {
	t.Helper()
	notify, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(t.TempDir(), "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { notify.Close() })
	notify.SetReadDeadline(time.Now().Add(patience))
	return notify.LocalAddr().String(), func() string {
		b := make([]byte, 100)
		n, err := notify.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
}

func TestServeOnASocketUnderSystemd(t *testing.T) {
	dir := t.TempDir()
	notify, said := serviceManager(t)
	path := filepath.Join(dir, "web.sock")
	env := []string{"EMBRAYE_DATA_DIR=" + instanceDir(t), "EMBRAYE_LISTEN=unix:" + path, "NOTIFY_SOCKET=" + notify}
	s := serveProcess(t, env...)
	if got := said(); got != "READY=1" {
		t.Errorf("systemd was told %q, want READY=1", got)
	}
	if s.address != "unix:"+path {
		t.Errorf("listening on %s", s.address)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("socket %v, %v; want 0660", info.Mode(), err)
	}
	if code, _ := get(t, localhost(s.address), "http://localhost:8080/readyz"); code != 200 {
		t.Errorf("readyz: %d", code)
	}
	s.signal(syscall.SIGKILL) // leaves its socket behind
	s.wait()
	s = serveProcess(t, env...)
	if got := said(); got != "READY=1" {
		t.Errorf("systemd was told %q, want READY=1", got)
	}
	s.stop()
	if got := said(); got != "STOPPING=1" {
		t.Errorf("systemd was told %q, want STOPPING=1", got)
	}
}

func TestASocketInUseIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "used.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := removeStaleSocket(path); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("error %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := removeStaleSocket(file); err == nil || !strings.Contains(err.Error(), "not a socket") {
		t.Errorf("error %v", err)
	}
}

// A second signal ends the process at once, whatever is still under way.
func TestASecondSignalEndsAtOnce(t *testing.T) {
	s := serveProcess(t, "EMBRAYE_DATA_DIR="+instanceDir(t), "EMBRAYE_LISTEN=127.0.0.1:0")
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// A request that never ends keeps the graceful stop waiting; the server says
	// "100 Continue" once it reads the body.
	if _, err := io.WriteString(conn, "POST /inbox HTTP/1.1\r\nHost: localhost:8080\r\nContent-Type: application/activity+json\r\n"+
		"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	conn.SetReadDeadline(time.Now().Add(patience))
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("answer %q, %v", line, err)
	}
	s.signal(syscall.SIGTERM)
	eventually(t, "the server notices the first signal", func() bool { return strings.Contains(s.log.String(), "msg=stopping") })
	s.signal(syscall.SIGTERM)
	state := s.wait()
	if status := state.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGTERM {
		t.Errorf("ended with %v, want by the second signal", state)
	}
}

// setupPath is the path of the link that a server printed at its start.
func setupPath(t *testing.T, said string) string {
	t.Helper()
	path := between(said, "open http://localhost:8080", " once")
	if !strings.HasPrefix(path, "/setup/") || len(path) < 40 {
		t.Fatalf("no link in %q", said)
	}
	return path
}

// Each start offers a new link while there is no admin, and none afterwards.
func TestServePrintsTheLinkThatMakesTheFirstAdmin(t *testing.T) {
	env := []string{"EMBRAYE_DATA_DIR=" + instanceDir(t), "EMBRAYE_LISTEN=127.0.0.1:0"}
	s := serveProcess(t, env...)
	first := setupPath(t, s.said)
	if code, page := get(t, localhost(s.address), "http://localhost:8080"+first); code != 200 || !strings.Contains(page, `name="password"`) {
		t.Errorf("the link leads to %d\n%s", code, page)
	}
	if strings.Contains(s.log.String(), first) {
		t.Error("the link stands in the log")
	}
	s.stop()
	s = serveProcess(t, env...)
	second := setupPath(t, s.said)
	for path, form := range map[string]bool{first: false, second: true} {
		if _, page := get(t, localhost(s.address), "http://localhost:8080"+path); strings.Contains(page, `name="password"`) != form {
			t.Errorf("%s has a form: %t, want %t", path, !form, form)
		}
	}
	s.command(nil, "user", "add", "--email", "ana@example.org", "--name", "Ana", "--role", "admin")
	s.stop()
	if s = serveProcess(t, env...); s.said != "" {
		t.Errorf("with an admin there is still a link: %q", s.said)
	}
	s.stop()
	if s = serveProcess(t, "EMBRAYE_DATA_DIR="+instanceDir(t), "EMBRAYE_LISTEN=127.0.0.1:0", "EMBRAYE_ROLES=web"); s.said == "" {
		t.Error("a replica that only answers requests offers no link")
	}
	s.stop()
}
