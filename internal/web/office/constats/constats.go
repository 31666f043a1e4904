package constats

import (
	"errors"
	"net/http"

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
	Choices choices // its measures are those about which there is, or can be, something
	Next    string  // ULID to go on from
}

func listConstats(v *office.Visit) error {
	q := v.R.URL.Query()
	page := &constatsPage{State: q.Get("state"), Choices: choices{Places: places(v)}, Filter: embraye.ConstatFilter{Measure: q.Get("measure"),
		Territory: q.Get("territory"), Subject: embraye.Subject(q.Get("subject")), Stage: embraye.Stage(q.Get("stage")),
		Search: embraye.OneLine(q.Get("q")), Before: q.Get("before"), Limit: office.PageSize}}
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
	if page.State != "published" && page.State != "withdrawn" && page.Filter.Before == "" && v.By.May(embraye.Editor) == nil {
		if page.Drafts, err = v.Rooms.Drafts.List(v.Context(), v.By, embraye.DraftFilter{State: embraye.DraftState(page.State)}); err != nil {
			return err
		}
	}
	if len(page.Updates) == office.PageSize {
		page.Next = page.Updates[len(page.Updates)-1].ID
	}
	return v.Show("constats", "office.constats", page)
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
	Reason  string
	Kind    string
	Quiet   bool
}

func correctForm(v *office.Visit) error {
	c, err := read(v)
	if err != nil {
		return err
	}
	if c.Update.Withdrawn() {
		return embraye.ErrGone
	}
	draft := &embraye.Draft{Scope: c.Update.Scope, Content: c.Update.Content}
	page := &correctPage{Constat: c, Draft: draft, Kind: "typo"}
	if values, ok := v.TypedBefore(); ok {
		v.R.PostForm = values
		page.Draft.Content = corrected(v, c.Update)
		page.Kind, page.Reason, page.Quiet = v.Form("kind"), v.Form("reason"), v.Form("quiet") != ""
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
	return v.Render(status, "correct", "office.correct", page, nil, problems)
}

// corrected is the content as typed; what the form does not show stays.
func corrected(v *office.Visit, u embraye.Update) embraye.Content {
	in := draftInput(v).Content
	in.Language = u.Language
	for i := range in.Evidence {
		for _, old := range u.Evidence {
			if old.Href == in.Evidence[i].Href { // the copy, and the day it was read, belong to the address
				in.Evidence[i].ArchivedAt = old.ArchivedAt
				if in.Evidence[i].Consulted == "" {
					in.Evidence[i].Consulted = old.Consulted
				}
			}
		}
	}
	return in
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
	content := corrected(v, c.Update)
	input := constats.ReviseInput{Kind: embraye.RevisionKind(v.Form("kind")), Reason: v.Form("reason"), Quiet: v.Form("quiet") != "", Content: content}
	page := &correctPage{Constat: c, Draft: &embraye.Draft{Scope: c.Update.Scope, Content: content}, Kind: v.Form("kind"), Reason: input.Reason, Quiet: input.Quiet}
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
	var invalid *embraye.InvalidError
	if errors.As(err, &invalid) {
		return showCorrect(v, http.StatusBadRequest, page, invalid.Problems)
	}
	if err != nil {
		return err
	}
	return v.Said("/office/constats/"+c.Update.ID, "office.said.corrected")
}

func withdrawForm(v *office.Visit) error {
	c, err := read(v)
	if err != nil {
		return err
	}
	if c.Update.Withdrawn() {
		return v.Redirect("/office/constats/" + c.Update.ID)
	}
	return v.Show("withdraw", "office.withdraw", c)
}

func withdraw(v *office.Visit) error {
	c, err := read(v)
	if err != nil {
		return err
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
