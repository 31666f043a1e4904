package answer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"
)

// The times of a real server are 30 and 60 s, and lines of 120 kB/s take minutes
// for 40 MB: here everything is shorter. Loopback moves 64 kB at a time.
var quickPace = Pace{Idle: 2 * time.Second, Grace: 500 * time.Millisecond, Floor: 20 << 10, Total: time.Minute}

const slowBytes = 400 << 10

// slowServer is a real server behind a line of so many bytes a second each way.
// Its own timeouts end long before the bytes are through; the header has time,
// whatever else the machine does.
func slowServer(t *testing.T, bytesPerSecond int, next http.HandlerFunc) (url string) {
	t.Helper()
	h := &Server{now: time.Now, hosts: hosts{base: "ours.example"}, log: slog.New(slog.DiscardHandler), reading: quickPace, writing: quickPace}
	server := httptest.NewUnstartedServer(h.Guard(next))
	server.Config.ReadTimeout, server.Config.WriteTimeout = 200*time.Millisecond, 200*time.Millisecond
	server.Config.ReadHeaderTimeout = 10 * time.Second
	server.Config.ConnState = func(c net.Conn, state http.ConnState) {
		if tcp, ok := c.(*net.TCPConn); ok && state == http.StateNew {
			// What the kernel keeps would hide how slow the line is.
			if err := errors.Join(tcp.SetWriteBuffer(8<<10), tcp.SetReadBuffer(8<<10)); err != nil {
				t.Error(err)
			}
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	return "http://" + slowLine(t, server.Listener.Addr().String(), bytesPerSecond)
}

// slowLine forwards connections and lets so many bytes a second through.
func slowLine(t *testing.T, to string, bytesPerSecond int) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				client.Close()
				continue
			}
			for _, c := range []net.Conn{client, server} {
				_ = c.(*net.TCPConn).SetReadBuffer(8 << 10) // smaller is only nearer to a real line
				_ = c.(*net.TCPConn).SetWriteBuffer(8 << 10)
			}
			go trickle(server, client, bytesPerSecond)
			go trickle(client, server, bytesPerSecond)
		}
	}()
	return l.Addr().String()
}

// trickle makes up for moments in which a busy machine did not let it run: the
// line is as fast as it says. Half a second is all that it makes up for.
func trickle(to, from net.Conn, bytesPerSecond int) {
	defer to.Close()
	const ticks = 100 // a second
	tick := time.NewTicker(time.Second / ticks)
	defer tick.Stop()
	for last := time.Now(); ; {
		now := <-tick.C
		due := int64(now.Sub(last).Seconds() * float64(bytesPerSecond))
		if due < 1 {
			continue
		}
		last = now
		if _, err := io.CopyN(to, from, min(due, int64(max(1, bytesPerSecond/2)))); err != nil {
			return
		}
	}
}

func send(ctx context.Context, url string, body io.Reader) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, "POST", url, body)
	if err != nil {
		return nil, err
	}
	r.Host = "ours.example"
	transport := &http.Transport{DisableKeepAlives: true}
	return transport.RoundTrip(r)
}

// readAll answers how much arrived, and whether the request was still alive.
func readAll(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Context().Err() != nil {
		w.WriteHeader(http.StatusRequestTimeout)
		return
	}
	_, _ = io.WriteString(w, strconv.Itoa(len(body)))
}

func TestT05DeadlinesMoveWithTheBytes(t *testing.T) {
	t.Run("T05 up", func(t *testing.T) {
		url := slowServer(t, 100<<10, readAll)
		resp, err := send(t.Context(), url, bytes.NewReader(make([]byte, slowBytes)))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if got, err := io.ReadAll(resp.Body); err != nil || string(got) != strconv.Itoa(slowBytes) {
			t.Errorf("%d %q %v", resp.StatusCode, got, err)
		}
	})
	for name, write := range map[string]func(w http.ResponseWriter, r *http.Request){
		"in one piece": func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(make([]byte, slowBytes)) },
		"a file": func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(make([]byte, slowBytes)))
		},
	} {
		t.Run("T05 down, "+name, func(t *testing.T) {
			resp, err := send(t.Context(), slowServer(t, 100<<10, write), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if got, err := io.ReadAll(resp.Body); err != nil || len(got) != slowBytes {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
	t.Run("T05 work of ours after a slow body", func(t *testing.T) {
		url := slowServer(t, 100<<10, func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.ReadAll(r.Body); err != nil {
				t.Error(err)
			}
			select { // longer than any deadline that was set while reading
			case <-r.Context().Done():
				t.Error("our own work ended the request")
			case <-time.After(quickPace.Grace + quickPace.Idle):
			}
		})
		resp, err := send(t.Context(), url, bytes.NewReader(make([]byte, 50<<10)))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	})
}

// W70: whoever sends or takes a few bytes now and then does not hold a
// connection, however long that could go on.
func TestT05TooSlowIsCut(t *testing.T) {
	ended := make(chan error, 1)
	wait := func(t *testing.T) {
		t.Helper()
		select {
		case err := <-ended:
			if err == nil {
				t.Error("a body came through far below the floor")
			}
		case <-time.After(time.Minute):
			t.Error("the connection is held")
		}
	}
	t.Run("T05 sender", func(t *testing.T) {
		url := slowServer(t, 1<<10, func(w http.ResponseWriter, r *http.Request) {
			_, err := io.Copy(io.Discard, r.Body)
			ended <- err
		})
		if resp, err := send(t.Context(), url, bytes.NewReader(make([]byte, slowBytes))); err == nil {
			resp.Body.Close()
		}
		wait(t)
	})
	t.Run("T05 reader", func(t *testing.T) {
		url := slowServer(t, 1<<10, func(w http.ResponseWriter, r *http.Request) {
			_, err := w.Write(make([]byte, 4*slowBytes))
			ended <- err
		})
		if resp, err := send(t.Context(), url, nil); err == nil { // cut, perhaps, before the answer has begun to arrive
			defer resp.Body.Close()
		}
		wait(t)
	})
}

func TestT05Deadline(t *testing.T) {
	start := time.Unix(1000, 0)
	p := Pace{Idle: 30 * time.Second, Grace: 10 * time.Second, Floor: 1000, Total: time.Hour}
	for name, tt := range map[string]struct {
		after time.Duration
		bytes int64
		want  time.Duration
	}{
		"nothing yet":            {0, 0, 10 * time.Second},
		"nothing still":          {5 * time.Second, 0, 10 * time.Second},
		"a trickle":              {9 * time.Second, 9, 10*time.Second + 9*time.Millisecond},
		"far ahead of the floor": {2 * time.Second, 1_000_000, 32 * time.Second},
		"at the end of patience": {59 * time.Minute, 1_000_000_000, 59*time.Minute + 30*time.Second},
		"beyond it":              {2 * time.Hour, 1_000_000_000, time.Hour},
	} {
		if got := p.deadline(start, start.Add(tt.after), tt.bytes).Sub(start); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}
