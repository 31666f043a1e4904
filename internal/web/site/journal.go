package site

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

// journalPage is how many decisions one page of the journal shows.
const journalPage = 40

type journalContent struct {
	*embraye.JournalPage
	Lines    []journalLine
	NextHref string
	Later    bool // not the newest page
}

type journalLine struct {
	embraye.AuditEntry
	What string // the decision in words
	Href string // of a thing of ours
	Name string // of what it was about
}

// journal is the public list of decisions, without the people who took them.
func (h *Handler) journal(w http.ResponseWriter, r *http.Request) {
	var before int64
	if typed := r.URL.Query().Get("avant"); typed != "" {
		var err error
		if before, err = strconv.ParseInt(typed, 10, 64); err != nil || before < 1 || len(typed) > 18 {
			h.answers.Fail(w, r, fmt.Errorf("web: page of the journal: %w", embraye.ErrInvalid))
			return
		}
	}
	query := ""
	if before > 0 {
		query = "avant=" + strconv.FormatInt(before, 10)
	}
	h.answers.ServeQuery(answer.PageOnly, query, func(ctx context.Context, v *answer.View) (*answer.Answer, error) {
		return h.journalAnswer(ctx, v, before)
	})(w, r)
}

func (h *Handler) journalAnswer(ctx context.Context, v *answer.View, before int64) (*answer.Answer, error) {
	data, err := h.pages.JournalPage(ctx, before, journalPage)
	if err != nil {
		return nil, err
	}
	page := h.frame.NewPage(v, h.catalogue.T(v.Lang, "journal.title"))
	page.Description, page.Hidden = page.T("journal.lede"), before > 0
	content := journalContent{JournalPage: data, Later: before > 0}
	for _, e := range data.Entries {
		line := journalLine{AuditEntry: e, What: e.Action, Name: e.Object}
		if key := "journal." + e.Action; h.catalogue.Has(key) {
			line.What = page.T(key)
		}
		if id, ok := h.site.LocalUpdate(embraye.IRI(e.Object)); ok {
			line.Href, line.Name = "/constats/"+id, page.T("journal.constat")
		} else if embraye.ValidID(e.Object) {
			line.Href, line.Name = "/constats/"+e.Object, page.T("journal.constat")
		}
		content.Lines = append(content.Lines, line)
	}
	if data.Next > 0 {
		content.NextHref = "?avant=" + strconv.FormatInt(data.Next, 10)
	}
	page.Content = content
	return h.frame.Render("journal", http.StatusOK, page)
}
