// Package organisation is what the instance says about itself, its profile and
// its legal texts, how it is, and the log of what was decided.
//
// Start reading at organisation.go.
package organisation

import (
	"embed"
	"html/template"

	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

//go:embed templates/*.html
var templateFiles embed.FS

// Wing has the pages of the subject.
func Wing() office.Wing {
	return office.Wing{Routes: routes, Files: templateFiles, Funcs: template.FuncMap{"deed": deed, "decided": decided, "why": why, "more": more, "doer": doer, "legalKind": legalKind, "findings": findings, "choices": choices, "separators": separators}}
}

func routes(p office.Plan) {
	p.See(embraye.Admin, "/office/organisation", showOrganisation)
	p.Send(embraye.Admin, "/office/organisation", change)
	p.See(embraye.Admin, "/office/legal", legal)
	p.Do(embraye.Admin, "/office/legal", changeLegal)
	p.See(embraye.Admin, "/office/chatons", showChatons)
	p.Do(embraye.Admin, "/office/chatons", changeChatons)
	p.See(embraye.Admin, "/office/jobs", jobs)
	p.See(embraye.Admin, "/office/health", health)
	p.Do(embraye.Admin, "/office/health", lookOutside)
	p.See(embraye.Reviewer, "/office/audit", audit)
}
