package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"embraye/internal/embraye"

	"gorm.io/gorm/clause"
)

// PeerRevisions are the versions of peers' constats, as they came.
type PeerRevisions struct{ table }

// note keeps the version that has come; one that is known stays as it was.
func (t PeerRevisions) note(ctx context.Context, u *embraye.PeerUpdate) error {
	sum := sha256.Sum256(u.Wire)
	row := &embraye.PeerRevision{URI: u.URI, Number: u.Revision, Reason: u.RevisionReason, Stage: u.Stage, Title: u.Title, Summary: u.Summary,
		ReceivedAt: u.ReceivedAt, SHA256: hex.EncodeToString(sum[:]), Wire: u.Wire}
	notNull(&row.Wire)
	in := t.table
	in.db = in.db.Clauses(clause.OnConflict{DoNothing: true})
	return wrap(insertLater(ctx, in, row), "keeping version %d of %s", u.Revision, u.URI)
}

// forget drops the versions of constats that are gone.
func (t PeerRevisions) forget(ctx context.Context, uris []string) error {
	_, err := t.exec(ctx, "DELETE FROM peer_revisions WHERE "+t.inJSON("uri"), asJSON(uris))
	return wrap(err, "forgetting versions of peers' constats")
}

// Of lists the versions of one constat without their bytes, newest first.
func (t PeerRevisions) Of(ctx context.Context, uri embraye.IRI) ([]embraye.PeerRevision, error) {
	var all []embraye.PeerRevision
	err := t.db.WithContext(ctx).Omit("Wire").Where("uri = ?", uri).Order("number DESC").Find(&all).Error
	return all, wrap(err, "listing the versions of %s", uri)
}

// nameCopies names the copies that were made before copies had names, and keeps
// their version. Twice does nothing.
func (s *Store) nameCopies(ctx context.Context) error {
	for {
		var some []embraye.PeerUpdate
		if err := s.read.WithContext(ctx).Where("copy_id = ''").Order("id").Limit(scopeBatch).Find(&some).Error; err != nil || len(some) == 0 {
			return wrap(err, "reading the copies of peers' constats")
		}
		err := s.InTx(ctx, func(t Tables) error {
			for i := range some {
				u := &some[i]
				if _, err := t.table.exec(ctx, "UPDATE peer_updates SET copy_id = ? WHERE id = ?", embraye.CopyID(u.URI), u.ID); err != nil {
					return wrap(err, "naming the copy of %s", u.URI)
				}
				if u.WithdrawnAt != nil {
					continue
				}
				if err := t.PeerRevisions.note(ctx, u); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// CopyPage reads our copy of a constat of a peer that we gather, withdrawn or
// not.
func (p Pages) CopyPage(ctx context.Context, id string) (*embraye.CopyPage, error) {
	t := p.store.Tables()
	u, err := take[embraye.PeerUpdate](ctx, t.table, "copy_id = ?", id)
	if err != nil {
		return nil, wrap(err, "taking the copy %s", id)
	}
	peer, err := take[embraye.Peer](ctx, t.table, "organisation = ? AND gather", u.Organisation)
	if err != nil {
		return nil, wrap(err, "taking the peer of the copy %s", id)
	}
	page := &embraye.CopyPage{Update: *u, Peer: *peer}
	if page.Revisions, err = t.PeerRevisions.Of(ctx, u.URI); err != nil || u.WithdrawnAt != nil {
		return page, err
	}
	page.Reviews, err = t.ReviewsOf(ctx, u.URI, u.Actor, u.Revision)
	return page, err
}
