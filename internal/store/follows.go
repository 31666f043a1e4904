package store

import (
	"context"

	"embraye/internal/embraye"
)

// Follows are those whom our organisation follows.
type Follows struct{ table }

// Insert adds a Follow; a second one of a target is ErrConflict.
func (t Follows) Insert(ctx context.Context, f *embraye.Follow) error {
	return wrap(insert(ctx, t.table, f), "adding the follow of %s", f.Target)
}

// Save writes every column.
func (t Follows) Save(ctx context.Context, f *embraye.Follow) error {
	return wrap(save(ctx, t.table, f), "saving the follow of %s", f.Target)
}

// ByTarget returns the Follow of a target.
func (t Follows) ByTarget(ctx context.Context, target embraye.IRI) (*embraye.Follow, error) {
	f, err := take[embraye.Follow](ctx, t.table, "target = ?", target)
	return f, wrap(err, "taking the follow of %s", target)
}

// ByTargetToWrite is ByTarget before a Save: whoever else would save it waits.
func (t Follows) ByTargetToWrite(ctx context.Context, target embraye.IRI) (*embraye.Follow, error) {
	f, err := takeToWrite[embraye.Follow](ctx, t.table, "target = ?", target)
	return f, wrap(err, "taking the follow of %s", target)
}

// List returns all Follows in their order.
func (t Follows) List(ctx context.Context) ([]embraye.Follow, error) {
	all, err := list[embraye.Follow](ctx, t.table, "id", 0, "")
	return all, wrap(err, "listing follows")
}

// OfPeer returns the Follows that belong to a peer.
func (t Follows) OfPeer(ctx context.Context, peerID int64) ([]embraye.Follow, error) {
	all, err := list[embraye.Follow](ctx, t.table, "id", 0, "peer_id = ?", peerID)
	return all, wrap(err, "listing the follows of peer %d", peerID)
}

// OfPeers returns the Follows that belong to several peers.
func (t Follows) OfPeers(ctx context.Context, peers []int64) ([]embraye.Follow, error) {
	all, err := list[embraye.Follow](ctx, t.table, "id", 0, "peer_id IN ?", peers)
	return all, wrap(err, "listing the follows of %d peers", len(peers))
}

// Remove forgets a Follow.
func (t Follows) Remove(ctx context.Context, id int64) error {
	_, err := remove[embraye.Follow](ctx, t.table, "id = ?", id)
	return wrap(err, "removing the follow %d", id)
}

// Under lists the Follows of a domain and of those below it.
func (t Follows) Under(ctx context.Context, domain string) (follows []embraye.Follow, err error) {
	hosts, err := t.hostsUnder(ctx, domain, "SELECT DISTINCT host FROM follows")
	if err == nil && len(hosts) > 0 {
		follows, err = list[embraye.Follow](ctx, t.table, "id", 0, t.inJSON("host"), asJSON(hosts))
	}
	return follows, wrap(err, "listing the follows at %s", domain)
}
