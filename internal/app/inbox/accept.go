package inbox

import (
	"context"
	"errors"

	"embraye/internal/app/peers"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// receiveAccept confirms a Follow of ours, if it comes from whom we asked to
// follow (F068, F069).
func (i *Inbox) receiveAccept(ctx context.Context, t store.Tables, m received) error {
	if named, err := i.settleFeature(ctx, t, m, true); err != nil || named {
		return err
	}
	return i.settleFollow(ctx, t, m, embraye.FollowAccepted)
}

// receiveReject ends a Follow of ours, if it comes from whom we follow (F071).
func (i *Inbox) receiveReject(ctx context.Context, t store.Tables, m received) error {
	if named, err := i.settleFeature(ctx, t, m, false); err != nil || named {
		return err
	}
	return i.settleFollow(ctx, t, m, embraye.FollowRejected)
}

// settleFollow finds our Follow by the sender. The id in the answer may be ours,
// or an invented one (WordPress, Mastodon's synchroniser): the pair decides.
func (i *Inbox) settleFollow(ctx context.Context, t store.Tables, m received, state embraye.FollowState) error {
	if m.in.Object.Type != "" && m.in.Object.Type != "Follow" {
		return errIgnored
	}
	f, err := t.Follows.ByTargetToWrite(ctx, m.sender.URI)
	if errors.Is(err, embraye.ErrNotFound) {
		return errIgnored
	}
	if err != nil {
		return err
	}
	if id, ok := i.desk.Site.LocalActivity(embraye.IRI(m.in.Object.ID)); ok && id != f.ActivityID {
		return errIgnored
	}
	if f.State == state {
		return nil
	}
	f.State = state
	t.Changed()
	if err := t.Follows.Save(ctx, f); err != nil || state != embraye.FollowAccepted {
		return err
	}
	return peers.AskToName(ctx, i.desk, t, m.sender)
}
