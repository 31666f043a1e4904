package remote

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// drainBytes of a body that nobody wants are read so that its connection can
// be used again; a longer one costs its connection.
const drainBytes = 4 << 10

// readAll reads a body that must be within limit, before and after inflation.
func readAll(resp *http.Response, limit int64) ([]byte, error) {
	if resp.ContentLength > limit {
		return nil, refused("body of %d bytes, %d are allowed", resp.ContentLength, limit)
	}
	body, cut, err := readUpTo(resp, limit)
	if err == nil && cut {
		return nil, refused("body of more than %d bytes", limit)
	}
	return body, err
}

// readUpTo reads at most limit bytes and says whether there were more. The
// compressed bytes have the same limit: empty gzip blocks inflate to nothing
// for ever.
func readUpTo(resp *http.Response, limit int64) (body []byte, cut bool, err error) {
	wire := &io.LimitedReader{R: resp.Body, N: limit + 1}
	plain, err := inflate(resp.Header.Get("Content-Encoding"), wire)
	if err == nil {
		body, err = io.ReadAll(io.LimitReader(plain, limit+1))
	}
	if int64(len(body)) > limit {
		return body[:limit], true, nil
	}
	if wire.N <= 0 {
		return body, true, nil
	}
	if err != nil {
		return nil, false, bodyError(err)
	}
	return body, false, nil
}

func inflate(encoding string, wire io.Reader) (io.Reader, error) {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity":
		return wire, nil
	case "gzip", "x-gzip":
		return gzip.NewReader(wire)
	}
	return nil, refused("content encoding %q was not asked for", encoding)
}

// bodyError tells nonsense, which will be the same next time, from a connection
// that broke.
func bodyError(err error) error {
	if errors.Is(err, ErrRefused) {
		return err
	}
	var corrupt flate.CorruptInputError
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt) {
		return refused("body: %w", err)
	}
	return fmt.Errorf("%w: body: %w", ErrUnreachable, err)
}

// discard reads the rest of a small body. Its error is of no interest: the
// answer is known, and a broken connection is not used again.
func discard(body io.Reader) {
	_, _ = io.CopyN(io.Discard, body, drainBytes+1)
}
