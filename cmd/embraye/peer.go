package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"embraye/internal/app/peers"
	"embraye/internal/embraye"
)

// peer is what scripts see of another organisation's instance.
type peer struct {
	Organisation embraye.IRI `json:"organisation"`
	Handle       string      `json:"handle"`
	Name         string      `json:"name"`
	Host         string      `json:"host"`
	State        string      `json:"state"` // pending, accepted, rejected
	choices
	Software        string     `json:"software"`
	SoftwareVersion string     `json:"softwareVersion"`
	ApprovesFollows bool       `json:"approvesFollows"`
	Reference       []string   `json:"reference"`
	OtherText       bool       `json:"otherText"`
	States          int        `json:"states"`   // constats, as it says
	Constats        int        `json:"constats"` // of it, here
	Follows         []follow   `json:"follows"`
	Changes         []change   `json:"changes"` // what waits for `peer accept` or `peer decline`
	Backfill        []backfill `json:"backfill"`
	LastNews        string     `json:"lastNews,omitempty"`
	LastRead        string     `json:"lastRead,omitempty"`
	SilentSince     string     `json:"silentSince,omitempty"`
	MovedTo         string     `json:"movedTo,omitempty"`
	Skipped         []string   `json:"skipped,omitempty"` // measures that could not be read now
}

type choices struct {
	Gather       bool `json:"gather"`
	Boost        bool `json:"boost"`
	TrustReviews bool `json:"trustReviews"`
	Copies       bool `json:"copies"`
}

// follow is one of its actors that we asked to follow, and how far that came.
type follow struct {
	Actor embraye.IRI         `json:"actor"`
	State embraye.FollowState `json:"state"`
}

type change struct {
	What  string `json:"what"`
	About string `json:"about"`
}

// backfill is how far the past of a measure was read.
type backfill struct {
	Actor   embraye.IRI `json:"actor"`
	Pages   int         `json:"pages"`
	Kept    int         `json:"kept"`
	Refused int         `json:"refused"`
	Reason  string      `json:"reason,omitempty"`
	Next    string      `json:"next,omitempty"`
	Done    string      `json:"done,omitempty"`
}

// skippedMeasures names on stderr what could not be read, and why.
func (c *call) skippedMeasures(list []peers.SkippedMeasure) (skipped []string) {
	for _, s := range list {
		fmt.Fprintf(c.stderr, "skipped %s: %s\n", s.Measure, sentence(s.Why))
		skipped = append(skipped, string(s.Measure))
	}
	return skipped
}

func (i *wired) shownPeer(p *embraye.KeptPeer) peer {
	out := peer{Organisation: p.Organisation, Handle: p.Handle, Name: p.Name, Host: p.Host, State: string(p.State()),
		choices: choices{p.Gather, p.Boost, p.TrustReviews, p.Copies}, Software: p.Software, SoftwareVersion: p.SoftwareVersion,
		ApprovesFollows: p.ApprovesFollows, Reference: []string{}, OtherText: p.Known.OtherText(i.App.Reference().TextIRI()), States: p.ConstatCount,
		Constats: p.Constats, Follows: []follow{}, Changes: []change{}, Backfill: []backfill{},
		LastNews: second(p.LastNewsAt), LastRead: second(p.LastReadAt), SilentSince: second(p.SilentSince), MovedTo: string(p.MovedTo)}
	if p.Known != nil {
		out.Reference = append(out.Reference, p.Known.Reference...)
	}
	for _, f := range p.Follows {
		out.Follows = append(out.Follows, follow{f.Target, f.State})
	}
	for _, c := range p.Changes() {
		out.Changes = append(out.Changes, change(c))
	}
	for _, b := range p.Backfills {
		out.Backfill = append(out.Backfill, backfill{b.Actor, b.Pages, b.Kept, b.Refused, b.Reason, second(b.NextAt), second(b.DoneAt)})
	}
	return out
}

func (p peer) accepted() int {
	n := 0
	for _, f := range p.Follows {
		if f.State == embraye.FollowAccepted {
			n++
		}
	}
	return n
}

// facts are what an operator should know of it.
func (p peer) facts() (list []string) {
	if p.OtherText {
		list = append(list, "follows another reference text")
	}
	if p.MovedTo != "" {
		list = append(list, fmt.Sprintf("has moved to %s: `embraye peer add %s`", p.MovedTo, p.MovedTo))
	}
	if p.SilentSince != "" {
		list = append(list, "is silent since "+p.SilentSince)
	}
	return list
}

