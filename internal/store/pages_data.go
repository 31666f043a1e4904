package store

import (
	"context"
	"database/sql"

	"golang.org/x/sync/errgroup"

	"embraye/internal/embraye"
)

// identityColumns are those of a constat that its versions do not have.
const identityColumns = "id, measure, subject, territory, territory_name, institution_name, institution_kind, institution_siren, institution_wikidata, " +
	"actor, revision, published_at, updated_at, withdrawn_at, withdraw_reason, signed_by"

// DataPage reads the constats after an id, at most so many: open data is read
// in pieces, and nothing is held meanwhile. What constats say stands in their
// versions; the bytes of versions are not part of it, their hashes are. The first piece has the names of damaged files.
func (p Pages) DataPage(ctx context.Context, after string, limit int) (*embraye.DataPage, error) {
	t, page := p.store.Tables(), &embraye.DataPage{}
	org, err := t.organisation(ctx)
	if err != nil {
		return nil, err
	}
	page.Organisation = *org
	if after == "" {
		damaged, err := list[embraye.EvidenceFile](ctx, t.table, "name", 0, "public AND damaged")
		if err != nil {
			return nil, wrap(err, "listing damaged files")
		}
		for _, f := range damaged {
			page.Damaged = append(page.Damaged, f.Name)
		}
	}
	var last sql.NullString // NULL where there are no more
	err = t.table.scan(ctx, &last, "SELECT max(id) FROM (SELECT id FROM updates WHERE id > ? ORDER BY id LIMIT ?) AS piece", after, limit)
	if err != nil || !last.Valid {
		return page, wrap(err, "finding the end of a piece")
	}
	group, reading := errgroup.WithContext(ctx)
	group.Go(func() error {
		db := t.table.db.WithContext(reading).Select(identityColumns).Where("id > ? AND id <= ?", after, last.String)
		return wrap(db.Order("id").Find(&page.Updates).Error, "listing constats")
	})
	group.Go(func() error {
		db := t.table.db.WithContext(reading).Omit("Wire").Where("update_id > ? AND update_id <= ?", after, last.String)
		return wrap(db.Order("update_id, number").Find(&page.Revisions).Error, "listing versions")
	})
	if err := group.Wait(); err != nil {
		return page, err
	}
	return page, tellCopies(ctx, t, page.Revisions)
}

// tellCopies writes into versions what is known now of the copies of their evidence.
// Their bytes say what was known when they were made.
func tellCopies(ctx context.Context, t Tables, versions []embraye.Revision) error {
	var pages []string
	for i := range versions {
		pages = append(pages, embraye.Pages(versions[i].Evidence)...)
	}
	copies, err := t.EvidenceCopies.Of(ctx, pages)
	if err != nil || len(copies) == 0 {
		return err
	}
	of := map[string][]embraye.EvidenceCopy{}
	for _, c := range copies {
		of[c.Href] = append(of[c.Href], c)
	}
	for i := range versions {
		for j := range versions[i].Evidence {
			one := versions[i].Evidence[j : j+1]
			embraye.TellCopies(one, of[embraye.PageOf(one[0].Href)])
		}
	}
	return nil
}

// DataCopies reads the constats after a row number that peers said, or the one
// at a host, withdrawn ones too, as DataPage reads ours. A peer that we do not
// gather is ErrNotFound.
func (p Pages) DataCopies(ctx context.Context, by string, after int64, limit int) ([]embraye.PeerCopy, error) {
	t := p.store.Tables()
	if by != embraye.EveryOrganisation {
		if _, err := take[embraye.Peer](ctx, t.table, "host = ? AND gather", by); err != nil {
			return nil, wrap(err, "taking the peer %.60s", by)
		}
	}
	var c choice
	c.gathered(by)
	c.and("id > ?", after)
	copies, err := t.copies(ctx, "id", limit, c)
	if err != nil || len(copies) == 0 {
		return nil, err
	}
	uris, places := make([]embraye.IRI, len(copies)), map[embraye.IRI]int{}
	for i := range copies {
		uris[i], places[copies[i].URI] = copies[i].URI, i
	}
	err = t.table.query(ctx, func(rows *sql.Rows) error { // versions ascend: the newest stays
		var uri embraye.IRI
		var sha256 string
		err := rows.Scan(&uri, &sha256)
		copies[places[uri]].SHA256 = sha256
		return err
	}, "SELECT uri, sha256 FROM peer_revisions WHERE "+t.table.inJSON("uri")+" ORDER BY uri, number", asJSON(uris))
	return copies, wrap(err, "reading versions of peers")
}
