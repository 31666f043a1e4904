package export

import (
	"strings"

	"embraye/internal/embraye"
)

// CopyRows makes one row for each constat of other organisations: its newest
// version as it was received. Its address is that of its home, where its other
// versions are; ours is that of the copy.
func CopyRows(site embraye.Site, ref *embraye.Reference, places *embraye.Territories, copies []embraye.PeerCopy) []Row {
	rows := make([]Row, 0, len(copies))
	for i := range copies {
		u := &copies[i]
		row := Row{ID: string(u.URI), Version: u.Revision, Current: u.WithdrawnAt == nil, VersionDate: moment(u.PublishedAt), SHA256: u.SHA256,
			Published: moment(u.PublishedAt), Updated: optional(u.UpdatedAt), Withdrawn: optional(u.WithdrawnAt),
			Account: string(u.Actor), Measure: u.Measure, MeasureIRI: u.MeasureIRI,
			Organisation: u.Peer.Name, Host: u.Peer.Host, Copy: site.CopyPage(u.CopyID), Received: moment(u.ReceivedAt)}.listed()
		if u.UpdatedAt != nil {
			row.VersionDate = row.Updated
		}
		if u.WithdrawnAt == nil {
			row.VersionReason = u.RevisionReason
			row.scope(ref, places, &u.Scope, u.Language)
			row.places(places, &u.PeerUpdate)
			row.content(ref, &u.Content)
		}
		rows = append(rows, row)
	}
	return rows
}

// places are all territories of a constat that speaks of several: codes, and
// names in the same order.
func (row *Row) places(territories *embraye.Territories, u *embraye.PeerUpdate) {
	if len(u.Territories) < 2 {
		return
	}
	names := make([]string, len(u.Territories))
	for i, code := range u.Territories {
		names[i] = territories.Name(code, u.Language)
	}
	row.Territory, row.TerritoryName = strings.Join(u.Territories, " "), strings.Join(names, listSeparator)
}
