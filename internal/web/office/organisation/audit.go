package organisation

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// deed names a decision.
func deed(p *office.Page, action string) string {
	if key := "office.act." + action; p.Catalogue.Has(key) {
		return p.T(key)
	}
	return p.T("office.act.other")
}

// A subject is what a decision was about: words, a page about it if there is
// one, and the line that says exactly what, where the words do not.
type subject struct{ Path, Name, Detail string }

// decided is the subject of a decision.
func decided(p *office.Page, e embraye.AuditEntry) subject {
	if id, ok := p.Site.LocalUpdate(embraye.IRI(e.Object)); ok {
		name := p.T("office.constat")
		if u, known := p.Content.(*embraye.AuditPage).Constats[id]; known && u.Title != "" {
			name = u.Title
		}
		return subject{Path: "/office/constats/" + id, Name: name}
	}
	if id, ok := strings.CutPrefix(e.Object, "draft "); ok {
		name := e.Detail
		if _, title, planned := strings.Cut(e.Detail, " "); e.Action == "draft.schedule" && planned {
			name = title
		}
		return subject{Path: "/office/drafts/" + id, Name: cmp.Or(name, p.T("office.untitled"))}
	}
	if handle, ok := p.Site.LocalActor(embraye.IRI(e.Object)); ok {
		return subject{Path: "/@" + handle, Name: p.Handle(handle)}
	}
	if id, ok := p.Site.LocalNote(embraye.IRI(e.Object)); ok {
		return subject{Path: "/notes/" + id, Name: p.T("office.our_answer")}
	}
	if embraye.WebAddress(e.Object) && e.Object != p.Site.Base {
		return subject{Path: e.Object, Name: office.AccountOf(e.Object), Detail: e.Object}
	}
	return subject{Name: strings.TrimPrefix(strings.TrimPrefix(e.Object, "https://"), "http://")}
}

// why is the reason of a decision in words; that about a person is a role.
func why(p *office.Page, e embraye.AuditEntry) string {
	if strings.HasPrefix(e.Action, "person.") && p.Catalogue.Has("office.role."+e.Reason) {
		return p.Name("office.role", e.Reason)
	}
	return e.Reason
}

// more is what else is known of a decision, in words and as it was written.
func more(p *office.Page, e embraye.AuditEntry) subject {
	address, said, _ := strings.Cut(e.Detail, " ")
	switch {
	case e.Detail == "":
		return subject{}
	case e.Action == "organisation.rules":
		return subject{Name: rulesSaid(p, e.Detail)}
	case e.Action == "organisation.legal":
		return subject{Name: textsSaid(p, e.Detail)}
	case e.Action == "draft.import":
		n, err := strconv.Atoi(address)
		if err != nil {
			return subject{Detail: e.Detail}
		}
		return subject{Name: p.N("office.drafts_made", n)}
	case e.Action == "draft.schedule":
		at, err := time.Parse(time.RFC3339, address)
		if err != nil {
			return subject{}
		}
		return subject{Name: p.T("office.leaves_on", p.Minute(at))}
	case strings.HasPrefix(e.Action, "draft."):
		return subject{} // its title, which names it already
	case embraye.WebAddress(address):
		return subject{Path: address, Name: strings.TrimSpace(office.AccountOf(address) + " " + said), Detail: address}
	}
	return subject{Name: e.Detail}
}

// rulesSaid are rules as "name=true".
func rulesSaid(p *office.Page, detail string) string {
	var list []string
	for rule := range strings.FieldsSeq(detail) {
		name, on, _ := strings.Cut(rule, "=")
		word := "office.rule.no"
		if on == "true" {
			word = "office.rule.yes"
		}
		if p.Catalogue.Has("office.rule." + name) {
			list = append(list, p.T("office.rule."+name)+p.T("site.colon")+p.T(word))
		}
	}
	return strings.Join(list, " · ")
}

// textsSaid are the names of legal texts.
func textsSaid(p *office.Page, detail string) string {
	var list []string
	for name := range strings.FieldsSeq(detail) {
		if p.Catalogue.Has("field." + name) {
			list = append(list, p.T("field."+name))
		}
	}
	return strings.Join(list, ", ")
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
