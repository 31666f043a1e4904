package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"embraye/internal/settings"
)

// httpServer has the limits of everything that strangers can reach. A slow
// client costs a connection, never a transaction: bodies are read before.
func (i *wired) httpServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(i.Log.Handler(), slog.LevelDebug), // broken TLS and aborted requests of strangers
	}
}

// listener is a server on its socket; a nil one is a role that is off.
type listener struct {
	server *http.Server
	socket net.Listener
	unix   string // path, for unix sockets
}

// listen opens the socket of host:port or unix:/path.
func listen(address string, server *http.Server) (*listener, error) {
	path, unix := strings.CutPrefix(address, "unix:")
	if !unix {
		socket, err := net.Listen("tcp", address)
		if err != nil {
			return nil, notListening(address, err)
		}
		return &listener{server: server, socket: socket}, nil
	}
	if err := removeStaleSocket(path); err != nil {
		return nil, err
	}
	socket, err := net.Listen("unix", path)
	if err != nil {
		return nil, notListening(address, err)
	}
	// The proxy's group may speak to us, nobody else.
	if err := os.Chmod(path, 0o660); err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s to its group: %w", path, err), socket.Close())
	}
	return &listener{server: server, socket: socket, unix: path}, nil
}

// notListening tells an address that can never be listened on from one that
// another process has.
func notListening(address string, err error) error {
	taken := errors.Is(err, syscall.EADDRINUSE)
	err = fmt.Errorf("listening on %s: %w", address, err)
	if taken {
		return err
	}
	return settings.Wrong(err)
}

// removeStaleSocket removes what a killed process left, but neither a file of
// another kind nor the socket of somebody who still answers.
func removeStaleSocket(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("looking at the socket: %w", err)
	case info.Mode()&os.ModeSocket == 0:
		return fmt.Errorf("listening on unix:%s: there is a file of that name which is not a socket", path)
	}
	conn, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		conn.Close()
		return fmt.Errorf("listening on unix:%s: another process listens there", path)
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("listening on unix:%s: %w", path, err)
	}
	return os.Remove(path)
}

func (l *listener) address() string {
	if l.unix != "" {
		return "unix:" + l.unix
	}
	return l.socket.Addr().String()
}

func (l *listener) start(failed chan<- error) {
	if l == nil {
		return
	}
	go func() {
		if err := l.server.Serve(l.socket); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("serving on %s: %w", l.address(), err)
		}
	}()
}

// stop lets running requests end; what is still open at the limit is cut.
func (l *listener) stop(limit context.Context) error {
	if l == nil {
		return nil
	}
	l.socket.Close() // also when start was never reached
	if err := l.server.Shutdown(limit); err != nil {
		return l.server.Close()
	}
	return nil
}
