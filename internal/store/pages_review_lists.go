package store

import (
	"context"

	"embraye/internal/embraye"
)

// reviewsOfPeer is how many reviews the page of an organisation has.
const reviewsOfPeer = 10

// shownOfOurs is a review of ours as lists show it.
func shownOfOurs(site embraye.Site, r *embraye.Review) embraye.ShownReview {
	id := site.ReviewID(r.ID)
	return embraye.ShownReview{URI: id, Object: r.Object, Page: string(id), Ours: true, ReviewContent: r.ReviewContent,
		ReviewedRevision: r.ReviewedRevision, PublishedAt: r.PublishedAt, UpdatedAt: r.UpdatedAt}
}

func shownOfTheirs(r *embraye.PeerReview) embraye.ShownReview {
	return embraye.ShownReview{URI: r.URI, Object: r.Object, Page: r.URL, Actor: r.Actor, ReviewContent: r.ReviewContent,
		ReviewedRevision: r.ReviewedRevision, PublishedAt: r.PublishedAt, UpdatedAt: r.UpdatedAt}
}

// whatCameOf adds to reviews who wrote them, whether the constat has changed
// since, and what its author made of them: nobody else's word counts.
func (t Tables) whatCameOf(ctx context.Context, shown []embraye.ShownReview, subject func(embraye.IRI) *embraye.ReviewSubject) error {
	writers, uris := make([]embraye.IRI, len(shown)), make([]embraye.IRI, len(shown))
	for i, r := range shown {
		writers[i], uris[i] = r.Actor, r.URI
	}
	known, err := t.RemoteActors.Among(ctx, writers)
	if err != nil {
		return err
	}
	responses, err := t.ReviewResponses.To(ctx, uris)
	if err != nil {
		return err
	}
	for i := range shown {
		r := &shown[i]
		if found, ok := known[r.Actor]; ok && found.GoneAt == nil {
			r.Author = found
		} else {
			r.Author = embraye.RemoteActor{URI: r.Actor, Host: r.Actor.Host()}
		}
		if of := subject(r.Object); of != nil {
			r.Older = r.ReviewedRevision < of.Revision
			r.Response = responses[[2]embraye.IRI{r.URI, of.Actor}]
		}
	}
	return nil
}

// reviewLines are reviews of several constats with what they are about.
func reviewLines(ctx context.Context, t Tables, site embraye.Site, shown []embraye.ShownReview) ([]embraye.ReviewLine, error) {
	if len(shown) == 0 {
		return nil, nil
	}
	objects := make([]embraye.IRI, len(shown))
	for i, r := range shown {
		objects[i] = r.Object
	}
	subjects, err := reviewSubjects(ctx, t, site, objects)
	if err != nil {
		return nil, err
	}
	if err := t.whatCameOf(ctx, shown, func(object embraye.IRI) *embraye.ReviewSubject { return subjects[object] }); err != nil {
		return nil, err
	}
	list := make([]embraye.ReviewLine, len(shown))
	for i, r := range shown {
		list[i] = embraye.ReviewLine{ShownReview: r}
		if of := subjects[r.Object]; of != nil && of.Path != "" {
			list[i].Subject = of
		}
	}
	return list, nil
}

