package web

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"time"

	"embraye/internal/app/drafts"
	"embraye/internal/embraye"
)

// An editorPage is the one page on which a constat is written.
type editorPage struct {
	Draft      *embraye.Draft // ID 0: not saved yet
	Version    int
	Rows       []embraye.Evidence // those there are, and room for more
	Choices    choices
	Preview    template.HTML
	Length     int
	Handle     string
	MayPublish bool
	Colleagues []embraye.Person // who may be asked to read it
	Missing    []embraye.Problem
	Restored   bool // typed before the session had expired
}

// duplicateLast begins with the last constat once more.
func duplicateLast(v *visit) error {
	draft, err := v.rooms.Drafts.DuplicateLast(v.ctx(), v.by)
	if errors.Is(err, embraye.ErrNotFound) {
		return v.redirect("/office/constats/new")
	}
	if err != nil {
		return err
	}
	return v.said(draftPath(draft.ID), "office.said.duplicated")
}

// newDraftForm is an empty page.
func newDraftForm(v *visit) error {
	draft := &embraye.Draft{Content: embraye.Content{Language: v.lang}}
	return v.showEditor(http.StatusOK, draft, nil)
}

func draftPath(id int64) string { return "/office/drafts/" + strconv.FormatInt(id, 10) }

func (v *visit) draftID() (int64, error) {
	id, err := strconv.ParseInt(v.param("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, embraye.ErrNotFound
	}
	return id, nil
}

func draftForm(v *visit) error {
	id, err := v.draftID()
	if err != nil {
		return err
	}
	draft, err := v.rooms.Drafts.Take(v.ctx(), v.by, id)
	if err != nil {
		return err
	}
	if draft.PublishedID != "" {
		return v.redirect("/office/constats/" + draft.PublishedID)
	}
	return v.showEditor(http.StatusOK, draft, nil)
}

// showEditor shows a draft; after a mistake it is what was typed, with the
// problems. What an expired session had kept comes back here.
func (v *visit) showEditor(status int, draft *embraye.Draft, problems []embraye.Problem) error {
	restored := false
	if v.r.Method == http.MethodGet {
		if values, ok := v.typedBefore(); ok {
			v.r.PostForm = values
			in := v.draftInput()
			draft.Scope, draft.Content, draft.Sign = in.Scope, in.Content, in.Sign
			draft.Version = v.typedVersion() // a colleague may have saved meanwhile
			restored = true
		}
	}
	page, err := v.editorPage(draft)
	if err != nil {
		return err
	}
	page.Restored = restored
	return v.render(status, "editor", "office.editor", page, nil, problems)
}

// editorPage is what stands around a draft.
func (v *visit) editorPage(draft *embraye.Draft) (*editorPage, error) {
	page := &editorPage{Draft: draft, Version: draft.Version}
	rules, err := v.rooms.Organisation.Rules(v.ctx())
	if err != nil {
		return nil, err
	}
	page.MayPublish = v.by.May(embraye.Reviewer) == nil || !rules.ReviewRequired && v.by.May(embraye.Editor) == nil
	page.Choices = v.choices()
	page.Rows = append(append([]embraye.Evidence{}, draft.Evidence...), embraye.Evidence{}, embraye.Evidence{})
	html, length := v.rooms.Drafts.Preview(draft)
	page.Preview, page.Length = template.HTML(html), length // made by activitypub, which escapes and sanitises
	if m, ok := v.rooms.App.Reference().Measure(draft.Measure); ok {
		page.Handle = v.site.Mention(m.Handle)
	}
	if draft.ID != 0 {
		page.Missing = v.rooms.Drafts.Check(draft)
	}
	page.Colleagues, err = v.colleagues()
	return page, err
}

// colleagues lists who may be asked to read a draft.
func (v *visit) colleagues() ([]embraye.Person, error) {
	people, err := v.rooms.People.List(v.ctx())
	if err != nil {
		return nil, err
	}
	var list []embraye.Person
	for _, p := range people {
		if !p.Disabled && p.Role.Includes(embraye.Reviewer) && p.ID != v.by.PersonID() {
			list = append(list, p)
		}
	}
	return list, nil
}

// saveDraft saves what was typed, whatever button was pressed, then does what
// the button says. Nothing typed is lost: a mistake, a colleague's save and a
// refused file come back with the text.
func saveDraft(v *visit) error {
	problems, err := v.parseEditor()
	if err != nil {
		return err
	}
	in := v.draftInput()
	if v.form("action") == "autosave" {
		return v.autosave(in)
	}
	draft, err := v.keepDraft(in)
	if err == nil && v.form("action") == "titles" {
		var unread []embraye.Problem
		draft, unread, err = v.findTitles(draft, in)
		problems = append(problems, unread...)
	}
	var conflict *drafts.Conflict
	var invalid *embraye.InvalidError
	switch {
	case errors.As(err, &conflict):
		return v.showConflict(conflict.Theirs)
	case errors.As(err, &invalid):
		typed := &embraye.Draft{Scope: in.Scope, Content: in.Content, Sign: in.Sign}
		typed.ID, typed.Version = v.typedID(), v.typedVersion()
		return v.showEditor(http.StatusBadRequest, typed, append(problems, invalid.Problems...))
	case err != nil:
		return err
	}
	if len(problems) > 0 {
		return v.showEditor(http.StatusBadRequest, draft, problems)
	}
	return v.afterSave(draft)
}

// titlesWithin is how long the pages of the evidence are waited for, all
// together: whoever writes waits too.
const titlesWithin = 15 * time.Second

// findTitles asks the pages of a saved draft's evidence for their titles and
// saves what they say; what was typed stays. A page that does not answer is a
// problem beside its address.
func (v *visit) findTitles(draft *embraye.Draft, in drafts.Input) (*embraye.Draft, []embraye.Problem, error) {
	ctx, cancel := context.WithTimeout(v.ctx(), titlesWithin)
	defer cancel()
	in.Evidence = slices.Clone(in.Evidence)
	unread, err := v.rooms.Drafts.LinkTitles(ctx, v.by, in.Evidence)
	if err != nil {
		return draft, nil, err
	}
	var problems []embraye.Problem
	for _, href := range unread {
		problems = append(problems, embraye.Problem{Field: "evidence", Code: "link_unread", Value: href})
	}
	draft, err = v.rooms.Drafts.Save(v.ctx(), v.by, draft.ID, draft.Version, in)
	return draft, problems, err
}

func (v *visit) typedID() int64 {
	id, _ := v.draftID() // 0 on the page of a new one
	return id
}

func (v *visit) typedVersion() int {
	n, err := strconv.Atoi(v.form("version"))
	if err != nil {
		return 0
	}
	return n
}

// keepDraft saves over the version that the page was made from.
func (v *visit) keepDraft(in drafts.Input) (*embraye.Draft, error) {
	id := v.typedID()
	if id == 0 {
		return v.rooms.Drafts.Begin(v.ctx(), v.by, in)
	}
	return v.rooms.Drafts.Save(v.ctx(), v.by, id, v.typedVersion(), in)
}

func (v *visit) afterSave(draft *embraye.Draft) error {
	here := draftPath(draft.ID)
	switch v.form("action") {
	case "publish":
		if missing := v.rooms.Drafts.Check(draft); len(missing) > 0 {
			return v.showEditor(http.StatusBadRequest, draft, missing)
		}
		return v.redirect(here + "/publish")
	case "review":
		reviewer, err := strconv.ParseInt(v.form("reviewer"), 10, 64)
		if err != nil {
			reviewer = 0 // anybody
		}
		if _, err := v.rooms.Drafts.SendForReview(v.ctx(), v.by, draft.ID, reviewer, v.form("review_note")); err != nil {
			return v.editorProblem(draft, err)
		}
		return v.said("/office", "office.said.review")
	case "return":
		if _, err := v.rooms.Drafts.Return(v.ctx(), v.by, draft.ID, v.form("review_note")); err != nil {
			return v.editorProblem(draft, err)
		}
		return v.said("/office", "office.said.returned")
	case "schedule":
		return v.schedule(draft)
	case "unschedule":
		if _, err := v.rooms.Drafts.Unschedule(v.ctx(), v.by, draft.ID); err != nil {
			return v.editorProblem(draft, err)
		}
		return v.said(here, "office.said.unscheduled")
	case "delete":
		if err := v.rooms.Drafts.Delete(v.ctx(), v.by, draft.ID); err != nil {
			return err
		}
		return v.said("/office", "office.said.deleted")
	}
	return v.said(here, "office.said.saved")
}

// editorProblem shows what the draft lacks, on its page.
func (v *visit) editorProblem(draft *embraye.Draft, err error) error {
	var invalid *embraye.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	return v.showEditor(http.StatusBadRequest, draft, invalid.Problems)
}

// scheduleLayout is how browsers send a date with its time.
const scheduleLayout = "2006-01-02T15:04"

// schedule takes the browser's date and time on the office's clock, as the page
// says.
func (v *visit) schedule(draft *embraye.Draft) error {
	at, err := time.ParseInLocation(scheduleLayout, v.form("scheduled_at"), v.zone())
	if err != nil {
		return v.showEditor(http.StatusBadRequest, draft, []embraye.Problem{{Field: "scheduled_at", Code: "bad_time", Value: v.form("scheduled_at")}})
	}
	if _, err := v.rooms.Drafts.Schedule(v.ctx(), v.by, draft.ID, draft.Version, at); err != nil {
		return v.editorProblem(draft, err)
	}
	return v.said("/office", "office.said.scheduled")
}

// A conflictPage shows both texts; whoever reads it decides.
type conflictPage struct {
	Theirs *embraye.Draft
	Mine   drafts.Input
	Posted map[string][]string // to send again as it was
	Action string
}

func (v *visit) showConflict(theirs *embraye.Draft) error {
	posted := map[string][]string{}
	for name, values := range v.r.PostForm {
		if name != "version" && name != "action" {
			posted[name] = values
		}
	}
	page := &conflictPage{Theirs: theirs, Mine: v.draftInput(), Posted: posted, Action: draftPath(theirs.ID)}
	return v.render(http.StatusConflict, "conflict", "office.conflict", page, nil, nil)
}

// A publishPage is the last look: who receives it, what cannot be taken back.
type publishPage struct {
	Draft     *embraye.Draft
	Preview   template.HTML
	Handle    string
	Followers int
	Servers   int
}

func publishForm(v *visit) error {
	id, err := v.draftID()
	if err != nil {
		return err
	}
	draft, err := v.rooms.Drafts.Take(v.ctx(), v.by, id)
	if err != nil {
		return err
	}
	if draft.PublishedID != "" {
		return v.redirect("/office/constats/" + draft.PublishedID)
	}
	if missing := v.rooms.Drafts.Check(draft); len(missing) > 0 {
		return v.showEditor(http.StatusOK, draft, missing)
	}
	page := &publishPage{Draft: draft}
	html, _ := v.rooms.Drafts.Preview(draft)
	page.Preview = template.HTML(html)
	measure, _ := v.rooms.App.Reference().Measure(draft.Measure)
	page.Handle = v.site.Mention(measure.Handle)
	if page.Followers, page.Servers, err = v.rooms.Drafts.Recipients(v.ctx(), draft.Measure); err != nil {
		return err
	}
	return v.show("publish", "office.publish", page)
}

// publish publishes once, however often the button is pressed.
func publish(v *visit) error {
	id, err := v.draftID()
	if err != nil {
		return err
	}
	published, err := v.rooms.Drafts.Publish(v.ctx(), v.by, id, v.typedVersion())
	if err != nil {
		draft, takeErr := v.rooms.Drafts.Take(v.ctx(), v.by, id)
		if takeErr != nil {
			return takeErr
		}
		var conflict *drafts.Conflict
		if errors.As(err, &conflict) {
			return v.said(draftPath(id), "office.said.changed")
		}
		return v.editorProblem(draft, err)
	}
	return v.said("/office/constats/"+published.Update.ID, "office.said.published")
}
