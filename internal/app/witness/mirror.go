package witness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/translog"
)

// Mirror keeps the new leaves of every log that we sign, once they make the root
// that was signed. A log that cannot be read now is read next time.
func (r *Room) Mirror(ctx context.Context) error {
	if !r.desk.MirrorLogs {
		return nil
	}
	logs, err := r.desk.Store.Tables().Witness.Logs(ctx)
	if err != nil {
		return err
	}
	for i := range logs {
		w := &logs[i]
		if w.Mirrored >= w.Size || w.Stale || !worthReading(ctx, r, w.Origin, "copy") {
			continue
		}
		if err := r.mirror(ctx, w); errors.Is(err, embraye.ErrUnavailable) || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		} else if err != nil {
			r.desk.Log.InfoContext(ctx, "the log of a peer cannot be copied now", "log", w.Origin, "error", err)
		}
	}
	return nil
}

// closedEvery is how often a log is read that is nobody's any more: it was closed
// because leaves of it are lost, or its keeper is no peer now.
const closedEvery = 24 * time.Hour

// worthReading tells whether a log may have what is missing of it here.
func worthReading(ctx context.Context, r *Room, origin, why string) bool {
	_, err := r.logOf(ctx, r.desk.Store.Tables(), origin)
	return !errors.Is(err, embraye.ErrNotFound) || r.may(why+" "+origin, closedEvery, 1)
}

// mirror reads what is new of one log: nothing is kept before the root is right.
func (r *Room) mirror(ctx context.Context, w *embraye.Witnessed) error {
	tree, err := translog.ParseTree(w.Mirrored, w.Peaks)
	if err != nil {
		return err
	}
	leaves, err := r.leaves(ctx, w.Prefix, w.Mirrored, w.Size)
	if err != nil {
		return err
	}
	for _, leaf := range leaves {
		tree.Add(leaf)
	}
	if root := tree.Root(); !bytes.Equal(root[:], w.Root) {
		return fmt.Errorf("witness: the leaves of %s do not make the root that it signed", w.Origin)
	}
	return r.desk.InTx(ctx, func(t store.Tables) error { return t.Witness.Mirror(ctx, w.Origin, w.Mirrored, leaves, tree.Bytes()) })
}

// maxLeaves bounds what is read of a log at once, in memory.
const maxLeaves = 200_000

// leaves reads the leaves of a log from one on, up to a size.
func (r *Room) leaves(ctx context.Context, prefix string, from, size int64) (all [][]byte, err error) {
	if size-from > maxLeaves {
		return nil, fmt.Errorf("witness: %d leaves at once are more than %d", size-from, maxLeaves)
	}
	translog.TilesOf(translog.Entries, from, size, func(t translog.Tile) bool {
		var bundle []byte
		var part [][]byte
		if bundle, err = r.desk.Remote.Octets(ctx, embraye.IRI(prefix+t.Path()), translog.MaxTile); err == nil {
			part, err = translog.ParseBundle(bundle, t.W)
		}
		if err != nil {
			return false
		}
		all = append(all, part[max(0, from-t.N*translog.TileWidth):]...)
		return true
	})
	return all, err
}

// doubtEvery is how often a log is read as a whole because somebody posted what
// does not fit.
const doubtEvery = 10 * time.Minute

// doubt looks at a log whose new checkpoint does not go on from what we signed:
// anybody may have posted it with a wrong proof. The log has two histories if it
// signed two roots of one size, or if its own leaves do not make what we signed.
func (r *Room) doubt(ctx context.Context, seen *embraye.Witnessed, checkpoint string, tree translog.Checkpoint) error {
	if tree.Size != seen.Size {
		if !r.may("doubt "+seen.Origin, doubtEvery, 1) {
			return nil
		}
		was := translog.SeenAs(seen.Size, seen.Root)
		leaves, err := r.leaves(ctx, seen.Prefix, 0, tree.Size)
		if err != nil {
			r.desk.Log.InfoContext(ctx, "a log that we doubt cannot be read", "log", seen.Origin, "error", err)
			return nil
		}
		grown := &translog.Tree{}
		same := was.Size == 0 || was.Size > tree.Size
		for _, leaf := range leaves {
			grown.Add(leaf)
			same = same || grown.Size == was.Size && grown.Root() == was.Root
		}
		if same || grown.Root() != tree.Root {
			return nil // it shows nothing, or not what it signed
		}
	}
	return r.split(ctx, seen.Origin, seen.Checkpoint, checkpoint)
}

// split keeps two checkpoints that cannot both be true, for everybody to see.
func (r *Room) split(ctx context.Context, origin, first, second string) error {
	return r.desk.InTx(ctx, func(t store.Tables) error {
		news, err := t.Witness.Split(ctx, &embraye.LogSplit{Origin: origin, First: first, Second: second, FoundAt: r.desk.Stamp()})
		if err != nil || !news {
			return err
		}
		r.desk.Log.WarnContext(ctx, "a log has two histories: both signed checkpoints are kept, and shown on /journal", "log", origin)
		t.Changed()
		return r.desk.Record(ctx, t, embraye.Acting{}, "log.split", origin, "", true)
	})
}
