package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/translog"
)

// LogPath is where the public log is served, and with the host its name.
const LogPath = "/journal"

// Logged puts an act into the public log with this transaction, bound to its
// bytes, and tells the salt that is to be kept beside them.
func Logged(a *App, t store.Tables, l translog.Leaf, object []byte) (salt []byte, err error) {
	if salt, err = drawSalt(a); err != nil {
		return nil, err
	}
	l.Commit = translog.Commitment(salt, object)
	return salt, t.Log.Record(l)
}

func drawSalt(a *App) ([]byte, error) {
	salt := make([]byte, translog.SaltSize)
	_, err := io.ReadFull(a.Random, salt)
	if err != nil {
		err = fmt.Errorf("app: drawing a salt: %w", err)
	}
	return salt, err
}

// hasOwnLeaf are decisions for which the leaf of what was said stands.
var hasOwnLeaf = map[string]bool{"update.publish": true, "update.typo": true, "update.substance": true,
	"review.publish": true, "review.typo": true, "review.substance": true, "review.answer": true, "reply.answer": true}

// lineLeaf is the leaf of a line of the public journal; the number of the line is
// known once it is there.
func lineLeaf(a *App, e *embraye.AuditEntry) translog.Leaf {
	if e.Action == "update.withdraw" || e.Action == "review.withdraw" {
		return translog.Leaf{Kind: translog.Withdrawal, ID: e.Object, At: e.At}
	}
	return translog.Leaf{Kind: translog.Moderation, ID: fmt.Sprintf("%s%s#d%d", a.Site.Base, LogPath, e.ID), At: e.At}
}

// lineBytes is what the leaf of a line stands for: what everybody reads of it.
func lineBytes(e *embraye.AuditEntry) ([]byte, error) {
	return canonical(struct {
		Action string `json:"action"`
		At     string `json:"at"`
		Object string `json:"object"`
		Reason string `json:"reason"`
	}{e.Action, e.At.UTC().Format(time.RFC3339), e.Object, e.Reason})
}

func answerLeaf(a *App, n *embraye.Note) translog.Leaf {
	return translog.Leaf{Kind: translog.Answer, ID: string(a.Site.NoteID(n.ID)), At: n.PublishedAt}
}

// answerBytes is what the leaf of an answer stands for: its document is written
// anew when its author gets another key.
func answerBytes(n *embraye.Note) ([]byte, error) {
	return canonical(struct {
		Content   string `json:"content"`
		InReplyTo string `json:"inReplyTo"`
		Published string `json:"published"`
	}{n.HTML, n.InReplyTo, n.PublishedAt.UTC().Format(time.RFC3339)})
}

// canonical is JSON whose names are in order.
func canonical(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}

// write adds a line to the audit log, and its leaf if the public reads it.
func write(ctx context.Context, a *App, t store.Tables, e *embraye.AuditEntry) error {
	if !e.Public || hasOwnLeaf[e.Action] {
		e.Salt = []byte{}
		return t.Audit.Add(ctx, e)
	}
	object, err := lineBytes(e)
	if err != nil {
		return err
	}
	// The number comes with the row, the salt goes into it.
	if e.Salt, err = drawSalt(a); err != nil {
		return err
	}
	if err := t.Audit.Add(ctx, e); err != nil {
		return err
	}
	l := lineLeaf(a, e)
	l.Commit = translog.Commitment(e.Salt, object)
	return t.Log.Record(l)
}

// KeyLeaf says that an actor's key counts from now on.
func KeyLeaf(a *App, handle string, key *embraye.ActorKey) translog.Leaf {
	return translog.Leaf{Kind: translog.Key, ID: a.Site.Ed25519KeyID(handle), N: int(key.ID), Key: key.Ed25519Public, At: key.CreatedAt}
}

// fillAtOnce bounds one transaction of filling the log.
const fillAtOnce = 200

// openLog names the log and makes its key at the first start of a version that
// has one, and enters what was done before, in order. It can be cut off
// anywhere: what is in the log has its salt. A program of before may still have
// written since, so it looks at every start.
func openLog(ctx context.Context, a *App) error {
	t := a.Store.Tables()
	st, err := t.Log.State(ctx)
	if err != nil {
		return err
	}
	left, err := t.Log.Unlogged(ctx, 1)
	for more := st.Frozen == embraye.LogOpening || len(left) > 0; more && err == nil; {
		err = a.InTx(ctx, func(t store.Tables) (err error) {
			more, err = fillLog(ctx, a, t)
			return err
		})
	}
	if err == nil {
		st, err = t.Log.State(ctx)
	}
	if err != nil {
		return fmt.Errorf("app: opening the public log: %w", err)
	}
	if err := t.Log.Ready(ctx, st); err != nil { // what does nothing in public needs no key
		a.Log.Warn("the public log cannot be signed", "error", err)
	}
	return nil
}

