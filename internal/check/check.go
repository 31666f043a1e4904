// Package check looks at an instance as its operator's doctor: what is wrong, in
// plain sentences, and what to do. One small function for each matter; none of
// them changes anything, and each ends by itself.
//
// It knows neither settings nor commands: what it looks at is given to it.
//
// Start reading at Finding, then proxy.go, which asks the instance itself through
// its public name.
package check

import "fmt"

// State is how well something is.
type State string

const (
	OK      State = "ok"
	Warning State = "warning" // works, and will not for ever or not for everybody
	Error   State = "error"
	Skipped State = "skipped" // there was nothing to look at, or no way to
)

// Finding is what was found about one matter.
type Finding struct {
	Code     string `json:"code"` // never changes: scripts rely on it
	State    State  `json:"state"`
	Sentence string `json:"sentence"`
	Remedy   string `json:"remedy,omitempty"` // what to do; empty where nothing is
}

func ok(code, format string, args ...any) Finding {
	return Finding{Code: code, State: OK, Sentence: fmt.Sprintf(format, args...)}
}

func skipped(code, format string, args ...any) Finding {
	return Finding{Code: code, State: Skipped, Sentence: fmt.Sprintf(format, args...)}
}

// but gives a finding another state, and says what helps.
func (f Finding) but(s State, format string, args ...any) Finding {
	f.State, f.Remedy = s, fmt.Sprintf(format, args...)
	return f
}

// found begins a finding that but ends.
func found(code, format string, args ...any) Finding { return ok(code, format, args...) }

// wakes says of each matter from which state on those who lead an instance are told
// by mail if it lasts: what nobody may have to find out by looking. The others are
// of somebody else (peers, a witness), were chosen (settings), or cannot be told by
// mail (mail); what a warning leaves out works, or wakes nobody for good reason.
var wakes = map[string]State{
	"backup": Warning, "bucket": Error, "clock": Error, "copies": never, "database": Error, "deliveries": Error, "disk": Warning, "dns": Error,
	"evidence": Warning, "get": Error, "log": Warning, "mail": never, "peers": never, "post": Error, "proxy": Error, "secret": Error,
	"server": never, "settings": never, "tls": Error, "webfinger": Error, "witness": never,
}

const never State = "never"

// Wakes reports whether somebody has to be told of it who does not look.
func (f Finding) Wakes() bool {
	least := wakes[f.Code]
	return f.State == least || f.State == Error && least == Warning
}

// Settings repeats what the settings warn of.
func Settings(warnings []string) (list []Finding) {
	for _, w := range warnings {
		list = append(list, found("settings", "%s", w).but(Warning, "configs/embraye.env says what each setting does"))
	}
	if len(list) == 0 {
		list = []Finding{ok("settings", "the settings have no mistake")}
	}
	return list
}

// Count counts what is in a state.
func Count(list []Finding, s State) (n int) {
	for _, f := range list {
		if f.State == s {
			n++
		}
	}
	return n
}
