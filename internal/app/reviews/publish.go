package reviews

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/remote"
	"embraye/internal/store"
	"embraye/internal/translog"
)

// Input is a review as somebody hands it in.
type Input struct {
	Of       string // the constat
	Revision int    // the one that was read; 0: the one that is kept
	embraye.ReviewContent
	Owner int64 // person who wrote it; 0: who publishes
}

// Published is a review that just went out.
type Published struct {
	Review     *embraye.Review
	ActivityID string // ULID of the Create or Update; empty: a typo is not sent
	Inboxes    int
}

// audience is who has to hear of a review besides our followers.
type audience struct {
	author  *embraye.RemoteActor // the measure
	inboxes []embraye.IRI
}

// Publish checks a review, fixes its bytes and its revision 1, and queues it for
// the constat's author, who follows us or our measure, and who else reviewed
// the constat. An *embraye.InvalidError lists all that is wrong.
func (rs *Reviews) Publish(ctx context.Context, by embraye.Acting, in Input) (*Published, error) {
	if err := by.May(embraye.Editor); err != nil {
		return nil, fmt.Errorf("reviews: publish: %w", err)
	}
	ready, err := rs.Prepare(ctx, in)
	if err != nil {
		return nil, err
	}
	var out *Published
	err = rs.desk.InTx(ctx, func(t store.Tables) (err error) {
		if err := rs.mayPublish(ctx, t, by, by.PersonID()); err != nil {
			return err
		}
		out, err = rs.PublishIn(ctx, t, by, in, ready)
		return err
	})
	return out, err
}

// Prepared is who has to hear of a review that could go out.
type Prepared struct{ to *audience }

// Prepare checks a review, and finds out whom to tell: that may take a journey,
// which no transaction waits for.
func (rs *Reviews) Prepare(ctx context.Context, in Input) (*Prepared, error) {
	of, _, err := rs.judge(ctx, rs.desk.Store.Tables(), in)
	if err != nil {
		return nil, err
	}
	to, err := rs.hearers(ctx, of)
	return &Prepared{to}, err
}

// PublishIn is Publish inside a transaction of the caller's, who has checked the
// permission.
func (rs *Reviews) PublishIn(ctx context.Context, t store.Tables, by embraye.Acting, in Input, ready *Prepared) (*Published, error) {
	of, content, err := rs.judge(ctx, t, in)
	if err != nil {
		return nil, err
	}
	return rs.publishIn(ctx, t, by, of, content, cmp.Or(in.Owner, by.PersonID()), ready.to)
}

// Check lists what publication would refuse now.
func (rs *Reviews) Check(ctx context.Context, t store.Tables, in Input) ([]embraye.Problem, error) {
	_, _, err := rs.judge(ctx, t, in)
	var invalid *embraye.InvalidError
	if errors.As(err, &invalid) {
		return invalid.Problems, nil
	}
	return nil, err
}

// Reviewable is the constat of a peer that an address names, if it can be
// reviewed; else an *embraye.InvalidError says why not.
func (rs *Reviews) Reviewable(ctx context.Context, address string) (*embraye.PeerUpdate, error) {
	of, problem, err := rs.reviewable(ctx, rs.desk.Store.Tables(), address)
	if problem != nil {
		err = &embraye.InvalidError{Problems: []embraye.Problem{*problem}}
	}
	return of, err
}

// judge finds the constat and checks the review, all mistakes at once.
func (rs *Reviews) judge(ctx context.Context, t store.Tables, in Input) (*embraye.PeerUpdate, embraye.ReviewContent, error) {
	content := in.ReviewContent.Tidy(today(rs.desk), rs.desk.Language)
	problems := content.Problems(today(rs.desk))
	of, problem, err := rs.reviewable(ctx, t, in.Of)
	if err != nil {
		return nil, content, err
	}
	if problem == nil && in.Revision != 0 && in.Revision != of.Revision {
		problem = &embraye.Problem{Field: "of", Code: "corrected_meanwhile", Value: strconv.Itoa(of.Revision)}
	}
	if problem != nil {
		problems = append([]embraye.Problem{*problem}, problems...)
	}
	if len(problems) > 0 {
		return nil, content, &embraye.InvalidError{Problems: problems}
	}
	return of, content, nil
}

// reviewable is the constat of a peer that an address names, or why there is
// none to review.
func (rs *Reviews) reviewable(ctx context.Context, t store.Tables, address string) (*embraye.PeerUpdate, *embraye.Problem, error) {
	uri := embraye.IRI(embraye.Address(address))
	problem := func(code string) (*embraye.PeerUpdate, *embraye.Problem, error) {
		return nil, &embraye.Problem{Field: "of", Code: code, Value: embraye.Cut(string(uri), embraye.MaxSummary)}, nil
	}
	switch _, ours := rs.desk.Site.LocalUpdate(uri); {
	case uri == "":
		return problem("required")
	case ours:
		return problem("is_our_own_constat")
	}
	of, err := t.PeerUpdates.ByURI(ctx, uri)
	if errors.Is(err, embraye.ErrNotFound) {
		return problem("unknown_constat")
	}
	if err != nil {
		return nil, nil, err
	}
	if of.WithdrawnAt != nil {
		return problem("is_withdrawn")
	}
	if _, err := t.Reviews.Standing(ctx, uri); err == nil {
		return problem("already_reviewed")
	} else if !errors.Is(err, embraye.ErrNotFound) {
		return nil, nil, err
	}
	return of, nil, nil
}

// CodeAuthorGone is the code of the mistake that a constat's author cannot be had any
// more, so that nobody can be told of the review.
const CodeAuthorGone = "constat_author_gone"

