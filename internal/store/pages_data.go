package store

import (
	"context"
	"database/sql"

	"embraye/internal/embraye"
)

// DataPage reads the constats after an id, at most so many: open data is read
// in pieces, and nothing is held meanwhile. The bytes of versions are not part
// of it, their hashes are. The first piece has the names of damaged files.
func (p Pages) DataPage(ctx context.Context, after string, limit int) (*embraye.DataPage, error) {
	t, page := p.store.Tables(), &embraye.DataPage{}
	org, err := t.organisation(ctx)
	if err != nil {
		return nil, err
	}
	page.Organisation = *org
	if page.Updates, err = t.light(ctx, "id", limit, "id > ?", after); err != nil {
		return nil, err
	}
	if after == "" {
		damaged, err := list[embraye.EvidenceFile](ctx, t.table, "name", 0, "public AND damaged")
		if err != nil {
			return nil, wrap(err, "listing damaged files")
		}
		for _, f := range damaged {
			page.Damaged = append(page.Damaged, f.Name)
		}
	}
	if len(page.Updates) == 0 {
		return page, nil
	}
	first, last := page.Updates[0].ID, page.Updates[len(page.Updates)-1].ID
	err = t.table.db.WithContext(ctx).Omit("Wire").Where("update_id BETWEEN ? AND ?", first, last).Order("update_id, number").Find(&page.Revisions).Error
	return page, wrap(err, "listing versions")
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
