package main

import (
	"strings"
	"testing"

	"embraye/internal/embraye"
)

// H06: a list says when it goes on, and an empty one says that.
func TestH06DeliveriesSayWhenTheyGoOn(t *testing.T) {
	host := embraye.Host{Host: "a.example", NextAt: 1_790_000_000_000, FailingSince: 1_780_000_000_000}
	w := waiting{State: "waiting", Inbox: "https://a.example/inbox"}
	w.NextAt, w.Failing = when(embraye.Delivery{CreatedAt: 1, NextAt: 2}, host)
	text := deliveryTable([]waiting{w})
	for _, part := range []string{"next try 2026-09-21T14:13:20Z", "failing since 2026-05-28T20:26:40Z"} {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in %q", part, text)
		}
	}
	if text := deliveryTable(nil); !strings.HasPrefix(text, "nothing waits") {
		t.Errorf("an empty list says %q", text)
	}
}
