package peers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"embraye/internal/app"
	"embraye/internal/embraye"
)

// Limits of a list of addresses.
const (
	MaxListBytes = 64 << 10
	MaxListLines = 500
)

// A Verdict is what becomes of a line of a list.
type Verdict string

// Verdicts.
const (
	Unseen  Verdict = "unseen"  // nobody has looked yet, or there was no time left
	Fresh   Verdict = "fresh"   // can be added
	Added   Verdict = "added"   // was
	Already Verdict = "already" // is a peer
	Twice   Verdict = "twice"   // names the same as a line before it
	Refused Verdict = "refused" // cannot be a peer
)

// A Line is one address of a list, and what is known of it.
type Line struct {
	Number  int
	Address string
	Verdict Verdict
	Look    *Look            // of who answered
	Why     *embraye.Problem // of who is refused

	found *found
}

// ReadList reads a list: a handle or an address a line, remarks after #. What
// names the same as an earlier line says so.
func ReadList(text string) ([]Line, error) {
	switch {
	case len(text) > MaxListBytes:
		return nil, listProblem("is_too_heavy", MaxListBytes)
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return nil, listProblem("is_no_text", 0)
	}
	var (
		list   []Line
		number int
		seen   = map[string]bool{}
	)
	for raw := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		number++
		address := embraye.Address(withoutRemark(raw))
		if address == "" {
			continue
		}
		if len(list) == MaxListLines {
			return nil, listProblem("has_too_many_lines", MaxListLines)
		}
		line := Line{Number: number, Address: address, Verdict: Unseen}
		if key := sameName(address); seen[key] {
			line.Verdict = Twice
		} else {
			seen[key] = true
		}
		list = append(list, line)
	}
	if len(list) == 0 {
		return nil, listProblem("has_no_address", 0)
	}
	return list, nil
}

// withoutRemark cuts what stands after a # that begins a word: addresses have
// some inside.
func withoutRemark(line string) string {
	for i, r := range line {
		if r == '#' && (i == 0 || strings.TrimSpace(line[:i]) != line[:i]) {
			return line[:i]
		}
	}
	return line
}

// sameName is an address as far as two that differ in it may be two.
func sameName(address string) string {
	if h, err := embraye.ParseHandle(address); err == nil {
		return strings.ToLower(h.User) + "@" + h.Host
	}
	return strings.TrimSuffix(address, "/")
}

func listProblem(code string, most int) error {
	return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "list", Code: code, Max: most}}}
}

// FetchList gets a list from the web, through the guarded client.
func (ps *Peers) FetchList(ctx context.Context, by embraye.Acting, address string) (string, error) {
	if err := by.May(embraye.Admin); err != nil {
		return "", fmt.Errorf("peers: fetch a list: %w", err)
	}
	address = embraye.Address(address)
	if err := app.ListAddress(ps.desk, address); err != nil {
		return "", err
	}
	text, err := ps.desk.Remote.Text(ctx, embraye.IRI(address), MaxListBytes)
	if err != nil {
		return "", app.ListProblem(err, address)
	}
	return string(text), nil
}

// markKnown finds those of a list that are peers by the names that they have
// here: nobody is asked about them.
func markKnown(lines []Line, known []embraye.Peer) {
	for i := range lines {
		l := &lines[i]
		is := func(p embraye.Peer) bool { return names(l.Address, &p) }
		if l.Verdict == Unseen && slices.ContainsFunc(known, is) {
			l.Verdict = Already
		}
	}
}
