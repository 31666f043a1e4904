package answer

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// F137: who sends more than we take hears why. A connection that is closed with
// bytes unread is reset, and the reset overtakes the answer.
func TestF137TheRefusalOfALargeBodyArrives(t *testing.T) {
	h := &Server{now: time.Now, reading: defaultReading, writing: defaultWriting, hosts: hosts{base: "ours.example"}, log: slog.New(slog.DiscardHandler)}
	server := httptest.NewServer(h.Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/read" {
			_, _ = io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<10)) // too large, as told below
		}
		w.Header().Set("Connection", "close")
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
	})))
	t.Cleanup(server.Close)
	for _, path := range []string{"/read", "/ignore"} {
		t.Run(path, func(t *testing.T) {
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: ours.example\r\nContent-Length: %d\r\n\r\n%s", path, 4<<20, strings.Repeat(" ", 512<<10)); err != nil {
				t.Fatal(err)
			}
			answer, err := io.ReadAll(conn)
			if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 413") {
				t.Errorf("%v after %.40q", err, answer)
			}
		})
	}
}