// reviewSubjects finds constats that are here, ours and those of others. Those that
// readers find have a path: ours, and those of peers that we gather, as long as they
// stand. What the author of another one made of its reviews is known all the same.
func reviewSubjects(ctx context.Context, t Tables, site embraye.Site, objects []embraye.IRI) (map[embraye.IRI]*embraye.ReviewSubject, error) {
	found := map[embraye.IRI]*embraye.ReviewSubject{}
	var ids []string
	for _, object := range objects {
		if id, ours := site.LocalUpdate(object); ours {
			ids = append(ids, id)
		}
	}
	if len(ids) > 0 {
		updates, err := t.light(ctx, "id", 0, t.table.amongFew("id"), asJSON(ids))
		if err != nil {
			return nil, err
		}
		for _, u := range updates {
			object := site.UpdateID(u.ID)
			found[object] = &embraye.ReviewSubject{Object: object, Actor: site.ActorID(u.Actor), Title: u.Title, Language: u.Language, Revision: u.Substance}
			if u.WithdrawnAt == nil {
				found[object].Path = "/constats/" + u.ID
			}
		}
	}
	var peers []struct {
		embraye.PeerUpdate
		Found bool
	}
	err := t.table.scan(ctx, &peers, `SELECT uri, copy_id, actor, title, language, revision, withdrawn_at IS NULL AND organisation IN (`+gathered+`) AS found FROM peer_updates
		WHERE `+t.table.amongFew("uri"), asJSON(objects))
	for _, u := range peers {
		found[u.URI] = &embraye.ReviewSubject{Object: u.URI, Actor: u.Actor, Title: u.Title, Language: u.Language, Revision: u.Revision}
		if u.Found {
			found[u.URI].Path = "/copies/" + u.CopyID
		}
	}
	return found, wrap(err, "reading what reviews are about")
}

// site is where we are, as the database says.
func (t Tables) site(ctx context.Context) (embraye.Site, error) {
	base, _, err := t.Settings.Get(ctx, "base_url")
	return embraye.Site{Base: base}, err
}

// peerReviewLines are the reviews that an organisation gives and that readers
// see here, newest first, and where they go on.
func peerReviewLines(ctx context.Context, t Tables, organisation embraye.IRI, before int64) (lines []embraye.ReviewLine, next int64, err error) {
	where, args := "actor = ? AND state = 'shown' AND withdrawn_at IS NULL", []any{organisation}
	if before > 0 {
		where, args = where+" AND id < ?", append(args, before)
	}
	rows, err := list[embraye.PeerReview](ctx, t.table, "id DESC", reviewsOfPeer+1, where, args...)
	if err != nil {
		return nil, 0, wrap(err, "listing the reviews of %s", organisation)
	}
	if len(rows) > reviewsOfPeer {
		rows, next = rows[:reviewsOfPeer], rows[reviewsOfPeer-1].ID
	}
	lines, err = linesOf(ctx, t, nil, rows)
	return lines, next, err
}

// linesOf are reviews of ours, then those of others.
func linesOf(ctx context.Context, t Tables, ours []embraye.Review, theirs []embraye.PeerReview) ([]embraye.ReviewLine, error) {
	site, err := t.site(ctx)
	if err != nil {
		return nil, err
	}
	var shown []embraye.ShownReview
	for i := range ours {
		shown = append(shown, shownOfOurs(site, &ours[i]))
	}
	for i := range theirs {
		shown = append(shown, shownOfTheirs(&theirs[i]))
	}
	return reviewLines(ctx, t, site, shown)
}

// ReviewData reads the reviews after a place, at most so many: open data is read
// in pieces, and nothing is held meanwhile.
func (p Pages) ReviewData(ctx context.Context, after embraye.ReviewsAfter, limit int) (*embraye.ReviewData, error) {
	t, data := p.store.Tables(), &embraye.ReviewData{}
	org, err := t.organisation(ctx)
	if err != nil {
		return nil, err
	}
	data.Organisation = *org
	if after.Theirs == 0 {
		ours, err := list[embraye.Review](ctx, t.table, "id", limit, "id > ? AND withdrawn_at IS NULL", after.Ours)
		if err != nil {
			return nil, wrap(err, "reading our reviews")
		}
		if len(ours) > 0 {
			data.Next = &embraye.ReviewsAfter{Ours: ours[len(ours)-1].ID}
			data.Lines, err = linesOf(ctx, t, ours, nil)
			return data, err
		}
	}
	theirs, err := list[embraye.PeerReview](ctx, t.table, "id", limit, "id > ? AND state = 'shown' AND withdrawn_at IS NULL", after.Theirs)
	if err != nil {
		return nil, wrap(err, "reading the reviews of others")
	}
	if len(theirs) > 0 {
		data.Next = &embraye.ReviewsAfter{Theirs: theirs[len(theirs)-1].ID}
	}
	data.Lines, err = linesOf(ctx, t, nil, theirs)
	return data, err
}
