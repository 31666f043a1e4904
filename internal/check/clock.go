package check

import (
	"encoding/json"
	"time"

	"embraye/internal/embraye"
)

// Signatures are refused by servers whose clock differs: some allow 30 seconds.
const (
	clockOff   = 10 * time.Second
	clockWrong = time.Minute
)

// Clock compares our time with somebody else's.
func Clock(whose string, ours, theirs time.Time) Finding {
	off := ours.Sub(theirs)
	if off.Abs() <= clockOff {
		return ok("clock", "the clock agrees with that of %s", whose)
	}
	f := found("clock", "the clock of this machine says %s, that of %s %s", ours.UTC().Format(time.DateTime), whose, theirs.UTC().Format(time.DateTime))
	state := Warning
	if off.Abs() > clockWrong {
		state = Error
	}
	return f.but(state, "let systemd-timesyncd or chrony set both clocks: signatures are refused where they differ")
}

// ClockOfOthers reads what the server noted when the answers of several other
// servers said that our clock is wrong.
func ClockOfOthers(noted string) Finding {
	var wrong embraye.WrongClock
	if err := json.Unmarshal([]byte(noted), &wrong); err != nil {
		return found("clock", "what other servers said of our clock cannot be read: %v", err).but(Warning, "the next deliveries write it anew")
	}
	return Clock("other servers, such as "+wrong.Host, wrong.Ours, wrong.Theirs)
}
