package web

import (
	"strings"

	"embraye/internal/embraye"
)

// Act names a decision of the audit log.
func (p *officePage) Act(action string) string {
	if key := "office.act." + action; p.catalogue.Has(key) {
		return p.T(key)
	}
	return action
}

// A subject is what a decision was about: words, and a page of the office about
// it if there is one.
type subject struct{ Path, Name string }

// Decided is the subject of a decision.
func (p *officePage) Decided(object string) subject {
	if id, ok := p.office.site.LocalUpdate(embraye.IRI(object)); ok {
		return subject{"/office/constats/" + id, p.T("office.about.constat", id)}
	}
	if id, ok := strings.CutPrefix(object, "draft "); ok {
		return subject{"/office/drafts/" + id, p.T("office.about.draft", id)}
	}
	return subject{Name: object}
}

// Doer names who decided.
func (p *officePage) Doer(e embraye.AuditEntry) string {
	if e.Person == 0 && e.Who == "" {
		return p.T("office.program")
	}
	if e.Person == 0 {
		return p.T("office.operator")
	}
	return e.Who
}
