package embraye

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestNewIDKnownValue(t *testing.T) {
	// The example of the ULID specification: 1469918176385 is 01ARYZ6S41.
	random := bytes.NewReader([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 33})
	id, err := NewID(time.UnixMilli(1469918176385), random)
	if err != nil {
		t.Fatal(err)
	}
	if want := "01aryz6s41" + "0000000000000011"; id != want {
		t.Errorf("NewID = %q, want %q", id, want)
	}
}

func TestIDCarriesItsTimeAndSorts(t *testing.T) {
	start := time.Date(2026, 11, 25, 14, 0, 0, 123e6, time.UTC)
	last := ""
	for i := range 200 {
		at := start.Add(time.Duration(i) * 37 * time.Hour)
		id, err := NewID(at, bytes.NewReader(bytes.Repeat([]byte{byte(255 - i)}, 10)))
		if err != nil {
			t.Fatal(err)
		}
		if !ValidID(id) {
			t.Fatalf("ValidID(%q) = false", id)
		}
		got, ok := IDTime(id)
		if !ok || !got.Equal(at) {
			t.Fatalf("IDTime(%q) = %v, %v, want %v", id, got, ok, at)
		}
		if id <= last {
			t.Fatalf("%q does not sort after %q", id, last)
		}
		last = id
	}
}

func TestIDExtremes(t *testing.T) {
	full := bytes.Repeat([]byte{255}, 10)
	id, err := NewID(time.UnixMilli(maxIDMilli), bytes.NewReader(full))
	if err != nil || id != "7"+strings.Repeat("z", 25) {
		t.Errorf("largest id = %q, %v", id, err)
	}
	for _, at := range []time.Time{time.UnixMilli(-1), time.UnixMilli(maxIDMilli + 1)} {
		if _, err := NewID(at, bytes.NewReader(full)); !errors.Is(err, ErrInvalid) {
			t.Errorf("NewID(%v) error = %v, want ErrInvalid", at, err)
		}
	}
	if _, err := NewID(time.UnixMilli(0), bytes.NewReader(full[:9])); err == nil {
		t.Error("NewID with too little randomness succeeded")
	}
}

func TestValidIDRefuses(t *testing.T) {
	good := "01aryz6s410000000000000011"
	if !ValidID(good) {
		t.Fatalf("ValidID(%q) = false", good)
	}
	for _, id := range []string{"", good[1:], good + "0", strings.ToUpper(good), "8" + good[1:],
		"i" + good[1:], good[:25] + "i", good[:25] + "l", good[:25] + "o", good[:25] + "u", good[:25] + "é", good[:25] + "/", good[:25] + "\n"} {
		if ValidID(id) {
			t.Errorf("ValidID(%q) = true", id)
		}
		if _, ok := IDTime(id); ok {
			t.Errorf("IDTime(%q) accepted", id)
		}
	}
}

func TestIDAlphabetAgreesWithDigits(t *testing.T) {
	for i := range idAlphabet {
		if got := idDigit(idAlphabet[i]); got != i {
			t.Errorf("idDigit(%q) = %d, want %d", idAlphabet[i], got, i)
		}
	}
}
