package constats

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// A constatsPage lists drafts and published constats, with filters.
type constatsPage struct {
	Drafts  []embraye.Draft
	Updates []embraye.Update
	Filter  embraye.ConstatFilter
	State   string
	Names   map[int64]string // of who writes and reads drafts
	Choices choices          // its measures are those about which there is, or can be, something
	Next    string           // ULID to go on from
	Drafted int              // how many drafts to pass over on the next page of them
}

func listConstats(v *office.Visit) error {
	q := v.R.URL.Query()
	page := &constatsPage{State: q.Get("state"), Choices: choices{Places: wherePublished(v, q.Get("territory"))}, Filter: embraye.ConstatFilter{Measure: q.Get("measure"),
		Territory: q.Get("territory"), Subject: embraye.Subject(q.Get("subject")), Stage: embraye.Stage(q.Get("stage")),
		Search: embraye.OneLine(q.Get("q")), Before: q.Get("before"), Limit: constatsPageSize}}
	if page.Filter.Before != "" && !embraye.ValidID(page.Filter.Before) {
		return embraye.ErrNotFound
	}
	measures, err := v.Rooms.Constats.Measures(v.Context())
	if err != nil {
		return err
	}
	page.Choices.Measures = named(v, measures)
	switch page.State {
	case "", "published", "withdrawn":
		page.Filter.State = page.State
		if page.Updates, err = v.Rooms.Constats.List(v.Context(), v.By, page.Filter); err != nil {
			return err
		}
	}
	if err := page.addDrafts(v); err != nil {
		return err
	}
	if len(page.Updates) == constatsPageSize {
		page.Next = page.Updates[len(page.Updates)-1].ID
	}
	return v.Show("constats", "office.constats", page)
}

// How many lines of each kind the list has: with its filters it stays a light
// page.
const (
	constatsPageSize = 20
	draftsPageSize   = 10
)

// addDrafts lists the drafts that the filters fit, as they fit constats.
func (page *constatsPage) addDrafts(v *office.Visit) error {
	if page.State == "published" || page.State == "withdrawn" || page.Filter.Before != "" || v.By.May(embraye.Editor) != nil {
		return nil
	}
	skip, err := strconv.Atoi(cmp.Or(v.R.URL.Query().Get("drafts"), "0"))
	if err != nil || skip < 0 {
		return embraye.ErrNotFound
	}
	f := page.Filter
	page.Drafts, err = v.Rooms.Drafts.List(v.Context(), v.By, embraye.DraftFilter{Kind: embraye.DraftConstat, State: embraye.DraftState(page.State), Measure: f.Measure, Territory: f.Territory,
		Subject: f.Subject, Stage: f.Stage, Search: f.Search, Skip: skip, Limit: draftsPageSize + 1})
	if err != nil {
		return err
	}
	if len(page.Drafts) > draftsPageSize {
		page.Drafts, page.Drafted = page.Drafts[:draftsPageSize], skip+draftsPageSize
	}
	page.Names, err = v.Names()
	return err
}

// wherePublished are the places of the filter. Departments would outweigh the
// page; an address may name one.
func wherePublished(v *office.Visit, chosen string) []office.OptionGroup {
	groups := places(v)
	departments := &groups[len(groups)-1]
	departments.Options = slices.DeleteFunc(departments.Options, func(o office.Option) bool { return o.Value != chosen })
	if len(departments.Options) == 0 {
		groups = groups[:len(groups)-1]
	}
	return groups
}

// ask passes on to those who may correct a constat what somebody would correct,
// or closes that.
func ask(v *office.Visit) error {
	c, err := read(v)
	if err != nil {
		return err
	}
	said := "office.said.asked"
	if v.Form("action") == "close" {
		said, err = "office.said.done", v.Rooms.Constats.CloseAsked(v.Context(), v.By, c.Update.ID)
	} else {
		err = v.Rooms.Constats.AskCorrection(v.Context(), v.By, c.Update.ID, v.Form("ask"))
	}
	if err != nil {
		return v.Again(err, "constat", "office.constat", c)
	}
	return v.Said("/office/constats/"+c.Update.ID, said)
}

func one(v *office.Visit) error {
	c, err := read(v)
	if err != nil {
		return err
	}
	return v.Show("constat", "office.constat", c)
}

func read(v *office.Visit) (*embraye.OfficeConstat, error) {
	if !embraye.ValidID(v.Param("id")) {
		return nil, embraye.ErrNotFound
	}
	return v.Rooms.Talk.Constat(v.Context(), v.By, v.Param("id"))
}

// A correctPage is the editor over a published constat.
type correctPage struct {
	Constat *embraye.OfficeConstat
	Draft   *embraye.Draft // what was typed, or what stands
	Proofs  []proof
	Choices choices
	Reviews []embraye.ShownReview // that the correction can take up
	TakenUp []string              // those that are ticked
	Reason  string
	Kind    string
	Quiet   bool
	Over    int // the version that is corrected
}

