package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"embraye/internal/embraye"
)

// feedEntries is how many constats a feed carries in full.
const feedEntries = 100

// FeedPage reads the newest constats in full, of a measure, of a place, of
// both, or of everything; or those before one of them. A peer that we do not
// gather is ErrNotFound.
func (p Pages) FeedPage(ctx context.Context, f embraye.FeedFilter) (*embraye.FeedPage, error) {
	t := p.store.Tables()
	org, err := t.organisation(ctx)
	if err != nil {
		return nil, err
	}
	page := &embraye.FeedPage{Organisation: *org}
	if f.By == "" {
		page.Entries, err = t.ourEntries(ctx, f, feedCursor{id: f.Before})
	} else {
		err = t.voicesFeed(ctx, f, page)
	}
	if err != nil {
		return nil, err
	}
	page.Older = len(page.Entries) > feedEntries
	page.Entries = page.Entries[:min(len(page.Entries), feedEntries)]
	page.Reasons, err = t.reasons(ctx, page.Entries)
	return page, err
}

// voicesFeed fills in what all say, or one peer.
func (t Tables) voicesFeed(ctx context.Context, f embraye.FeedFilter, page *embraye.FeedPage) error {
	before, err := t.feedCursor(ctx, f.Before)
	if err != nil {
		return err
	}
	if f.By == embraye.EveryOrganisation {
		page.Entries, err = t.ourEntries(ctx, f, before)
	} else {
		page.Speaker, err = take[embraye.Peer](ctx, t.table, "host = ? AND gather", f.By)
	}
	if err != nil {
		return wrap(err, "beginning the feed of %.60s", f.By)
	}
	copies, err := t.copyEntries(ctx, f, before)
	page.Entries = append(page.Entries, copies...)
	slices.SortFunc(page.Entries, func(a, b embraye.FeedEntry) int {
		return cmp.Or(b.Published().Compare(a.Published()), strings.Compare(b.ID(), a.ID()))
	})
	return err
}

// A feedCursor is the entry after which a feed goes on. Our ids alone are in the
// order of time; those of copies are not.
type feedCursor struct {
	id string // empty: from the beginning
	at time.Time
}

// feedCursor finds the entry that an id names.
func (t Tables) feedCursor(ctx context.Context, id string) (c feedCursor, err error) {
	if id == "" {
		return c, nil
	}
	c.id = id
	for _, known := range []string{"SELECT published_at FROM updates WHERE id = ?", "SELECT published_at FROM peer_updates WHERE copy_id = ?"} {
		var at []time.Time
		if err := t.table.scan(ctx, &at, known, id); err != nil {
			return c, wrap(err, "looking for the entry %s", id)
		}
		if len(at) > 0 {
			c.at = at[0]
			return c, nil
		}
	}
	return c, fmt.Errorf("store: there is no entry %s: %w", id, embraye.ErrInvalid)
}

// older is the condition that an entry comes after a cursor.
func (c *choice) older(than feedCursor, id string) {
	switch {
	case than.id == "":
	case than.at.IsZero():
		c.and(id+" < ?", than.id)
	default:
		c.and("(published_at < ? OR published_at = ? AND "+id+" < ?)", than.at, than.at, than.id)
	}
}

// ourEntries are our constats that stand and were published last, or last
// before one of them: those of a feed, and one more if there is any.
func (t Tables) ourEntries(ctx context.Context, f embraye.FeedFilter, before feedCursor) ([]embraye.FeedEntry, error) {
	all, err := t.newest(ctx, f, before)
	entries := make([]embraye.FeedEntry, len(all))
	for i := range all {
		entries[i].Update = &all[i]
	}
	return entries, err
}

