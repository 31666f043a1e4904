package translog

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// A Policy says whom a reader believes: which logs, which witnesses, and how
// many of them a checkpoint needs (C2SP tlog-policy).
type Policy struct {
	Logs      []PolicyKey
	Witnesses []PolicyKey
	Groups    []PolicyGroup
	Quorum    string // the name of a witness or a group, or "none"
}

// A PolicyKey is a log or a witness. The name of a log is its origin; that of a
// witness has a meaning in the policy only.
type PolicyKey struct {
	Name, VKey, URL string
	verifier        note.Verifier
}

// A PolicyGroup has witnessed a checkpoint once Want of its members have.
type PolicyGroup struct {
	Name    string
	Want    int
	Members []string
}

// NoQuorum is the name of the quorum that asks for no witness.
const NoQuorum = "none"

// maxPolicyLines bounds a policy: some dozens of logs, witnesses and groups.
const maxPolicyLines = 1000

// ParsePolicy reads a policy. Its errors are sentences with the line.
func ParsePolicy(text string) (*Policy, error) {
	p := &Policy{}
	lines := strings.Split(text, "\n")
	if len(lines) > maxPolicyLines {
		return nil, fmt.Errorf("a policy has at most %d lines", maxPolicyLines)
	}
	for i, line := range lines {
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			return nil, fmt.Errorf("line %d of the policy has a character that does not show", i+1)
		}
		fields := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' })
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if err := p.read(fields[0], fields[1:]); err != nil {
			return nil, fmt.Errorf("line %d of the policy: %w", i+1, err)
		}
	}
	if p.Quorum == "" {
		return nil, errors.New("the policy has no line `quorum`: it does not say how many witnesses are enough (`quorum none` if no witness is needed)")
	}
	return p, nil
}

func (p *Policy) read(word string, args []string) error {
	switch {
	case word == "log" && (len(args) == 1 || len(args) == 2):
		return p.AddLog(args[0], strings.Join(args[1:], ""))
	case word == "witness" && (len(args) == 2 || len(args) == 3):
		return p.AddWitness(args[0], args[1], strings.Join(args[2:], ""))
	case word == "group" && len(args) >= 3:
		return p.addGroup(args[0], args[1], args[2:])
	case word == "quorum" && len(args) == 1:
		if p.Quorum != "" {
			return errors.New("a second quorum")
		}
		if args[0] != NoQuorum && !p.names(args[0]) {
			return fmt.Errorf("the quorum %q is defined on no line before", args[0])
		}
		p.Quorum = args[0]
		return nil
	case slices.Contains([]string{"log", "witness", "group", "quorum"}, word):
		return fmt.Errorf("%q with %d words after it", word, len(args))
	}
	return fmt.Errorf("%.40q is not one of log, witness, group, quorum", word)
}

// AddLog adds a log by its key.
func (p *Policy) AddLog(vkey, url string) error {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return fmt.Errorf("%.100q is no key of a log", vkey)
	}
	if has(p.Logs, vkey) {
		return fmt.Errorf("the log %s is there twice", v.Name())
	}
	p.Logs = append(p.Logs, PolicyKey{v.Name(), vkey, url, v})
	return nil
}

// AddWitness adds a witness by its key.
func (p *Policy) AddWitness(name, vkey, url string) error {
	v, err := NewCosignatory(vkey)
	if err != nil {
		return err
	}
	if p.names(name) || name == NoQuorum {
		return fmt.Errorf("the name %q is taken", name)
	}
	if has(p.Witnesses, vkey) {
		return fmt.Errorf("the key of the witness %s is there twice", name)
	}
	p.Witnesses = append(p.Witnesses, PolicyKey{name, vkey, url, v})
	return nil
}

// has compares the keys themselves: under another name they are the same.
func has(keys []PolicyKey, vkey string) bool {
	encoded := vkey[strings.LastIndexByte(vkey, '+')+1:]
	return slices.ContainsFunc(keys, func(k PolicyKey) bool { return strings.HasSuffix(k.VKey, "+"+encoded) })
}

func (p *Policy) addGroup(name, want string, members []string) error {
	if p.names(name) || name == NoQuorum {
		return fmt.Errorf("the name %q is taken", name)
	}
	for i, m := range members {
		if !p.names(m) {
			return fmt.Errorf("%q of the group %s is defined on no line before", m, name)
		}
		used := slices.ContainsFunc(p.Groups, func(g PolicyGroup) bool { return slices.Contains(g.Members, m) })
		if used || slices.Contains(members[:i], m) {
			return fmt.Errorf("%q counts twice", m)
		}
	}
	k := len(members)
	switch want {
	case "all":
	case "any":
		k = 1
	default:
		var err error
		if k, err = strconv.Atoi(want); err != nil || k < 1 || k > len(members) || strconv.Itoa(k) != want {
			return fmt.Errorf("%q of the group %s is neither any, all nor a number from 1 to %d", want, name, len(members))
		}
	}
	p.Groups = append(p.Groups, PolicyGroup{name, k, members})
	return nil
}

func (p *Policy) names(name string) bool {
	return slices.ContainsFunc(p.Witnesses, func(w PolicyKey) bool { return w.Name == name }) ||
		slices.ContainsFunc(p.Groups, func(g PolicyGroup) bool { return g.Name == name })
}

// WantAny makes one cosignature of any witness enough; without witnesses none is
// asked for.
func (p *Policy) WantAny() {
	if p.Quorum = NoQuorum; len(p.Witnesses) == 0 {
		return
	}
	var members []string
	for _, w := range p.Witnesses {
		members = append(members, w.Name)
	}
	p.Groups, p.Quorum = append(p.Groups, PolicyGroup{"witnesses", 1, members}), "witnesses"
}

// String writes the policy.
func (p *Policy) String() string {
	var b strings.Builder
	for _, l := range p.Logs {
		b.WriteString(strings.TrimSpace("log "+l.VKey+" "+l.URL) + "\n")
	}
	for _, w := range p.Witnesses {
		b.WriteString(strings.TrimSpace("witness "+w.Name+" "+w.VKey+" "+w.URL) + "\n")
	}
	for _, g := range p.Groups {
		fmt.Fprintf(&b, "group %s %d %s\n", g.Name, g.Want, strings.Join(g.Members, " "))
	}
	return b.String() + "quorum " + p.Quorum + "\n"
}

// verifiers are all keys of the policy.
func (p *Policy) verifiers() note.Verifiers {
	var all []note.Verifier
	for _, k := range slices.Concat(p.Logs, p.Witnesses) {
		all = append(all, k.verifier)
	}
	return note.VerifierList(all...)
}

// enough reports whether the witnesses that signed are the quorum.
func (p *Policy) enough(signed map[string]bool) bool {
	return p.Quorum == NoQuorum || p.witnessed(p.Quorum, signed)
}

// witnessed ends: a group names only what stands before it.
func (p *Policy) witnessed(name string, signed map[string]bool) bool {
	i := slices.IndexFunc(p.Groups, func(g PolicyGroup) bool { return g.Name == name })
	if i < 0 {
		return signed[name]
	}
	count := 0
	for _, m := range p.Groups[i].Members {
		if p.witnessed(m, signed) {
			count++
		}
	}
	return count >= p.Groups[i].Want
}