func correctForm(v *office.Visit) error {
	c, err := read(v)
	if err != nil {
		return err
	}
	if c.Update.Withdrawn() {
		return embraye.ErrGone
	}
	if !c.MayCorrect {
		return embraye.ErrForbidden
	}
	draft := &embraye.Draft{Scope: c.Update.Scope, Content: c.Update.Content}
	page := &correctPage{Constat: c, Draft: draft, Kind: "typo", Over: c.Update.Revision}
	if values, ok := v.TypedBefore(); ok {
		v.R.PostForm = values
		if page.Draft.Content, err = corrected(v, c.Update); err != nil {
			return err
		}
		page.Kind, page.Reason, page.Quiet, page.Over = v.Form("kind"), v.Form("reason"), v.Form("quiet") != "", typedVersion(v)
	}
	return showCorrect(v, http.StatusOK, page, nil)
}

func showCorrect(v *office.Visit, status int, page *correctPage, problems []embraye.Problem) error {
	var err error
	if page.Choices, err = readChoices(v); err != nil {
		return err
	}
	if page.Proofs, err = readProofs(v, page.Draft.Evidence); err != nil {
		return err
	}
	if page.Reviews, err = v.Rooms.Reviews.Office().OfOurs(v.Context(), &page.Constat.Update); err != nil {
		return err
	}
	if page.TakenUp = v.R.PostForm["integrates"]; v.R.Method == http.MethodGet {
		page.TakenUp = append(page.TakenUp, v.R.URL.Query().Get("integrates"))
	}
	return v.Render(status, "correct", "office.correct", page, nil, problems)
}

// corrected is the content as typed; what the form does not show stays.
func corrected(v *office.Visit, u embraye.Update) (embraye.Content, error) {
	in := draftInput(v).Content
	in.Language = u.Language
	before, err := v.Rooms.Constats.TakenUp(v.Context(), &u, embraye.RevisionKind(v.Form("kind")))
	in = in.WithIntegrated(before, v.R.PostForm["integrates"])
	for i := range in.Evidence {
		e := &in.Evidence[i]
		old := embraye.KnownEvidence(u.Evidence, e.Href) // the copy, and the day it was read, belong to the page
		e.ArchivedAt, e.Consulted = old.ArchivedAt, cmp.Or(e.Consulted, old.Consulted)
	}
	return in, err
}

func correct(v *office.Visit) error {
	problems, err := parseEditor(v)
	if err != nil {
		return err
	}
	c, err := read(v)
	if err != nil {
		return err
	}
	if !c.MayCorrect && !c.Update.Withdrawn() {
		return embraye.ErrForbidden
	}
	content, err := corrected(v, c.Update)
	if err != nil {
		return err
	}
	input := constats.ReviseInput{Kind: embraye.RevisionKind(v.Form("kind")), Reason: v.Form("reason"), Quiet: v.Form("quiet") != "", Content: content, Over: typedVersion(v)}
	page := &correctPage{Constat: c, Draft: &embraye.Draft{Scope: c.Update.Scope, Content: content}, Kind: v.Form("kind"), Reason: input.Reason, Quiet: input.Quiet, Over: input.Over}
	if len(problems) > 0 {
		return showCorrect(v, http.StatusBadRequest, page, problems)
	}
	switch action := v.Form("action"); {
	case aboutProofs(action), action == "edit":
		return showCorrect(v, http.StatusOK, page, nil)
	case action == "look" && input.Kind == embraye.Substance:
		return look(v, page, input)
	}
	_, err = v.Rooms.Constats.Revise(v.Context(), v.By, c.Update.ID, input)
	if err != nil {
		return correctAgain(v, page, err)
	}
	return v.Said("/office/constats/"+c.Update.ID, "office.said.corrected")
}

// correctAgain shows a correction once more with what is wrong with it. That
// somebody else was faster is said once: sending it again is meant.
func correctAgain(v *office.Visit, page *correctPage, err error) error {
	var invalid *embraye.InvalidError
	if !errors.As(err, &invalid) {
		if errors.Is(err, embraye.ErrConflict) {
			err = office.Late(v, err, "/office/constats/"+page.Constat.Update.ID)
		}
		return err
	}
	if office.Revised(err) {
		page.Over = page.Constat.Update.Revision
	}
	return showCorrect(v, http.StatusBadRequest, page, invalid.Problems)
}

func withdrawForm(v *office.Visit) error {
	c, err := read(v)
	if err != nil {
		return err
	}
	if c.Update.Withdrawn() {
		return v.Redirect("/office/constats/" + c.Update.ID)
	}
	if !c.MayCorrect {
		return embraye.ErrForbidden
	}
	return v.Show("withdraw", "office.withdraw", c)
}

func withdraw(v *office.Visit) error {
	c, err := read(v)
	if err != nil {
		return err
	}
	if !c.MayCorrect && !c.Update.Withdrawn() {
		return embraye.ErrForbidden
	}
	err = v.Rooms.Constats.Withdraw(v.Context(), v.By, c.Update.ID, constats.WithdrawInput{Reason: v.Form("reason"), Erase: v.Form("erase") != ""})
	if errors.Is(err, embraye.ErrGone) {
		return v.Redirect("/office/constats/" + c.Update.ID)
	}
	if err != nil {
		return v.Again(err, "withdraw", "office.withdraw", c)
	}
	return v.Said("/office/constats/"+c.Update.ID, "office.said.withdrawn")
}
