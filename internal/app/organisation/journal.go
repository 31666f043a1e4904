package organisation

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/translog"
)

// RestartLog closes the public log and begins another one, for the day when
// leaves are lost that others have seen and nobody has kept. The new one has a
// name and a key of its own; its first leaf tells what is known of the old one.
// Peers have to be told.
func (o *Organisation) RestartLog(ctx context.Context, by embraye.Acting, reason string) (*embraye.LogState, error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, fmt.Errorf("organisation: restart the log: %w", err)
	}
	reason = embraye.OneLine(reason)
	if err := app.RequiredText("reason", reason, embraye.MaxReason); err != nil {
		return nil, err
	}
	err := o.desk.InTx(ctx, func(t store.Tables) error {
		st, err := t.Log.State(ctx)
		if err != nil {
			return err
		}
		next := embraye.LogState{Epoch: st.Epoch + 1, Origin: o.desk.Base().Host + app.LogPath + "/" + strconv.Itoa(st.Epoch+1)}
		first := translog.Leaf{Kind: translog.Restart, ID: o.desk.Site.Base + app.LogPath, N: next.Epoch, At: o.desk.Stamp(),
			Previous: &translog.Previous{Checkpoint: st.Checkpoint, Origin: st.Origin, Root: hex.EncodeToString(st.Root), Size: st.Size}}
		if err := t.Log.Restart(ctx, next, first, reason); err != nil {
			return err
		}
		key, err := app.LogKeyLeaf(ctx, o.desk, t, &next)
		if err == nil {
			err = t.Log.Record(key)
		}
		if err != nil {
			return err
		}
		return o.desk.Record(ctx, t, by, "journal.restart", o.desk.Site.Base+app.LogPath, reason, true)
	})
	if err != nil {
		return nil, err
	}
	return o.desk.Store.Tables().Log.State(ctx)
}