func (t Tables) newest(ctx context.Context, f embraye.FeedFilter, before feedCursor) ([]embraye.Update, error) {
	var c choice
	if f.Measure != "" {
		c.and("measure = ?", f.Measure)
	}
	if len(f.Codes) == 0 {
		c.older(before, "id")
		c.and("withdrawn_at IS NULL")
		return t.light(ctx, "id DESC", feedEntries+1, c.String(), c.args...)
	}
	c.older(before, "constat")
	c.and("organisation = ''")
	in, places := t.table.inPlace(f.Codes, f.Prefixes)
	c.and(in, places...)
	var ids []string
	err := t.table.db.WithContext(ctx).Model(&embraye.Voice{}).Where(c.String(), c.args...).Order("constat DESC").Limit(feedEntries+1).Pluck("constat", &ids).Error
	if err != nil {
		return nil, wrap(err, "listing the newest constats of a place")
	}
	return t.byIDs(ctx, ids)
}

// copyEntries is the same of the constats of peers that we gather.
func (t Tables) copyEntries(ctx context.Context, f embraye.FeedFilter, before feedCursor) ([]embraye.FeedEntry, error) {
	var c choice
	c.gathered(f.By)
	c.and("withdrawn_at IS NULL")
	if f.Measure != "" {
		c.and("measure = ?", f.Measure)
	}
	if len(f.Codes) > 0 {
		var there choice
		there.gathered(f.By)
		in, places := t.table.inPlace(f.Codes, f.Prefixes)
		there.and(in, places...)
		c.and("uri IN (SELECT constat FROM voices WHERE "+there.String()+")", there.args...)
	}
	c.older(before, "copy_id")
	copies, err := t.copies(ctx, "published_at DESC, copy_id DESC", feedEntries+1, c)
	entries := make([]embraye.FeedEntry, len(copies))
	for i := range copies {
		entries[i].Copy = &copies[i]
	}
	return entries, err
}

// gathered is the condition that a constat is of a peer whose constats are
// shown, or of the one at a host.
func (c *choice) gathered(by string) {
	if by == embraye.EveryOrganisation {
		c.and("organisation IN (SELECT organisation FROM peers WHERE gather)")
		return
	}
	c.and("organisation IN (SELECT organisation FROM peers WHERE gather AND host = ?)", by)
}

// copies reads constats of peers without their bytes, and who said them.
func (t Tables) copies(ctx context.Context, order string, limit int, c choice) ([]embraye.PeerCopy, error) {
	updates := make([]embraye.PeerUpdate, 0, limit)
	err := t.table.db.WithContext(ctx).Omit("Wire").Where(c.String(), c.args...).Order(order).Limit(limit).Find(&updates).Error
	if err != nil || len(updates) == 0 {
		return nil, wrap(err, "listing the constats of peers")
	}
	var speakers []embraye.IRI
	for _, u := range updates {
		if !slices.Contains(speakers, u.Organisation) {
			speakers = append(speakers, u.Organisation)
		}
	}
	peers, err := list[embraye.Peer](ctx, t.table, "id", 0, "gather AND "+t.table.inJSON("organisation"), asJSON(speakers))
	if err != nil {
		return nil, wrap(err, "listing peers")
	}
	copies := make([]embraye.PeerCopy, len(updates))
	for i, u := range updates {
		copies[i].PeerUpdate = u
		if p := slices.IndexFunc(peers, func(p embraye.Peer) bool { return p.Organisation == u.Organisation }); p >= 0 {
			copies[i].Peer = peers[p]
		}
	}
	return copies, nil
}

// reasons are why constats were corrected last, by their ids.
func (t Tables) reasons(ctx context.Context, entries []embraye.FeedEntry) (map[string]string, error) {
	corrected, reasons := []string{}, map[string]string{}
	for _, e := range entries {
		if e.Update != nil && e.Update.Revision > 1 {
			corrected = append(corrected, e.Update.ID)
		}
	}
	if len(corrected) == 0 {
		return reasons, nil
	}
	err := t.table.query(ctx, func(rows *sql.Rows) error {
		var id, reason string
		err := rows.Scan(&id, &reason)
		reasons[id] = reason
		return err
	}, `SELECT updates.id, revisions.reason FROM updates JOIN revisions ON revisions.update_id = updates.id AND revisions.number = updates.revision
		WHERE `+t.table.inJSON("updates.id"), asJSON(corrected))
	return reasons, wrap(err, "reading why %d constats were corrected", len(corrected))
}
