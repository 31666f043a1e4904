package store

import (
	"context"

	"embraye/internal/embraye"
)

// thread is what is said in public below a constat: our Notes, the replies that
// the moderation shows to it and to them, and the reviews. It takes the
// constat's ULID, the addresses of the constat and of our Notes as a list, and
// the constat's address.
func (t Tables) thread() string {
	return `(SELECT id AS note, '' AS uri, published_at AS at FROM notes WHERE update_id = ? AND ` + threadNotes + `
		UNION ALL SELECT '', uri, published_at FROM replies WHERE ` + t.table.inJSON("object") + ` AND ` + shownReplies + `
		UNION ALL SELECT '', uri, published_at FROM peer_reviews WHERE object = ? AND state = 'shown' AND withdrawn_at IS NULL) AS thread`
}

// threadNotes are those of our Notes about a constat that everybody may read.
const threadNotes = "deleted_at IS NULL AND NOT private AND kind <> 'pinned'"

// ThreadPage reads one page of a constat's thread, in the order of its dates; the
// constat itself is the first of the first page.
func (p Pages) ThreadPage(ctx context.Context, id string, number, size int) (*embraye.ThreadPage, error) {
	t := p.store.Tables()
	base, _, err := t.Settings.Get(ctx, "base_url")
	if err != nil {
		return nil, err
	}
	var notes []string
	if err := t.table.scan(ctx, &notes, "SELECT id FROM notes WHERE update_id = ? AND "+threadNotes, id); err != nil {
		return nil, wrap(err, "listing the notes of %s", id)
	}
	site := embraye.Site{Base: base}
	object := site.UpdateID(id)
	objects := []embraye.IRI{object}
	for _, n := range notes {
		objects = append(objects, site.NoteID(n))
	}
	page := &embraye.ThreadPage{}
	args := []any{id, asJSON(objects), object}
	if err := t.table.scan(ctx, &page.Total, "SELECT count(*) FROM "+t.thread(), args...); err != nil {
		return nil, wrap(err, "counting the thread of %s", id)
	}
	page.Total++
	skip, limit := (number-1)*size-1, size+1
	if number == 1 {
		page.Items, skip, limit = []embraye.IRI{object}, 0, size
	}
	var rows []struct{ Note, URI string }
	err = t.table.scan(ctx, &rows, "SELECT note, uri FROM "+t.thread()+" ORDER BY at, note, uri LIMIT ? OFFSET ?", append(args, limit, skip)...)
	for _, r := range rows {
		item := embraye.IRI(r.URI)
		if r.Note != "" {
			item = site.NoteID(r.Note)
		}
		page.Items = append(page.Items, item)
	}
	if len(page.Items) > size {
		page.Items, page.More = page.Items[:size], true
	}
	return page, wrap(err, "listing the thread of %s", id)
}
