package reviews

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"embraye/internal/app/drafts"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// A writePage is the form on which a review is written.
type writePage struct {
	Draft      *embraye.Draft // ID 0: not saved yet
	Of         *embraye.PeerUpdate
	Peer       embraye.Peer
	Version    int // of the draft, over which the form saves
	Theirs     *embraye.Draft
	MayPublish bool
	Colleagues []embraye.Person // who may be asked to read it
	Reader     string           // who was asked to read it
	Missing    []embraye.Problem
}

func draftPath(id int64) string { return "/office/reviews/drafts/" + strconv.FormatInt(id, 10) }

// newForm is an empty form about a constat, or the draft that was begun.
func newForm(v *office.Visit) error {
	of, err := v.Rooms.Reviews.Reviewable(v.Context(), v.R.URL.Query().Get("of"))
	var invalid *embraye.InvalidError
	if errors.As(err, &invalid) {
		return v.Render(http.StatusBadRequest, "review_refused", "office.reviews.write", nil, nil, invalid.Problems)
	}
	if err != nil {
		return err
	}
	begun, err := v.Rooms.Drafts.OpenReview(v.Context(), v.By, of.URI)
	if err != nil {
		return err
	}
	if begun != nil {
		return v.Redirect(draftPath(begun.ID))
	}
	draft := &embraye.Draft{Review: embraye.ReviewDraft{Of: of.URI, Revision: of.Revision}, Content: embraye.Content{Language: v.Lang}}
	if values, ok := v.TypedBefore(); ok {
		v.R.PostForm = values
		overlay(draft, input(v))
		return show(v, http.StatusOK, draft, values, nil)
	}
	return show(v, http.StatusOK, draft, nil, nil)
}

// input is the review as it was typed.
func input(v *office.Visit) drafts.ReviewInput {
	revision, err := strconv.Atoi(v.Form("revision"))
	if err != nil {
		revision = 0 // the one that is kept
	}
	return drafts.ReviewInput{Of: v.Form("of"), Revision: revision, ReviewContent: content(v)}
}

func content(v *office.Visit) embraye.ReviewContent {
	return embraye.ReviewContent{Verdict: embraye.Verdict(v.Form("verdict")), Reason: v.Form("reason"), Evidence: evidence(v), Licence: "CC-BY-4.0", Language: v.Form("lang")}
}

// evidence reads the rows that have something in them.
func evidence(v *office.Visit) (list []embraye.Evidence) {
	for i := range v.R.PostForm["evidence_href"] {
		e := embraye.Evidence{Type: "Link", Href: embraye.Address(nth(v, "evidence_href", i)), Name: nth(v, "evidence_name", i), Consulted: embraye.Date(nth(v, "evidence_consulted", i))}
		if e.Href != "" || e.Name != "" {
			list = append(list, e)
		}
	}
	return list
}

func nth(v *office.Visit, name string, i int) string {
	if list := v.R.PostForm[name]; i < len(list) {
		return embraye.Trim(list[i])
	}
	return ""
}

// overlay puts what was typed over a draft.
func overlay(d *embraye.Draft, in drafts.ReviewInput) {
	d.Review.Verdict, d.Review.Reason, d.Evidence, d.Language = in.Verdict, in.Reason, in.Evidence, in.Language
}

// show shows a draft with what is wrong in it.
func show(v *office.Visit, status int, draft *embraye.Draft, typed url.Values, problems []embraye.Problem) error {
	page, err := readForm(v, draft)
	if err != nil {
		return err
	}
	return v.Render(status, "review_write", "office.reviews.write", page, typed, problems)
}

// Said is what the form shows.
func (p *writePage) Said() embraye.ReviewContent { return p.Draft.ReviewContent() }

