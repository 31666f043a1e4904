package answer

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// A Pace is how slowly bytes may move before a connection is cut. The deadline
// moves with them: whoever is slow but honest gets to the end, and whoever sends
// or takes one byte now and then does not (W70).
type Pace struct {
	Idle  time.Duration // no byte at all for so long ends it
	Grace time.Duration // any body may take so long, however small
	Floor int64         // bytes a second that are needed on the whole beyond that
	Total time.Duration // nothing takes longer
}

// How requests are read and answers written, unless Options say otherwise. An
// honest small body fits in a few packets. A socket's buffer may hold megabytes
// of an answer, and is only written to again once a third of it is free.
var (
	defaultReading = Pace{Idle: 30 * time.Second, Grace: 10 * time.Second, Floor: 4 << 10, Total: time.Hour}
	defaultWriting = Pace{Idle: time.Minute, Grace: time.Minute, Floor: 4 << 10, Total: time.Hour}
)

func (p Pace) or(d Pace) Pace {
	return Pace{cmp.Or(p.Idle, d.Idle), cmp.Or(p.Grace, d.Grace), cmp.Or(p.Floor, d.Floor), cmp.Or(p.Total, d.Total)}
}

// deadline is when a body of which n bytes have moved must go on.
func (p Pace) deadline(start, now time.Time, n int64) time.Time {
	at := start.Add(min(p.Total, p.Grace+time.Duration(float64(n)/float64(p.Floor)*float64(time.Second))))
	if idle := now.Add(p.Idle); n > 0 && idle.Before(at) {
		return idle
	}
	return at
}

// A mover moves one deadline of a connection with the bytes.
type mover struct {
	Pace
	set   func(time.Time) error
	start time.Time
	last  time.Time // the deadline that is set
	moved int64
}

// move sets the deadline of the next bytes; a step that is small beside the
// grace is not worth a system's timer.
func (m *mover) move() error {
	now := time.Now()
	if m.start.IsZero() {
		m.start = now
	}
	at := m.deadline(m.start, now, m.moved)
	if step := at.Sub(m.last); step >= 0 && step < m.Grace/20 {
		return nil
	}
	m.last = at
	return supported(m.set(at))
}

// supported: what has no deadlines, as in tests, needs none.
func supported(err error) error {
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("setting a deadline: %w", err)
	}
	return nil
}

// A pacedBody is a request's body under a moving deadline. At its end the
// deadline is lifted: the server watches the connection while we work, and an
// old deadline would look like a client that hung up.
type pacedBody struct {
	io.ReadCloser
	mover
}

// Read moves the deadline with the bytes.
func (b *pacedBody) Read(p []byte) (int, error) {
	if err := b.move(); err != nil {
		return 0, err
	}
	n, err := b.ReadCloser.Read(p)
	b.moved += int64(n)
	if errors.Is(err, io.EOF) {
		if err := supported(b.set(time.Time{})); err != nil {
			return n, err
		}
	}
	return n, err
}

// paceBody puts the request's body under the pace of reading. The first
// deadline holds from now on, whether we read the body or the server drains it.
func (h *Server) paceBody(w http.ResponseWriter, r *http.Request) error {
	set := http.NewResponseController(w).SetReadDeadline
	if r.ContentLength == 0 {
		return supported(set(time.Time{})) // a long answer is no reason to hang up
	}
	body := &pacedBody{r.Body, mover{Pace: h.reading, set: set}}
	r.Body = body
	return body.move()
}

// finish gives an answer without a body its time too: the server writes it when
// the handler is done, which may be long after the request came in.
func (w *recorder) finish() {
	if w.pace.moved > 0 {
		return
	}
	if err := w.pace.move(); err != nil {
		panic(http.ErrAbortHandler) // the connection is broken
	}
}

// writeChunk is how much of an answer is handed over under one deadline.
const writeChunk = 32 << 10

// writePaced writes an answer under the pace of writing.
func (w *recorder) writePaced(b []byte) (n int, err error) {
	for {
		if err := w.pace.move(); err != nil {
			return n, err
		}
		m, err := w.ResponseWriter.Write(b[:min(len(b), writeChunk)])
		n, b, w.pace.moved = n+m, b[m:], w.pace.moved+int64(m)
		if err != nil || len(b) == 0 {
			return n, err
		}
	}
}
