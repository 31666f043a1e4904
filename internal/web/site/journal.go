package site

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"

	"embraye/internal/embraye"
	"embraye/internal/translog"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

// journalPage is how many decisions one page of the journal shows.
const journalPage = 40

type journalContent struct {
	*embraye.JournalPage
	Lines    []journalLine
	NextHref string
	Later    bool // not the newest page
	LogHref  string
	Acts     int    // in the log
	First    string // the tile of its first leaves
	Root     string
	Witness  *embraye.WitnessesPage
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

// constatName is the title of a constat; what is withdrawn is named by its date.
func constatName(p *page.Page, u embraye.Update) string {
	switch {
	case u.ID == "":
		return p.T("journal.constat")
	case u.Withdrawn():
		return p.T("journal.constat_withdrawn", p.Day(u.PublishedAt))
	}
	return u.Title
}

func (h *Handler) journalAnswer(ctx context.Context, v *answer.View, before int64) (*answer.Answer, error) {
	data, err := h.pages.JournalPage(ctx, before, journalPage)
	if err != nil {
		return nil, err
	}
	p := h.frame.NewPage(v, h.catalogue.T(v.Lang, "journal.title"))
	p.Description, p.Hidden = p.T("journal.lede"), before > 0
	content := journalContent{JournalPage: data, Later: before > 0, LogHref: "/journal", Acts: int(data.Log.Size), Root: base64.StdEncoding.EncodeToString(data.Log.Root)}
	if data.Log.Epoch > 1 {
		content.LogHref += "/" + strconv.Itoa(data.Log.Epoch)
	}
	content.First = translog.Tile{Level: translog.Entries, W: min(translog.TileWidth, content.Acts)}.Path()
	if before == 0 {
		if content.Witness, err = h.pages.WitnessesPage(ctx); err != nil {
			return nil, err
		}
	}
	for _, e := range data.Entries {
		line := journalLine{AuditEntry: e, What: e.Action, Name: e.Object}
		if key := "journal." + e.Action; h.catalogue.Has(key) {
			line.What = p.T(key)
		}
		id, ours := h.site.LocalUpdate(embraye.IRI(e.Object))
		if !ours && embraye.ValidID(e.Object) {
			id, ours = e.Object, true
		}
		switch {
		case ours:
			line.Href, line.Name = "/constats/"+id, constatName(p, data.Constats[id])
		case embraye.WebAddress(e.Object):
			line.Name = embraye.IRI(e.Object).Host()
		}
		content.Lines = append(content.Lines, line)
	}
	if data.Next > 0 {
		content.NextHref = "?avant=" + strconv.FormatInt(data.Next, 10)
	}
	p.Content = content
	return h.frame.Render("journal", http.StatusOK, p)
}
