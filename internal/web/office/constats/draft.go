package constats

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"embraye/internal/app/drafts"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// An editorPage is the one page on which a constat is written.
type editorPage struct {
	Draft      *embraye.Draft // ID 0: not saved yet
	Version    int
	Follows    *embraye.Update // the constat of ours that this is the sequel of
	Proofs     []proof
	Choices    choices
	Preview    template.HTML
	Length     int
	Handle     string
	MayPublish bool
	Colleagues []embraye.Person // who may be asked to read it
	Reader     string           // who was asked to read it; empty: anybody
	Missing    []embraye.Problem
	Same       []embraye.HeardConstat // of peers, that may speak of the same fact
	Restored   bool                   // typed before the session had expired
	Unsaved    bool                   // what the page shows is not what is kept
}

// duplicateLast begins with the last constat once more.
func duplicateLast(v *office.Visit) error {
	draft, err := v.Rooms.Drafts.DuplicateLast(v.Context(), v.By)
	if errors.Is(err, embraye.ErrNotFound) {
		return v.Redirect("/office/constats/new")
	}
	if err != nil {
		return err
	}
	return v.Said(draftPath(draft.ID), "office.said.duplicated")
}

// newDraftForm is an empty page, or one for what came after a constat.
func newDraftForm(v *office.Visit) error {
	draft := &embraye.Draft{Content: embraye.Content{Language: v.Lang}}
	if before := v.R.URL.Query().Get("follows"); before != "" {
		if !embraye.ValidID(before) {
			return embraye.ErrNotFound
		}
		next, err := v.Rooms.Drafts.Next(v.Context(), v.By, before)
		if err != nil {
			return err
		}
		draft = next
	}
	return showEditor(v, http.StatusOK, draft, nil)
}

func draftPath(id int64) string { return "/office/drafts/" + strconv.FormatInt(id, 10) }

