package main

import (
	"context"
	"fmt"
	"strings"

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
	fmt.Fprintf(&b, "%s, @%s (%s)\n%s; %d constats and boosts; follows are %s\nreference text: %s\n", l.Name, l.Handle, l.Organisation, software, l.Constats,
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