// remarks are what they should see at once.
func (p peer) remarks() string {
	list := p.facts()
	if n := len(p.Changes); n > 0 {
		list = append(list, fmt.Sprintf("%s: `embraye peer show %s`", embraye.Counted(n, "change waits", "changes wait"), p.Handle))
	}
	return strings.Join(list, "; ")
}

// choiceFlags offers what is done with what a peer says.
func (c *call) choiceFlags() *embraye.PeerChoices {
	chosen := &embraye.PeerChoices{Gather: true}
	c.flags.BoolVar(&chosen.Gather, "gather", true, "keep and show its constats; --gather=false: only follow its account")
	c.flags.BoolVar(&chosen.Boost, "boost", false, "our measures boost its new constats, each once")
	c.flags.BoolVar(&chosen.TrustReviews, "trust-reviews", false, "show its reviews at once")
	c.flags.BoolVar(&chosen.Copies, "copies", false, "copy the pages that its constats name as evidence, for editors; takes room of EMBRAYE_ARCHIVE_LIMIT")
	return chosen
}

// choicesOver is what is made of the choices that stand: a flag that is not given changes
// none of them.
func choicesOver(c *call, chosen, stands embraye.PeerChoices) embraye.PeerChoices {
	for flag, keep := range map[string]func(){
		"gather":        func() { chosen.Gather = stands.Gather },
		"boost":         func() { chosen.Boost = stands.Boost },
		"trust-reviews": func() { chosen.TrustReviews = stands.TrustReviews },
		"copies":        func() { chosen.Copies = stands.Copies },
	} {
		if !c.given(flag) {
			keep()
		}
	}
	return chosen
}

func peerAdd(ctx context.Context, c *call) error {
	c.asFlag()
	c.jsonFlag()
	chosen := c.choiceFlags()
	args, err := c.parse("ADDRESS")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		p, err := i.Peers.AddOver(ctx, by, args[0], func(stands embraye.PeerChoices) embraye.PeerChoices { return choicesOver(c, *chosen, stands) })
		if err != nil {
			return err
		}
		page, err := i.Peers.Take(ctx, p.ID)
		if err != nil {
			return err
		}
		out := i.shownPeer(page)
		out.Skipped = c.skippedMeasures(p.Skipped)
		text := fmt.Sprintf("added %s (%s): %s asked; `embraye peer list` shows their answers\n", p.Name, p.Organisation,
			embraye.Counted(len(out.Follows), "of its accounts is", "of its accounts are"))
		if remarks := out.remarks(); remarks != "" {
			text += "it " + remarks + "\n"
		}
		return c.print(out, "%s", text)
	})
}

func peerList(ctx context.Context, c *call) error {
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		rows, err := i.Peers.List(ctx)
		if err != nil {
			return err
		}
		list := []peer{}
		var text strings.Builder
		t := tabwriter.NewWriter(&text, 0, 4, 2, ' ', 0)
		for k := range rows {
			p := i.shownPeer(&rows[k])
			list = append(list, p)
			fmt.Fprintf(t, "%s\t%s\t%d of %s accepted\t%s here\t%s\t%s\n", p.Handle, p.Organisation, p.accepted(),
				embraye.Counted(len(p.Follows), "follow", "follows"), embraye.Counted(p.Constats, "constat", "constats"), p.Name, p.remarks())
		}
		t.Flush()
		asking, err := i.Peers.Asking(ctx)
		if err != nil {
			return err
		}
		for _, a := range asking {
			fmt.Fprintf(&text, "follows us and is no peer yet: @%s@%s (`embraye peer add %s`)\n", a.Username, a.Host, a.URI)
		}
		return c.print(list, "%s", text.String())
	})
}