func fillLog(ctx context.Context, a *App, t store.Tables) (more bool, err error) {
	if err := t.Log.Open(ctx, a.base.Host+LogPath); err != nil {
		return false, err
	}
	st, err := t.Log.State(ctx)
	if err != nil {
		return false, err
	}
	acts, err := t.Log.Unlogged(ctx, fillAtOnce)
	if err != nil {
		return false, err
	}
	leaves, err := leavesOf(ctx, a, t, acts)
	if err != nil {
		return false, err
	}
	if st.Frozen != embraye.LogOpening {
		for _, l := range leaves {
			if err := t.Log.Record(l); err != nil {
				return false, err
			}
		}
		return len(acts) == fillAtOnce, nil
	}
	if len(acts) > 0 {
		return true, t.Log.Fill(ctx, leaves)
	}
	if leaves, err = firstKeys(ctx, a, t, st); err != nil {
		return false, err
	}
	if err := t.Log.Fill(ctx, leaves); err != nil {
		return false, err
	}
	return false, t.Log.Thaw(ctx, embraye.LogOpening)
}

// leavesOf makes the leaves of acts that had none, and keeps their salts.
func leavesOf(ctx context.Context, a *App, t store.Tables, acts []embraye.Unlogged) (leaves []translog.Leaf, err error) {
	for _, act := range acts {
		l, object, err := leafOf(a, act)
		if err != nil {
			return nil, err
		}
		var salt []byte
		if len(object) > 0 {
			if salt, err = drawSalt(a); err != nil {
				return nil, err
			}
			l.Commit = translog.Commitment(salt, object)
		}
		if err := t.Log.Salt(ctx, act, salt); err != nil {
			return nil, err
		}
		if l.Kind != "" {
			l.Before = true
			leaves = append(leaves, l)
		}
	}
	return leaves, nil
}

// leafOf is the leaf of an act, and what it stands for: nothing if that is
// erased. A line for which another leaf stands has none.
func leafOf(a *App, act embraye.Unlogged) (l translog.Leaf, object []byte, err error) {
	switch {
	case act.Revision != nil:
		r := act.Revision
		return translog.Leaf{Kind: translog.Revision, ID: string(a.Site.UpdateID(r.UpdateID)), N: r.Number, At: r.CreatedAt}, r.Wire, nil
	case act.ReviewRevision != nil:
		r := act.ReviewRevision
		return translog.Leaf{Kind: translog.Review, ID: string(a.Site.ReviewID(r.ReviewID)), N: r.Number, At: r.CreatedAt}, r.Wire, nil
	case act.Answer != nil:
		if act.Answer.HTML != "" {
			object, err = answerBytes(act.Answer)
		}
		return answerLeaf(a, act.Answer), object, err
	case hasOwnLeaf[act.Line.Action]:
		return l, nil, nil
	}
	object, err = lineBytes(act.Line)
	return lineLeaf(a, act.Line), object, err
}

// firstKeys are the leaves of the keys that count when the log is opened.
func firstKeys(ctx context.Context, a *App, t store.Tables, st *embraye.LogState) ([]translog.Leaf, error) {
	actors, err := t.Actors.List(ctx)
	if err != nil {
		return nil, err
	}
	var leaves []translog.Leaf
	for _, actor := range actors {
		key, err := t.Keys.Take(ctx, actor.KeyID)
		if err != nil {
			return nil, err
		}
		l := KeyLeaf(a, actor.Handle, key)
		l.Before = true
		leaves = append(leaves, l)
	}
	own, err := LogKeyLeaf(ctx, a, t, st)
	return append(leaves, own), err
}

// LogKeyLeaf says by which key the checkpoints of a log are signed.
func LogKeyLeaf(ctx context.Context, a *App, t store.Tables, st *embraye.LogState) (translog.Leaf, error) {
	vkey, err := t.Log.VKey(ctx, st)
	return translog.Leaf{Kind: translog.Key, ID: a.Site.Base + LogPath, N: st.Epoch, Key: vkey, At: a.Stamp()}, err
}
