package embraye

import (
	"crypto/sha256"
	"fmt"
	"io"
	"time"
)

// Ids of updates, activities, notes and reviews are ULIDs in lower case: 48
// bits of milliseconds, then 80 random bits, in Crockford's base 32. They sort
// by time of publication and go into addresses as they are.
const (
	idLength   = 26
	idAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	maxIDMilli = 1<<48 - 1
)

// NewID makes the id of something published at t.
func NewID(t time.Time, random io.Reader) (string, error) {
	ms := t.UnixMilli()
	if ms < 0 || ms > maxIDMilli {
		return "", fmt.Errorf("making an id for %s: outside what an id can carry: %w", t.UTC().Format(time.RFC3339), ErrInvalid)
	}
	var b [16]byte
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	if _, err := io.ReadFull(random, b[6:]); err != nil {
		return "", fmt.Errorf("reading randomness for an id: %w", err)
	}
	return encodeID(b), nil
}

// CopyID names our copy of a peer's constat: the same on every day and every
// instance, in the form of our other ids though it carries no time.
func CopyID(uri IRI) string {
	sum := sha256.Sum256([]byte(uri))
	return encodeID([16]byte(sum[:16]))
}

// encodeID writes 128 bits as 26 digits of five bits; the first digit carries
// only the top three.
func encodeID(b [16]byte) string {
	var out [idLength]byte
	var acc uint32
	bits := 2 // two leading zero bits make 130 = 26 × 5
	n := 0
	for _, c := range b {
		acc = acc<<8 | uint32(c)
		bits += 8
		for bits >= 5 {
			bits -= 5
			out[n] = idAlphabet[acc>>bits&31]
			n++
		}
	}
	return string(out[:])
}

// ValidID reports whether id is one that NewID could have made. Upper case is
// not: one thing has one address.
func ValidID(id string) bool {
	if len(id) != idLength || id[0] > '7' {
		return false
	}
	for i := range idLength {
		if idDigit(id[i]) < 0 {
			return false
		}
	}
	return true
}

// IDTime returns the moment that id carries, to the millisecond, in UTC.
func IDTime(id string) (time.Time, bool) {
	if !ValidID(id) {
		return time.Time{}, false
	}
	var ms int64
	for i := range 10 {
		ms = ms<<5 | int64(idDigit(id[i]))
	}
	return time.UnixMilli(ms).UTC(), true
}

func idDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'h':
		return int(c-'a') + 10
	case c == 'j' || c == 'k':
		return int(c-'j') + 18
	case c == 'm' || c == 'n':
		return int(c-'m') + 20
	case c >= 'p' && c <= 't':
		return int(c-'p') + 22
	case c >= 'v' && c <= 'z':
		return int(c-'v') + 27
	}
	return -1
}
