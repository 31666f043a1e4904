package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"embraye/internal/app/peers"
	"embraye/internal/embraye"
)

// look is what scripts see of an organisation that was looked at.
type look struct {
	Organisation    embraye.IRI   `json:"organisation"`
	Handle          string        `json:"handle"`
	Name            string        `json:"name"`
	Software        string        `json:"software"`
	SoftwareVersion string        `json:"softwareVersion"`
	Reference       []string      `json:"reference"`
	OtherText       bool          `json:"otherText"`
	Measures        []lookMeasure `json:"measures"`
	Constats        int           `json:"constats"`
	Followers       *int          `json:"followers"` // of its account; null: it does not say
	ApprovesFollows bool          `json:"approvesFollows"`
	Skipped         []string      `json:"skipped"`
	Peer            bool          `json:"peer"` // it is one already
}

type lookMeasure struct {
	Actor   embraye.IRI `json:"actor"`
	Name    string      `json:"name"`
	Measure string      `json:"measure"`
}

func shownLook(l *peers.Look, skipped []string) look {
	out := look{Organisation: l.Organisation, Handle: l.Handle, Name: l.Name, Software: l.Software, SoftwareVersion: l.Version,
		Reference: append([]string{}, l.Reference...), OtherText: l.OtherText, Measures: []lookMeasure{}, Constats: l.Constats, ApprovesFollows: l.ApprovesFollows,
		Skipped: append([]string{}, skipped...), Followers: l.Followers, Peer: l.Peer != nil}
	for _, m := range l.Measures {
		out.Measures = append(out.Measures, lookMeasure{m.URI, m.Name, m.Measure})
	}
	return out
}

// sentences say it to people.
func (l look) sentences() string {
	var b strings.Builder
	software := strings.TrimSpace(l.Software + " " + l.SoftwareVersion)
	if software == "" {
		software = "software unknown"
	}
	fmt.Fprintf(&b, "%s, @%s (%s)\n%s; %s; follows are %s\nreference text: %s\n", l.Name, l.Handle, l.Organisation, software,
		embraye.Counted(l.Constats, "constat or boost", "constats and boosts"),
		map[bool]string{true: "approved by hand", false: "taken at once"}[l.ApprovesFollows], strings.Join(l.Reference, ", "))
	if l.OtherText {
		b.WriteString("it follows another reference text than this instance: its constats would be kept and shown apart\n")
	}
	for _, m := range l.Measures {
		fmt.Fprintf(&b, "  %s: %s\n", m.Actor, m.Name)
	}
	if l.Peer {
		b.WriteString("it is a peer already\n")
	}
	return b.String()
}

func peerLook(ctx context.Context, c *call) error {
	c.asFlag()
	c.jsonFlag()
	args, err := c.parse("ADDRESS")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		l, err := i.Peers.Look(ctx, by, args[0])
		if err != nil {
			return err
		}
		shown := shownLook(l, c.skippedMeasures(l.Skipped))
		return c.print(shown, "%s", shown.sentences())
	})
}

// listLine is what scripts see of one address of a list.
type listLine struct {
	Line         int         `json:"line"`
	Address      string      `json:"address"`
	Verdict      string      `json:"verdict"` // fresh, added, already, twice, refused
	Organisation embraye.IRI `json:"organisation,omitempty"`
	Handle       string      `json:"handle,omitempty"`
	Name         string      `json:"name,omitempty"`
	OtherText    bool        `json:"otherText,omitempty"`
	Why          string      `json:"why,omitempty"`
}

func shownLine(l peers.Line) listLine {
	out := listLine{Line: l.Number, Address: l.Address, Verdict: string(l.Verdict)}
	if l.Look != nil {
		out.Organisation, out.Handle, out.Name, out.OtherText = l.Look.Organisation, l.Look.Handle, l.Look.Name, l.Look.OtherText
	}
	if l.Why != nil {
		out.Why = l.Why.Reason()
	}
	return out
}

// remark is the rest of a line for people.
func (l listLine) remark() string {
	switch {
	case l.Why != "":
		return l.Why
	case l.OtherText:
		return l.Name + " (follows another reference text)"
	}
	return l.Name
}

// peerImport adds whoever a list names, or says with --dry-run who could be
// added. Who cannot is named and stops nobody else.
func peerImport(ctx context.Context, c *call) error {
	dry := false
	c.flags.BoolVar(&dry, "dry-run", false, "say what would become of each line, and add nobody")
	c.asFlag()
	c.jsonFlag()
	chosen := c.choiceFlags()
	args, err := c.parse("FILE|URL")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		text, err := c.listOf(ctx, i, by, args[0])
		if err != nil {
			return err
		}
		lines, err := peers.ReadList(text)
		if err != nil {
			return err
		}
		if dry {
			err = i.Peers.LookAtList(ctx, by, lines)
		} else {
			err = i.Peers.AddList(ctx, by, lines, *chosen)
		}
		if err != nil {
			return err
		}
		return c.printList(lines, dry)
	})
}

// listOf reads a list from the web, a file or standard input.
func (c *call) listOf(ctx context.Context, i *wired, by embraye.Acting, from string) (string, error) {
	if strings.Contains(from, "://") {
		return i.Peers.FetchList(ctx, by, from)
	}
	text, err := c.read(from, peers.MaxListBytes+1)
	return string(text), err
}

func (c *call) printList(lines []peers.Line, dry bool) error {
	counts := map[peers.Verdict]int{}
	doc := map[string]any{"dryRun": dry}
	shown := []listLine{}
	var text strings.Builder
	t := tabwriter.NewWriter(&text, 0, 4, 2, ' ', 0)
	for _, l := range lines {
		counts[l.Verdict]++
		line := shownLine(l)
		shown = append(shown, line)
		fmt.Fprintf(t, "line %d\t%s\t%s\t%s\n", line.Line, line.Address, line.Verdict, line.remark())
	}
	t.Flush()
	doc["lines"] = shown
	for _, v := range []peers.Verdict{peers.Fresh, peers.Added, peers.Already, peers.Twice, peers.Refused} {
		doc[string(v)] = counts[v]
	}
	what := fmt.Sprintf("%d added", counts[peers.Added])
	if dry {
		what = fmt.Sprintf("%d could be added", counts[peers.Fresh])
	}
	fmt.Fprintf(&text, "%s, %s already, %d named twice, %d refused\n", what, embraye.Counted(counts[peers.Already], "is a peer", "are peers"), counts[peers.Twice], counts[peers.Refused])
	return c.print(doc, "%s", text.String())
}
