package witness

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/translog"
)

// repair gets what is missing from whoever has it, and compares our log with all
// that was signed. The state is what it became.
func (r *Room) repair(ctx context.Context, st *embraye.LogState, all []shown) error {
	var cannot error
	for _, s := range all {
		if s.tree.Size <= st.Size || s.text == "" {
			continue
		}
		err := r.catchUp(ctx, st, s)
		if errors.Is(err, embraye.ErrUnavailable) || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if err != nil {
			cannot = errors.Join(cannot, fmt.Errorf("%s: %w", s.w.Name, err))
		}
	}
	for _, s := range all {
		switch {
		case s.tree.Size > st.Size:
			return errors.Join(r.behind(ctx, s.w.Name), cannot)
		case s.text == "":
			continue
		}
		same, err := r.sameTree(ctx, st, s.tree)
		if err != nil {
			return err
		}
		if !same {
			return errors.Join(errForked, r.split(ctx, st.Origin, st.Checkpoint, s.text), r.freeze(ctx, embraye.LogForked))
		}
	}
	return nil
}

// catchUp gets what is missing from the copy of a witness: all of it, and such
// that it makes the root that we once signed, or nothing. The state is what it
// became.
func (r *Room) catchUp(ctx context.Context, st *embraye.LogState, s shown) error {
	missing, err := r.leaves(ctx, s.w.Monitoring+translog.OriginHash(st.Origin)+"/", st.Size, s.tree.Size)
	if err != nil {
		return err
	}
	leaves := make([]translog.Leaf, len(missing))
	for i, raw := range missing {
		if leaves[i], err = translog.ParseLeaf(raw); err != nil {
			return err
		}
	}
	var now *embraye.LogState
	err = r.desk.InTx(ctx, func(t store.Tables) error {
		err := t.Log.Fill(ctx, leaves)
		if err == nil {
			now, err = t.Log.State(ctx)
		}
		if err != nil {
			return err
		}
		if now.Size != s.tree.Size || !bytes.Equal(now.Root, s.tree.Root[:]) {
			return errors.New("the leaves that it has do not make the root that we signed")
		}
		return r.desk.RecordDetail(ctx, t, embraye.Acting{}, "log.repair", st.Origin, "", fmt.Sprintf("leaves=%d from=%s", len(leaves), s.w.Name), false)
	})
	if err == nil {
		*st = *now
	}
	return err
}

var errForked = errors.New("our log has two histories: no leaf is added; close this one with `embraye journal restart --reason R`")

// ownTree is our log, leaf by leaf.
func (r *Room) ownTree(ctx context.Context, st *embraye.LogState) (*translog.Tree, error) {
	grown := &translog.Tree{}
	for grown.Size < st.Size {
		leaves, err := r.desk.Store.Tables().Log.Leaves(ctx, st, grown.Size, int(min(translog.TileWidth, st.Size-grown.Size)))
		if err != nil {
			return nil, err
		}
		for _, leaf := range leaves {
			grown.Add(leaf)
		}
	}
	return grown, nil
}

// sameTree reports whether our log, when it had that size, was that tree.
func (r *Room) sameTree(ctx context.Context, st *embraye.LogState, tree translog.Checkpoint) (bool, error) {
	then := *st
	then.Size = min(tree.Size, st.Size)
	grown, err := r.ownTree(ctx, &then)
	return err == nil && grown.Size == tree.Size && grown.Root() == tree.Root, err
}
