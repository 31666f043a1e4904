package web

import (
	"errors"
	"net/http"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
)

// A constatsPage lists drafts and published constats, with filters.
type constatsPage struct {
	Drafts  []embraye.Draft
	Updates []embraye.Update
	Filter  embraye.ConstatFilter
	State   string
	Choices choices
	Next    string // ULID to go on from
}

const officePageSize = 50

func listConstats(v *visit) error {
	q := v.r.URL.Query()
	page := &constatsPage{State: q.Get("state"), Choices: v.choices(), Filter: embraye.ConstatFilter{Measure: q.Get("measure"),
		Territory: q.Get("territory"), Subject: embraye.Subject(q.Get("subject")), Stage: embraye.Stage(q.Get("stage")),
		Search: embraye.OneLine(q.Get("q")), Before: q.Get("before"), Limit: officePageSize}}
	if page.Filter.Before != "" && !embraye.ValidID(page.Filter.Before) {
		return embraye.ErrNotFound
	}
	var err error
	switch page.State {
	case "", "published", "withdrawn":
		page.Filter.State = page.State
		if page.Updates, err = v.rooms.Constats.List(v.ctx(), v.by, page.Filter); err != nil {
			return err
		}
	}
	if page.State != "published" && page.State != "withdrawn" && page.Filter.Before == "" && v.by.May(embraye.Editor) == nil {
		if page.Drafts, err = v.rooms.Drafts.List(v.ctx(), v.by, embraye.DraftFilter{State: embraye.DraftState(page.State)}); err != nil {
			return err
		}
	}
	if len(page.Updates) == officePageSize {
		page.Next = page.Updates[len(page.Updates)-1].ID
	}
	return v.show("constats", "office.constats", page)
}

func constat(v *visit) error {
	c, err := v.oneConstat()
	if err != nil {
		return err
	}
	return v.show("constat", "office.constat", c)
}

func (v *visit) oneConstat() (*embraye.OfficeConstat, error) {
	if !embraye.ValidID(v.param("id")) {
		return nil, embraye.ErrNotFound
	}
	return v.rooms.Talk.Constat(v.ctx(), v.by, v.param("id"))
}

// A correctPage is the editor over a published constat.
type correctPage struct {
	Constat *embraye.OfficeConstat
	Draft   *embraye.Draft // what was typed, or what stands
	Rows    []embraye.Evidence
	Choices choices
	Reason  string
	Kind    string
	Quiet   bool
}

func correctForm(v *visit) error {
	c, err := v.oneConstat()
	if err != nil {
		return err
	}
	if c.Update.Withdrawn() {
		return embraye.ErrGone
	}
	draft := &embraye.Draft{Scope: c.Update.Scope, Content: c.Update.Content}
	page := &correctPage{Constat: c, Draft: draft, Kind: "typo"}
	if values, ok := v.typedBefore(); ok {
		v.r.PostForm = values
		page.Draft.Content = v.corrected(c.Update)
		page.Kind, page.Reason, page.Quiet = v.form("kind"), v.form("reason"), v.form("quiet") != ""
	}
	return v.showCorrect(http.StatusOK, page, nil)
}

func (v *visit) showCorrect(status int, page *correctPage, problems []embraye.Problem) error {
	page.Choices = v.choices()
	page.Rows = append(append([]embraye.Evidence{}, page.Draft.Evidence...), embraye.Evidence{}, embraye.Evidence{})
	return v.render(status, "correct", "office.correct", page, nil, problems)
}

// corrected is the content as typed; what the form does not show stays.
func (v *visit) corrected(u embraye.Update) embraye.Content {
	in := v.draftInput().Content
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

func correct(v *visit) error {
	problems, err := v.parseEditor()
	if err != nil {
		return err
	}
	c, err := v.oneConstat()
	if err != nil {
		return err
	}
	content := v.corrected(c.Update)
	input := constats.ReviseInput{Kind: embraye.RevisionKind(v.form("kind")), Reason: v.form("reason"), Quiet: v.form("quiet") != "", Content: content}
	page := &correctPage{Constat: c, Draft: &embraye.Draft{Scope: c.Update.Scope, Content: content}, Kind: v.form("kind"), Reason: input.Reason, Quiet: input.Quiet}
	if len(problems) > 0 {
		return v.showCorrect(http.StatusBadRequest, page, problems)
	}
	_, err = v.rooms.Constats.Revise(v.ctx(), v.by, c.Update.ID, input)
	var invalid *embraye.InvalidError
	if errors.As(err, &invalid) {
		return v.showCorrect(http.StatusBadRequest, page, invalid.Problems)
	}
	if err != nil {
		return err
	}
	return v.said("/office/constats/"+c.Update.ID, "office.said.corrected")
}

func withdrawForm(v *visit) error {
	c, err := v.oneConstat()
	if err != nil {
		return err
	}
	if c.Update.Withdrawn() {
		return v.redirect("/office/constats/" + c.Update.ID)
	}
	return v.show("withdraw", "office.withdraw", c)
}

func withdraw(v *visit) error {
	c, err := v.oneConstat()
	if err != nil {
		return err
	}
	err = v.rooms.Constats.Withdraw(v.ctx(), v.by, c.Update.ID, constats.WithdrawInput{Reason: v.form("reason"), Erase: v.form("erase") != ""})
	if errors.Is(err, embraye.ErrGone) {
		return v.redirect("/office/constats/" + c.Update.ID)
	}
	if err != nil {
		return v.again(err, "withdraw", "office.withdraw", c)
	}
	return v.said("/office/constats/"+c.Update.ID, "office.said.withdrawn")
}
