package delivery

import (
	"net/http"
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	for _, tt := range []struct {
		n           int
		random      float64
		least, most time.Duration
	}{
		{0, 0.5, time.Minute, time.Minute},
		{1, 0, 48 * time.Second, 48 * time.Second},
		{1, 0.9999, 71 * time.Second, 72 * time.Second},
		{2, 0.5, 5 * time.Minute, 5 * time.Minute},
		{3, 0.5, 30 * time.Minute, 30 * time.Minute},
		{4, 0.5, 2 * time.Hour, 2 * time.Hour},
		{5, 0.5, 6 * time.Hour, 6 * time.Hour},
		{6, 0.5, 12 * time.Hour, 12 * time.Hour},
		{1000, 0.5, 12 * time.Hour, 12 * time.Hour},
	} {
		if got := backoff(steps, tt.n, tt.random); got < tt.least || got > tt.most {
			t.Errorf("failure %d, random %g: %s, want %s to %s", tt.n, tt.random, got, tt.least, tt.most)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	date := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for _, tt := range []struct {
		value string
		peer  time.Time
		want  time.Duration
		ok    bool
	}{
		{"120", time.Time{}, 2 * time.Minute, true},
		{" 120 ", time.Time{}, 2 * time.Minute, true},
		{date(time.Hour), time.Time{}, time.Hour, true},
		{date(time.Hour), now.Add(30 * time.Minute), 30 * time.Minute, true}, // its clock is ahead
		{date(48 * time.Hour), time.Time{}, 24 * time.Hour, true},
		{"86401", time.Time{}, 24 * time.Hour, true},
		{"99999999999999999999999", time.Time{}, 24 * time.Hour, true},
		{date(-time.Hour), time.Time{}, 0, false},
		{"0", time.Time{}, 0, false},
		{"-1", time.Time{}, 0, false},
		{"+5", time.Time{}, 0, false},
		{"1.5", time.Time{}, 0, false},
		{"1e3", time.Time{}, 0, false},
		{"abc", time.Time{}, 0, false},
		{"", time.Time{}, 0, false},
	} {
		got, ok := retryAfter(tt.value, tt.peer, now)
		if ok != tt.ok || ok && got != tt.want {
			t.Errorf("%q: %s, %t; want %s, %t", tt.value, got, ok, tt.want, tt.ok)
		}
	}
}

func TestByStatus(t *testing.T) {
	for status, want := range map[int]verdict{
		200: taken, 202: taken, 204: taken,
		301: failed, 302: failed, 307: failed, 308: failed,
		400: final, 401: failed, 402: final, 403: final, 404: aside, 405: final, 408: failed, 410: final,
		413: final, 418: final, 421: final, 422: final, 429: paused,
		500: failed, 501: final, 502: failed, 503: failed, 504: failed, 599: failed, 600: failed, 999: failed,
	} {
		if got := byStatus(status); got != want {
			t.Errorf("%d: %d, want %d", status, got, want)
		}
	}
}

func TestShortCutsBetweenCharacters(t *testing.T) {
	long := ""
	for range 400 {
		long += "é"
	}
	got := short(long)
	if len(got) > 510 || []rune(got)[len([]rune(got))-1] != '…' || []rune(got)[len([]rune(got))-2] != 'é' {
		t.Errorf("cut to %d bytes: …%q", len(got), got[len(got)-8:])
	}
}