func draftID(v *office.Visit) (int64, error) {
	id, err := strconv.ParseInt(v.Param("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, embraye.ErrNotFound
	}
	return id, nil
}

// stillDraft gives the draft of an address to a page, or goes to what was
// published of it.
func stillDraft(v *office.Visit, show func(*embraye.Draft) error) error {
	id, err := draftID(v)
	if err != nil {
		return err
	}
	draft, err := v.Rooms.Drafts.Take(v.Context(), v.By, id)
	if err != nil {
		return err
	}
	if draft.OfReview() {
		return v.Redirect("/office/reviews/drafts/" + strconv.FormatInt(id, 10))
	}
	if draft.PublishedID != "" {
		return v.Redirect("/office/constats/" + draft.PublishedID)
	}
	return show(draft)
}

func draftForm(v *office.Visit) error {
	return stillDraft(v, func(draft *embraye.Draft) error { return showEditor(v, http.StatusOK, draft, nil) })
}

// showEditor shows a draft with what is wrong in it, and with problems that are
// not the draft's. What an expired session had kept comes back here.
func showEditor(v *office.Visit, status int, draft *embraye.Draft, problems []embraye.Problem) error {
	restored := false
	if v.R.Method == http.MethodGet {
		if values, ok := v.TypedBefore(); ok {
			v.R.PostForm = values
			overlay(draft, draftInput(v))
			draft.Version = typedVersion(v) // a colleague may have saved meanwhile
			restored = true
		}
	}
	page, err := readEditor(v, draft)
	if err != nil {
		return err
	}
	page.Restored, page.Unsaved = restored, restored
	return page.show(v, status, problems)
}

// show answers with the page. Each problem is told once, whoever found it.
func (page *editorPage) show(v *office.Visit, status int, problems []embraye.Problem) error {
	for _, p := range v.Rooms.Drafts.Wrong(page.Draft) {
		if !slices.ContainsFunc(problems, func(q embraye.Problem) bool { return q.Field == p.Field && q.Code == p.Code && q.Value == p.Value }) {
			problems = append(problems, p)
		}
	}
	title := "office.editor"
	if page.Draft.State == embraye.DraftInReview && page.Draft.Owner != v.By.PersonID() {
		title = "office.review"
	}
	return v.Render(status, "editor", title, page, typedValues(v), problems)
}

// typedValues is the form of the editor as it was sent, if it was: what is in a
// field stays there, also what no draft keeps. Every browser sends its title.
func typedValues(v *office.Visit) url.Values {
	if v.R.PostForm.Has("title") {
		return v.R.PostForm
	}
	return nil
}

// overlay puts what was typed over a draft.
func overlay(draft *embraye.Draft, in drafts.Input) {
	draft.Scope, draft.Content, draft.Sign = in.Scope, in.Content, in.Sign
}

// showUnsaved shows what no draft can hold over the draft as it is kept.
func showUnsaved(v *office.Visit, in drafts.Input, problems []embraye.Problem) error {
	draft := &embraye.Draft{}
	if id := typedID(v); id != 0 {
		kept, err := v.Rooms.Drafts.Take(v.Context(), v.By, id)
		if err != nil {
			return err
		}
		draft = kept
	}
	overlay(draft, in)
	page, err := readEditor(v, draft)
	if err != nil {
		return err
	}
	page.Version, page.Unsaved = typedVersion(v), true
	return page.show(v, http.StatusBadRequest, problems)
}

// readEditor is what stands around a draft.
func readEditor(v *office.Visit, draft *embraye.Draft) (*editorPage, error) {
	page := &editorPage{Draft: draft, Version: draft.Version}
	rules, err := v.Rooms.Organisation.Rules(v.Context())
	if err != nil {
		return nil, err
	}
	page.MayPublish = v.By.May(embraye.Reviewer) == nil || !rules.ReviewRequired && v.By.May(embraye.Editor) == nil
	if page.Choices, err = readChoices(v); err != nil {
		return nil, err
	}
	page.Choices.Places = page.Choices.Places[:2] // departments are typed: all of them make the page long
	if page.Proofs, err = readProofs(v, draft.Evidence); err != nil {
		return nil, err
	}
	if page.Follows, err = followed(v, draft); err != nil {
		return nil, err
	}
	html, length := v.Rooms.Drafts.Preview(draft)
	page.Preview, page.Length = template.HTML(html), length // made by activitypub, which escapes and sanitises
	if m, ok := v.Rooms.App.Reference().Measure(draft.Measure); ok {
		page.Handle = v.Site().Mention(m.Handle)
	}
	if draft.ID != 0 {
		if page.Missing, err = v.Rooms.Drafts.Check(v.Context(), draft); err != nil {
			return nil, err
		}
		if page.Same, err = v.Rooms.Peers.SameFacts(v.Context(), draft); err != nil {
			return nil, err
		}
	}
	people, err := v.Rooms.People.List(v.Context())
	if err != nil {
		return nil, err
	}
	page.Colleagues = colleagues(v, people)
	if i := slices.IndexFunc(people, func(p embraye.Person) bool { return p.ID == draft.Reviewer }); i >= 0 {
		page.Reader = people[i].Name
	}
	return page, nil
}

// followed is the constat of ours that a draft says it follows, if there is one.
func followed(v *office.Visit, draft *embraye.Draft) (*embraye.Update, error) {
	for _, r := range draft.RelatedTo {
		if r.Rel != "follows" {
			continue
		}
		u, err := v.Rooms.Constats.Find(v.Context(), r.Href)
		if err == nil && !u.Withdrawn() {
			return u, nil
		}
		if err != nil && !errors.Is(err, embraye.ErrNotFound) && !errors.Is(err, embraye.ErrInvalid) {
			return nil, err
		}
	}
	return nil, nil
}

// colleagues lists who may be asked to read a draft.
func colleagues(v *office.Visit, people []embraye.Person) []embraye.Person {
	var list []embraye.Person
	for _, p := range people {
		if !p.Disabled && p.Role.Includes(embraye.Reviewer) && p.ID != v.By.PersonID() {
			list = append(list, p)
		}
	}
	return list
}

// saveDraft saves what was typed, whatever button was pressed and whatever is
// wrong in it, then does what the button says. Nothing typed is lost: a mistake,
// a colleague's save and a refused file come back with the text.
func saveDraft(v *office.Visit) error {
	problems, err := parseEditor(v)
	if err != nil {
		return err
	}
	if file, _ := v.Uploaded(); file != nil && len(problems) == 0 && v.Form("action") == "save" {
		v.R.PostForm.Set("action", actionKeep) // one comes back to the card of the file
	}
	in := draftInput(v)
	if v.Form("action") == "autosave" {
		return autosave(v, in)
	}
	draft, err := keepDraft(v, in)
	if err == nil && v.Form("action") == "titles" {
		var unread []embraye.Problem
		draft, unread, err = findTitles(v, draft, in)
		problems = append(problems, unread...)
	}
	var conflict *drafts.Conflict
	var invalid *embraye.InvalidError
	switch {
	case errors.Is(err, embraye.ErrNotFound) && v.Form("action") == "delete":
		return office.Late(v, err, "/office")
	case errors.As(err, &conflict):
		return showConflict(v, conflict)
	case errors.As(err, &invalid):
		return showUnsaved(v, in, append(problems, invalid.Problems...))
	case err != nil:
		return err
	}
	refused, err := inTheWay(v, draft)
	if err != nil {
		return err
	}
	if problems = append(problems, refused...); len(problems) > 0 {
		return showEditor(v, http.StatusBadRequest, draft, problems)
	}
	return afterSave(v, draft)
}

// inTheWay lists what keeps a saved draft from what the button says: all that
// publication would refuse, at once, or what is wrong in any case. To give a
// draft back with a mistake in it is what giving back is for.
func inTheWay(v *office.Visit, draft *embraye.Draft) ([]embraye.Problem, error) {
	switch action := v.Form("action"); {
	case action == "publish":
		return v.Rooms.Drafts.Check(v.Context(), draft)
	case slices.Contains([]string{"return", "unschedule", "delete"}, action), aboutProofs(action):
		return nil, nil
	}
	return v.Rooms.Drafts.Refused(draft), nil
}

// titlesWithin is how long the pages of the evidence are waited for, all
// together: whoever writes waits too.
const titlesWithin = 15 * time.Second

// findTitles asks the pages of a saved draft's evidence for their titles and
// saves what they say; what was typed stays. A page that does not answer is a
// problem beside its address.
func findTitles(v *office.Visit, draft *embraye.Draft, in drafts.Input) (*embraye.Draft, []embraye.Problem, error) {
	ctx, cancel := context.WithTimeout(v.Context(), titlesWithin)
	defer cancel()
	in.Evidence = slices.Clone(in.Evidence)
	unread, err := v.Rooms.Drafts.LinkTitles(ctx, v.By, in.Evidence)
	if err != nil {
		return draft, nil, err
	}
	var problems []embraye.Problem
	for _, href := range unread {
		problems = append(problems, embraye.Problem{Field: "evidence", Code: "link_unread", Value: href})
	}
	draft, err = v.Rooms.Drafts.Save(v.Context(), v.By, draft.ID, draft.Version, in)
	return draft, problems, err
}

func typedID(v *office.Visit) int64 {
	id, _ := draftID(v) // 0 on the page of a new one
	return id
}

func typedVersion(v *office.Visit) int { return office.TypedNumber(v, "version") }

// keepDraft saves over the version that the page was made from.
func keepDraft(v *office.Visit, in drafts.Input) (*embraye.Draft, error) {
	id := typedID(v)
	if id == 0 {
		if v.Form("once") == "" { // no page of ours: whoever sends that knows how often
			return v.Rooms.Drafts.Begin(v.Context(), v.By, in)
		}
		return v.Rooms.Drafts.BeginOnce(v.Context(), v.By, in)
	}
	return v.Rooms.Drafts.Save(v.Context(), v.By, id, typedVersion(v), in)
}
