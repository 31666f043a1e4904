package organisation

import (
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// act names a decision of the audit log.
func act(p *office.Page, action string) string {
	if key := "office.act." + action; p.Catalogue.Has(key) {
		return p.T(key)
	}
	return action
}

// A subject is what a decision was about: words, and a page of the office about
// it if there is one.
type subject struct{ Path, Name string }

// decided is the subject of a decision.
func decided(p *office.Page, object string) subject {
	if id, ok := p.Site.LocalUpdate(embraye.IRI(object)); ok {
		return subject{"/office/constats/" + id, p.T("office.about.constat", id)}
	}
	if id, ok := strings.CutPrefix(object, "draft "); ok {
		return subject{"/office/drafts/" + id, p.T("office.about.draft", id)}
	}
	return subject{Name: object}
}

// doer names who decided.
func doer(p *office.Page, e embraye.AuditEntry) string {
	if e.Person == 0 && e.Who == "" {
		return p.T("office.program")
	}
	if e.Person == 0 {
		return p.T("office.operator")
	}
	return e.Who
}

func audit(v *office.Visit) error {
	before, err := v.Before()
	if err != nil {
		return err
	}
	page, err := v.Rooms.App.Audit(v.Context(), v.By, before)
	if err != nil {
		return err
	}
	return v.Show("audit", "office.audit", page)
}