// hearers are the constat's author and its organisation. The organisation is
// told too where it can be had; the author must be.
func (rs *Reviews) hearers(ctx context.Context, of *embraye.PeerUpdate) (*audience, error) {
	author, err := rs.actorKnown(ctx, of.Actor)
	if errors.Is(err, embraye.ErrForbidden) || errors.Is(err, embraye.ErrInvalid) || remote.IsFinal(err) {
		rs.desk.Log.WarnContext(ctx, "the author of a constat cannot be told of a review", "author", of.Actor, "error", err)
		return nil, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "of", Code: CodeAuthorGone, Value: string(of.Actor)}}}
	}
	if err != nil {
		return nil, fmt.Errorf("reviews: the author of %s: %w", of.URI, err)
	}
	to := &audience{author: author, inboxes: []embraye.IRI{author.DeliveryInbox()}}
	organisation, err := rs.actorKnown(ctx, of.Organisation)
	if err != nil {
		rs.desk.Log.WarnContext(ctx, "an organisation is not told of a review", "organisation", of.Organisation, "error", err)
		return to, nil
	}
	to.inboxes = append(to.inboxes, organisation.DeliveryInbox())
	return to, nil
}

// targets are all who are told: besides the author those who follow us or our
// measure, who gather what is said about it, and the other reviewers.
func (rs *Reviews) targets(ctx context.Context, t store.Tables, r *embraye.Review, to *audience) (store.Targets, error) {
	all := store.Targets{FollowersOf: []string{rs.desk.Organisation()}, Object: rs.desk.Site.ReviewID(r.ID)}
	if measure, ok := rs.desk.Reference().Measure(r.Measure); ok {
		all.FollowersOf = append(all.FollowersOf, measure.Handle)
	}
	if to != nil {
		all.Inboxes = to.inboxes
	}
	others, err := t.PeerReviews.Of(ctx, r.Object)
	for _, o := range others {
		all.Inboxes = append(all.Inboxes, o.Delivery)
	}
	return all, err
}

func (rs *Reviews) publishIn(ctx context.Context, t store.Tables, by embraye.Acting, of *embraye.PeerUpdate, c embraye.ReviewContent, owner int64, to *audience) (*Published, error) {
	id, err := rs.desk.NewID()
	if err != nil {
		return nil, err
	}
	create, err := rs.desk.NewID()
	if err != nil {
		return nil, err
	}
	r := &embraye.Review{ID: id, Object: of.URI, Digest: embraye.DigestOf(of.URI), ObjectActor: of.Actor, ObjectTitle: of.Title, ObjectPage: of.URL, Measure: of.Measure,
		ReviewedRevision: of.Revision, ReviewContent: c, Owner: owner, Revision: 1, PublishedAt: rs.desk.Stamp(), WireVersion: app.WireVersion, CreateID: create}
	wire, err := rs.desk.Wire().Review(*r, *to.author, "")
	if err == nil {
		r.Wire, err = rs.desk.Prove(ctx, t, rs.desk.Organisation(), wire)
	}
	if err != nil {
		return nil, err
	}
	if err := t.Reviews.Insert(ctx, r); err != nil {
		return nil, err
	}
	if err := insertRevision(ctx, rs, t, r, embraye.FirstRevision, ""); err != nil {
		return nil, err
	}
	out := &Published{Review: r, ActivityID: create}
	if err := rs.send(ctx, t, r, to, out); err != nil {
		return nil, err
	}
	t.Changed()
	return out, rs.desk.Record(ctx, t, by, "review.publish", string(rs.desk.Site.ReviewID(id)), "", true)
}

// send queues the Create and the organisation's own boost, without which its
// followers would never see a reply (INTEROP 0.14).
func (rs *Reviews) send(ctx context.Context, t store.Tables, r *embraye.Review, to *audience, out *Published) error {
	object := rs.desk.Site.ReviewID(r.ID)
	all, err := rs.targets(ctx, t, r, to)
	if err != nil {
		return err
	}
	body, err := rs.desk.Wire().Create(out.ActivityID, r.Wire)
	if err != nil {
		return err
	}
	out.Inboxes, err = rs.desk.SendToMany(ctx, t, app.Outgoing{ID: out.ActivityID, Actor: rs.desk.Organisation(), Kind: "Create", Object: object,
		Body: body, Outbox: true, To: all})
	if err != nil {
		return err
	}
	n, err := rs.desk.BoostOwn(ctx, t, object, rs.desk.Organisation(), r.PublishedAt)
	out.Inboxes += n
	return err
}

// insertRevision keeps what the review says now, the bytes served first and
// their hash, and enters them in the public log.
func insertRevision(ctx context.Context, rs *Reviews, t store.Tables, r *embraye.Review, kind embraye.RevisionKind, change string) error {
	sum := sha256.Sum256(r.Wire)
	at := r.PublishedAt
	if r.UpdatedAt != nil {
		at = *r.UpdatedAt
	}
	salt, err := app.Logged(rs.desk, t, translog.Leaf{Kind: translog.Review, ID: string(rs.desk.Site.ReviewID(r.ID)), N: r.Revision, At: at}, r.Wire)
	if err != nil {
		return err
	}
	return t.ReviewRevisions.Insert(ctx, &embraye.ReviewRevision{ReviewID: r.ID, Number: r.Revision, Kind: kind, Change: change, ReviewedRevision: r.ReviewedRevision,
		ReviewContent: r.ReviewContent, Wire: r.Wire, SHA256: hex.EncodeToString(sum[:]), Salt: salt, CreatedAt: at})
}
