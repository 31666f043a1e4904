package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"embraye/internal/embraye"
)

var (
	// ErrRefused: we would not do it or not take it. Wrong address, port,
	// redirect, media type, size or id. Trying again changes nothing.
	ErrRefused = errors.New("refused")
	// ErrBlocked is the ErrRefused of a host that the operator blocked.
	ErrBlocked = fmt.Errorf("%w: host is blocked", ErrRefused)
	// ErrResolved is the ErrRefused of a name that led to an address that we do
	// not connect to. The name may be well and its resolver wrong for a moment.
	ErrResolved = fmt.Errorf("%w: the name leads to an address that is not public", ErrRefused)
	// ErrUnreachable: no complete HTTP answer. Name, connection, TLS, timeout, a
	// broken answer, or a host that has all its fetch slots taken.
	ErrUnreachable = errors.New("unreachable")
)

// errTooLong is inside the ErrUnreachable of a slot that did not come free.
var errTooLong = errors.New("too many fetches are waiting for this host")

// StatusError is an HTTP answer that is not the document that we asked for.
// It is embraye.ErrNotFound for 404 and embraye.ErrGone for 410.
type StatusError struct {
	Status     int
	RetryAfter string // as sent
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("answered %d %s", e.Status, http.StatusText(e.Status))
}

// Is maps the two statuses that say something about the thing, not the server.
func (e *StatusError) Is(target error) bool {
	return e.Status == http.StatusNotFound && target == embraye.ErrNotFound ||
		e.Status == http.StatusGone && target == embraye.ErrGone
}

// IsFinal reports whether err says something about what was asked for, as asking
// again would say once more: our own refusal, or an answer that is none of a
// server in trouble (5xx) or for now (408, 429).
func IsFinal(err error) bool {
	var s *StatusError
	if errors.As(err, &s) {
		return s.Status < http.StatusInternalServerError && s.Status != http.StatusRequestTimeout && s.Status != http.StatusTooManyRequests
	}
	return errors.Is(err, ErrRefused) && !errors.Is(err, ErrResolved)
}

func isStatus(err error, status int) bool {
	var s *StatusError
	return errors.As(err, &s) && s.Status == status
}

// IsTimeout reports whether the peer was too slow, as opposed to not there.
func IsTimeout(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// IsNoSuchName reports whether the name system knows no such host.
func IsNoSuchName(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

func refused(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrRefused, fmt.Errorf(format, args...))
}

// unreachable classifies what the transport or a body said. Our own refusal at
// dial time stays one, and a caller that gave up is not the peer's fault.
func unreachable(caller context.Context, err error) error {
	if errors.Is(err, ErrRefused) {
		return err
	}
	return ended(caller, fmt.Errorf("%w: %w", ErrUnreachable, err))
}

// ended is err, or the cancellation of the caller that caused it.
func ended(caller context.Context, err error) error {
	if cause := caller.Err(); errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}
