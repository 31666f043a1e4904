package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// ActionMailed is what the audit log says of the mail with a link of a kind.
func ActionMailed(kind embraye.LinkKind) string { return "person." + string(kind) + "_mailed" }

// ActionNotMailed is what it says when the mail could not be sent.
func ActionNotMailed(kind embraye.LinkKind) string { return "person." + string(kind) + "_not_mailed" }

// notMailedMatters is how long an invitation that did not go is for somebody to see to.
const notMailedMatters = 7 * 24 * time.Hour

// InvitesNotMailed lists whose invitation lately could not be sent, unless
// something has become of it since; Detail is what the mail server answered.
func InvitesNotMailed(ctx context.Context, desk *App, t store.Tables) ([]embraye.AuditEntry, error) {
	return desk.Unsettled(ctx, t, notMailedMatters, ActionNotMailed(embraye.InviteLink), "person.invite", "person.uninvite", "person.join", "person.add")
}

// auditPage is how many decisions one page shows.
const auditPage = 50

// Audit lists decisions, newest first. Addresses of people are for those who
// look after people (W26).
func (a *App) Audit(ctx context.Context, by embraye.Acting, before int64) (*embraye.AuditPage, error) {
	if err := by.May(embraye.Reviewer); err != nil {
		return nil, fmt.Errorf("app: audit: %w", err)
	}
	entries, err := a.Store.Tables().Audit.Page(ctx, before, auditPage+1)
	if err != nil {
		return nil, err
	}
	page := &embraye.AuditPage{Entries: entries}
	if len(entries) > auditPage {
		page.Entries = entries[:auditPage]
		page.Next = page.Entries[auditPage-1].ID
	}
	var ids []string
	for _, e := range page.Entries {
		if id, ok := a.Site.LocalUpdate(embraye.IRI(e.Object)); ok {
			ids = append(ids, id)
		}
	}
	if page.Constats, err = a.Store.Tables().Updates.Among(ctx, ids); err != nil {
		return nil, err
	}
	if by.May(embraye.Admin) == nil {
		return page, nil
	}
	for i := range page.Entries {
		if e := &page.Entries[i]; e.Action == "setup" || strings.HasPrefix(e.Action, "person.") {
			e.Object, e.Detail = "", ""
		}
	}
	return page, nil
}

// Record writes the audit log; public entries also stand in the journal,
// without the person.
func (a *App) Record(ctx context.Context, t store.Tables, by embraye.Acting, action, object, reason string, public bool) error {
	return write(ctx, a, t, &embraye.AuditEntry{At: a.Stamp(), Person: by.PersonID(), Who: by.Name(),
		Action: action, Object: object, Reason: reason, Public: public})
}

// RecordDetail is Record with what only the office may see, the address of a
// stranger say.
func (a *App) RecordDetail(ctx context.Context, t store.Tables, by embraye.Acting, action, object, reason, detail string, public bool) error {
	return write(ctx, a, t, &embraye.AuditEntry{At: a.Stamp(), Person: by.PersonID(), Who: by.Name(),
		Action: action, Object: object, Reason: reason, Detail: detail, Public: public})
}

// ActionResetAsked is that somebody lost a password.
const ActionResetAsked = "person.reset_asked"
