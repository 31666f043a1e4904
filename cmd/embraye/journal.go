package main

import (
	"context"
	"encoding/hex"

	"embraye/internal/embraye"
)

// journal says where the public log stands.
func journal(ctx context.Context, c *call) error {
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, _ embraye.Acting) error {
		st, err := i.Store.Tables().Log.State(ctx)
		if err != nil {
			return err
		}
		return printLog(ctx, c, i, st, "")
	})
}

// journalRestart closes the public log and begins another one.
func journalRestart(ctx context.Context, c *call) error {
	reason := ""
	c.flags.StringVar(&reason, "reason", "", "why; it stands in the public journal")
	c.asFlag()
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		st, err := i.Organisation.RestartLog(ctx, by, reason)
		if err != nil {
			return err
		}
		return printLog(ctx, c, i, st, "the log was closed and another one follows it; tell your peers, who have to accept its key\n")
	})
}

// printLog prints where a log stands.
func printLog(ctx context.Context, c *call, i *wired, st *embraye.LogState, first string) error {
	log := i.Store.Tables().Log
	vkey, err := log.VKey(ctx, st)
	if err != nil {
		return err
	}
	waiting, err := log.Waiting(ctx)
	if err != nil {
		return err
	}
	takes := "it takes what is done in public"
	if st.Frozen != "" {
		takes = "it is frozen (" + st.Frozen + "): what is done in public waits"
	}
	return c.print(map[string]any{"origin": st.Origin, "epoch": st.Epoch, "vkey": vkey, "size": st.Size, "root": hex.EncodeToString(st.Root),
		"checkpoint": st.Checkpoint, "frozen": st.Frozen, "waiting": waiting},
		"%slog:     %s\nkey:     %s\nacts:    %d\nroot:    %x\nstate:   %s\nwaiting: %d\n", first, st.Origin, vkey, st.Size, st.Root, takes, waiting)
}
