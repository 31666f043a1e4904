package answer

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"strconv"
)

// A Stream writes what is too long to be kept or held: it reads piece by piece
// and writes each before the next is read. What it writes goes out at the pace
// of whoever reads it, so it must not hold a connection of the database
// meanwhile.
type Stream func(ctx context.Context, piece Piece, w io.Writer) error

// A Piece reads one piece: not too many at a time, whoever asks, and within
// what one answer may take.
type Piece func(ctx context.Context, read func(context.Context) error) error

// piecesAtOnce leaves connections of the database to pages.
const piecesAtOnce = 2

// Stream answers with what a stream writes. Its bytes may differ between two
// readings of one revision, where somebody publishes meanwhile: hence a weak
// ETag, which the compressed form may share. An error before the first byte is a status; one after it cuts the
// connection, because half a file must not look like a whole one.
func (h *Server) Stream(contentType string, stream Stream) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		revision, err := h.revision.current(r.Context())
		if err = cmp.Or(h.refuseReader(r), err); err != nil {
			h.Fail(w, r, err)
			return
		}
		header := w.Header()
		header["Cache-Control"] = noCache
		header["Vary"] = varyEncoding
		header.Set("Access-Control-Allow-Origin", "*") // anybody may read it from a page of theirs
		header.Set("Etag", `W/"`+h.version+"-"+strconv.FormatInt(revision, 10)+`"`)
		if match := r.Header["If-None-Match"]; match != nil && matches(match, header.Get("Etag")[len("W/"):]) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		header.Set("Content-Type", contentType)
		if TakesGzip(r) {
			header["Content-Encoding"] = gzipped
		}
		if r.Method == http.MethodHead {
			w.WriteHeader(http.StatusOK)
			return
		}
		out := &late{Writer: w}
		err = out.pack(TakesGzip(r), func(w io.Writer) error { return stream(r.Context(), h.piece, w) })
		switch {
		case err == nil:
			err = out.flush()
		case !out.begun:
			clear(header)
			h.headers.set(header)
			h.Fail(w, r, err)
			return
		}
		if err != nil {
			h.LogFailure(r, "an answer ends in its middle", err)
			panic(http.ErrAbortHandler)
		}
	}
}

// piece is the Piece of streams.
func (h *Server) piece(ctx context.Context, read func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, buildWithin)
	defer cancel()
	select {
	case h.pieces <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-h.pieces }()
	return read(ctx)
}

// A late writer keeps the first bytes until there are more than fit, so that
// what fails early still has a status.
type late struct {
	io.Writer
	kept  bytes.Buffer
	begun bool
}

// pack puts what a stream writes through gzip, or not.
func (l *late) pack(compressed bool, stream func(io.Writer) error) error {
	if !compressed {
		return stream(l)
	}
	z := packer(l)
	defer packers.Put(z)
	if err := stream(z); err != nil {
		return err
	}
	return z.Close()
}

// Write hands on whole chunks.
func (l *late) Write(b []byte) (int, error) {
	n, err := l.kept.Write(b)
	if err == nil && l.kept.Len() >= writeChunk {
		err = l.flush()
	}
	return n, err
}

func (l *late) flush() error {
	l.begun = true
	_, err := l.kept.WriteTo(l.Writer)
	return err
}