func peerShow(ctx context.Context, c *call) error {
	return c.onPeer(ctx, func(i *wired, _ embraye.Acting, p *embraye.Peer) error {
		page, err := i.Peers.Take(ctx, p.ID)
		if err != nil {
			return err
		}
		shown := i.shownPeer(page)
		var text strings.Builder
		fmt.Fprintf(&text, "%s (%s): %s %s, %s\n", shown.Name, shown.Organisation, shown.Software, shown.SoftwareVersion, shown.State)
		fmt.Fprintf(&text, "gather %t, boost %t, trust reviews %t, copies %t; %s here of %d\n", shown.Gather, shown.Boost, shown.TrustReviews, shown.Copies,
			embraye.Counted(shown.Constats, "constat", "constats"), shown.States)
		for _, fact := range shown.facts() {
			fmt.Fprintf(&text, "it %s\n", fact)
		}
		if kept := page.Gathering().Kept; kept > 0 {
			fmt.Fprintf(&text, "%s came from its past\n", embraye.Counted(kept, "constat", "constats"))
		}
		for _, b := range shown.Backfill {
			fmt.Fprintf(&text, "past of %s: %s, %s kept, %s refused%s\n", b.Actor,
				embraye.Counted(b.Pages, "page", "pages"), embraye.Counted(b.Kept, "constat", "constats"), embraye.Counted(b.Refused, "item", "items"), over(b))
		}
		for _, ch := range shown.Changes {
			fmt.Fprintf(&text, "changed: %s %s\n", strings.ReplaceAll(ch.What, "_", " "), ch.About)
		}
		return c.print(shown, "%s", text.String())
	})
}

func over(b backfill) string {
	text := ""
	if b.Reason != "" {
		text = " (" + b.Reason + ")"
	}
	if b.Done != "" {
		return text + "; over " + b.Done
	}
	return text + "; goes on " + b.Next
}

// onPeer does something with one peer that is named.
func (c *call) onPeer(ctx context.Context, do func(*wired, embraye.Acting, *embraye.Peer) error) error {
	c.asFlag()
	c.jsonFlag()
	args, err := c.parse("ADDRESS")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		p, err := i.Peers.Find(ctx, args[0])
		if err != nil {
			return err
		}
		return do(i, by, p)
	})
}

func peerRemove(ctx context.Context, c *call) error {
	forget := false
	c.flags.BoolVar(&forget, "forget", false, "also forget its constats; without it they stay")
	return c.onPeer(ctx, func(i *wired, by embraye.Acting, p *embraye.Peer) error {
		if err := i.Peers.Remove(ctx, by, p.ID, forget); err != nil {
			return err
		}
		return c.print(map[string]any{"organisation": p.Organisation, "forgotten": forget}, "removed %s\n", p.Handle)
	})
}

func peerAccept(ctx context.Context, c *call) error {
	return c.onPeer(ctx, func(i *wired, by embraye.Acting, p *embraye.Peer) error {
		err := i.Peers.Accept(ctx, by, p.ID, p.Changed.Fingerprint())
		if now, bad := i.Peers.Take(ctx, p.ID); errors.Is(err, embraye.ErrConflict) && bad == nil && now.Waits() {
			return fmt.Errorf("%s says something else by now: look at it with `embraye peer show %s` first", p.Handle, p.Handle)
		}
		if err != nil {
			return err
		}
		return c.print(map[string]any{"organisation": p.Organisation}, "accepted what %s says of itself now\n", p.Handle)
	})
}

func peerDecline(ctx context.Context, c *call) error {
	return c.onPeer(ctx, func(i *wired, by embraye.Acting, p *embraye.Peer) error {
		if err := i.Peers.Decline(ctx, by, p.ID, p.Changed.Fingerprint()); err != nil {
			return err
		}
		return c.print(map[string]any{"organisation": p.Organisation}, "everything about %s stays as it is\n", p.Handle)
	})
}

func peerGather(ctx context.Context, c *call) error {
	return c.onPeer(ctx, func(i *wired, by embraye.Acting, p *embraye.Peer) error {
		if err := i.Peers.Gather(ctx, by, p.ID); err != nil {
			return err
		}
		return c.print(map[string]any{"organisation": p.Organisation}, "the past of %s is read again while `embraye serve` runs; `embraye peer show` shows how far it is\n", p.Handle)
	})
}

func peerSync(ctx context.Context, c *call) error {
	c.asFlag()
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		skipped, err := i.Peers.Sync(ctx, by)
		missed := c.skippedMeasures(skipped)
		if err != nil {
			return err
		}
		rows, err := i.Peers.List(ctx)
		if err != nil {
			return err
		}
		text, waiting := "peers asked\n", []string{}
		for k := range rows {
			if p := i.shownPeer(&rows[k]); len(p.Changes) > 0 {
				waiting = append(waiting, p.Handle)
				text += p.Handle + ": " + p.remarks() + "\n"
			}
		}
		return c.print(map[string]any{"skipped": append([]string{}, missed...), "changed": waiting}, "%s", text)
	})
}
