package main

import (
	"context"
	"fmt"
	"strings"

	"embraye/internal/embraye"
)

// shownWitness is what scripts see of who signs our log.
type shownWitness struct {
	Name       string `json:"name"`
	VKey       string `json:"vkey"`
	Submission string `json:"submission"`
	Outside    bool   `json:"outside"` // added by hand; else a peer
	Size       int64  `json:"size"`    // of the log that it signed last
	SignedAt   string `json:"signedAt,omitempty"`
	FailedAt   string `json:"failedAt,omitempty"` // since when it does not sign
	Error      string `json:"error,omitempty"`
}

func shownWitnessOf(w embraye.Witness) shownWitness {
	return shownWitness{w.Name, w.VKey, w.Submission, w.Outside, w.Size, second(w.SignedAt), second(w.FailedAt), w.Error}
}

func witnessAdd(ctx context.Context, c *call) error {
	c.asFlag()
	c.jsonFlag()
	args, err := c.parse("VKEY", "URL")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		w, err := i.Witness.AddOutside(ctx, by, args[0], args[1])
		if err != nil {
			return err
		}
		return c.print(shownWitnessOf(*w), "%s will be asked to sign the log; it has to know our key too: %s/journal/policy\n", w.Name, i.Site.Base)
	})
}

func witnessList(ctx context.Context, c *call) error {
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, _ embraye.Acting) error {
		all, err := i.Witness.List(ctx)
		if err != nil {
			return err
		}
		list, text := []shownWitness{}, strings.Builder{}
		for _, w := range all {
			s := shownWitnessOf(w)
			list = append(list, s)
			state := "not asked yet"
			switch {
			case s.Error != "":
				state = fmt.Sprintf("does not sign since %s: %s", s.FailedAt, s.Error)
			case s.SignedAt != "":
				state = fmt.Sprintf("signed %s, %s", embraye.Counted(s.Size, "act", "acts"), s.SignedAt)
			}
			fmt.Fprintf(&text, "%s: %s\n", s.Name, state)
		}
		if len(list) == 0 {
			text.WriteString("nobody witnesses the log: add peers, or `embraye witness add VKEY URL`\n")
		}
		return c.print(list, "%s", text.String())
	})
}

func witnessRemove(ctx context.Context, c *call) error {
	c.asFlag()
	args, err := c.parse("VKEY|NAME")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		if err := i.Witness.RemoveOutside(ctx, by, args[0]); err != nil {
			return err
		}
		return c.print(nil, "it is not asked any more; what it signed stays\n")
	})
}
