// Package proofs is the room of copies of evidence: how each stands, asking again,
// handing in, deciding who sees what, taking away.
//
// Start reading at list.go.
package proofs

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
	return office.Wing{Routes: routes, Files: templateFiles, Funcs: template.FuncMap{"copyStates": copyStates, "copyLooks": copyLooks, "visibilities": visibilities, "copyLicences": copyLicences}}
}

func routes(p office.Plan) {
	p.See(embraye.Reader, "/office/preuves", list)
	p.Do(embraye.Editor, "/office/preuves", ask)
	p.See(embraye.Editor, "/office/preuves/new", newForm)
	p.Send(embraye.Editor, "/office/preuves/new", handIn)
	p.See(embraye.Reader, "/office/preuves/{id}", one)
	p.Do(embraye.Editor, "/office/preuves/{id}", change)
	p.See(embraye.Editor, "/office/preuves/{id}/copie.wacz", download)
}
