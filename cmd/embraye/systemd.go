package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"embraye/internal/settings"
)

// systemd tells the service manager our state, as sd_notify(3) says, if it
// asked for it (Type=notify). A state that cannot be told changes nothing for
// anybody else.
func systemd(environ []string, state string) {
	path := settings.Environ(environ)["NOTIFY_SOCKET"]
	if path == "" {
		return
	}
	if strings.HasPrefix(path, "@") {
		path = "\x00" + path[1:] // an abstract socket
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return
	}
	defer conn.Close()
	conn.Write([]byte(state))
}

// watchdogEvery is how often the service manager wants a sign of life: half of
// WatchdogSec, as sd_watchdog_enabled(3) advises. 0: it wants none, or of another
// process.
func watchdogEvery(environ []string) time.Duration {
	env := settings.Environ(environ)
	limit, err := strconv.ParseInt(env["WATCHDOG_USEC"], 10, 64)
	pid := env["WATCHDOG_PID"]
	if err != nil || limit <= 0 || pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return 0
	}
	return time.Duration(limit) * time.Microsecond / 2
}

// watch gives signs of life for as long as the process answers itself. One that
// does not is killed by the service manager and starts again.
func (i *wired) watch(ctx context.Context, c *call, front *listener) {
	every := watchdogEvery(c.environ)
	if every == 0 {
		return
	}
	turns := time.NewTicker(every)
	defer turns.Stop()
	signsOfLife(ctx, turns.C, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, every)
		defer cancel()
		return front.alive(ctx)
	}, func(err error) {
		if err == nil {
			systemd(c.environ, "WATCHDOG=1")
		} else if ctx.Err() == nil {
			i.Log.Error("the server does not answer itself: the service manager restarts it unless that changes", "error", err)
		}
	})
}

// signsOfLife asks at each turn whether we are alive, and tells the answer.
func signsOfLife(ctx context.Context, turns <-chan time.Time, alive func(context.Context) error, tell func(error)) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-turns:
			tell(alive(ctx))
		}
	}
}

// alive asks for /livez through the socket that everybody comes through. A
// process without one is alive when it can ask.
func (l *listener) alive(ctx context.Context) error {
	if l == nil {
		return nil
	}
	to := l.socket.Addr()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, to.Network(), to.String())
	}}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/livez", nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("/livez answers %d", resp.StatusCode)
	}
	return nil
}