// readForm is what stands around a draft.
func readForm(v *office.Visit, draft *embraye.Draft) (page *writePage, err error) {
	page = &writePage{Draft: draft, Version: draft.Version}
	page.Of, page.Peer, err = v.Rooms.Reviews.Office().Subject(v.Context(), draft.Review.Of)
	if errors.Is(err, embraye.ErrNotFound) && draft.ID != 0 { // forgotten with its peer: the draft can be thrown away
		page.Of = &embraye.PeerUpdate{URI: draft.Review.Of, Scope: draft.Scope, Content: draft.Content}
		page.Peer, err = embraye.Peer{Host: draft.Review.Of.Host()}, nil
	}
	if err != nil {
		return nil, err
	}
	if page.MayPublish, err = v.Rooms.Reviews.MayPublish(v.Context(), v.By); err != nil {
		return nil, err
	}
	if draft.ID != 0 {
		if page.Missing, err = v.Rooms.Drafts.Check(v.Context(), draft); err != nil {
			return nil, err
		}
	}
	people, err := v.Rooms.People.List(v.Context())
	for _, p := range people {
		if p.ID == draft.Reviewer {
			page.Reader = p.Name
		}
		if !p.Disabled && p.Role.Includes(embraye.Reviewer) && p.ID != v.By.PersonID() {
			page.Colleagues = append(page.Colleagues, p)
		}
	}
	return page, err
}

func draftForm(v *office.Visit) error {
	draft, err := taken(v)
	if err != nil {
		return err
	}
	if draft.PublishedID != "" {
		return v.Redirect("/office/reviews/ours/" + draft.PublishedID)
	}
	if values, ok := v.TypedBefore(); ok {
		v.R.PostForm = values
		overlay(draft, input(v))
		return show(v, http.StatusOK, draft, values, nil)
	}
	return show(v, http.StatusOK, draft, nil, nil)
}

// taken is the draft that an address names.
func taken(v *office.Visit) (*embraye.Draft, error) {
	id, err := v.Number("id")
	if err != nil {
		return nil, err
	}
	draft, err := v.Rooms.Drafts.Take(v.Context(), v.By, id)
	if err == nil && !draft.OfReview() {
		err = embraye.ErrNotFound
	}
	return draft, err
}

// begin saves a new draft, then does what the button says.
func begin(v *office.Visit) error {
	in := input(v)
	draft, err := v.Rooms.Drafts.BeginReview(v.Context(), v.By, in)
	var invalid *embraye.InvalidError
	if errors.As(err, &invalid) {
		return refused(v, &embraye.Draft{Review: embraye.ReviewDraft{Of: embraye.IRI(in.Of), Revision: in.Revision}}, in, invalid.Problems)
	}
	if err != nil {
		return err
	}
	return afterSave(v, draft)
}

// refused shows what no draft can hold, as it was typed. Of a constat that is
// not known here there is no form.
func refused(v *office.Visit, draft *embraye.Draft, in drafts.ReviewInput, problems []embraye.Problem) error {
	overlay(draft, in)
	err := show(v, http.StatusBadRequest, draft, v.R.PostForm, problems)
	if errors.Is(err, embraye.ErrNotFound) {
		return v.Render(http.StatusBadRequest, "review_refused", "office.reviews.write", nil, nil, problems)
	}
	return err
}

// save saves over the version that the form was made from, then does what the
// button says. What a colleague saved meanwhile is shown beside what was typed.
func save(v *office.Visit) error {
	draft, err := taken(v)
	if v.Form("action") == "delete" && errors.Is(err, embraye.ErrNotFound) {
		return office.Late(v, err, "/office/reviews")
	}
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(v.Form("version"))
	if err != nil {
		version = 0
	}
	in := input(v)
	kept, err := v.Rooms.Drafts.SaveReview(v.Context(), v.By, draft.ID, version, in)
	var conflict *drafts.Conflict
	var invalid *embraye.InvalidError
	switch {
	case errors.As(err, &conflict) && conflict.Theirs.PublishedID != "" && !conflict.Same && v.Form("action") != "delete":
		return err // what was typed comes back to be copied
	case errors.As(err, &conflict) && conflict.Theirs.PublishedID != "":
		return v.Said("/office/reviews/ours/"+conflict.Theirs.PublishedID, "office.said.published_before")
	case errors.As(err, &conflict):
		mine := *conflict.Theirs
		overlay(&mine, in)
		page, err := readForm(v, &mine)
		if err != nil {
			return err
		}
		page.Theirs = conflict.Theirs
		return v.Render(http.StatusConflict, "review_write", "office.reviews.write", page, v.R.PostForm, []embraye.Problem{{Field: "verdict", Code: "saved_meanwhile"}})
	case errors.As(err, &invalid):
		return refused(v, draft, in, invalid.Problems)
	case err != nil:
		return err
	}
	return afterSave(v, kept)
}
