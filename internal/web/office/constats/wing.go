// Package constats is where constats are written and kept right: the list, the
// editor of drafts, publication, corrections and withdrawals, files, the import.
//
// Nothing typed is lost: a mistake, a colleague's save and a refused file come
// back with the text. Start reading at draft.go.
package constats

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
	return office.Wing{Routes: routes, Files: templateFiles, Funcs: template.FuncMap{"contentLanguages": contentLanguages, "moreOpen": moreOpen, "indicator": indicator,
		"relations": relations, "takeUps": takeUps, "relationKinds": relationKinds, "statesOf": statesOf, "commune": commune, "scheduled": scheduled, "about": about,
		"picture": picture, "thumbnail": thumbnail, "rowError": rowError, "clock": clock, "kept": kept, "missing": missing, "wrongOnes": wrongOnes, "pictures": pictures, "web": embraye.WebAddress, "proofAction": proofAction, "emptyCard": emptyCard, "peerName": peerName, "copyID": copyID}}
}

func routes(p office.Plan) {
	p.See(embraye.Reader, "/office/constats", listConstats)
	p.See(embraye.Editor, "/office/constats/new", newDraftForm)
	p.Send(embraye.Editor, "/office/constats/new", saveDraft)
	p.Do(embraye.Editor, "/office/constats/last", duplicateLast)
	p.See(embraye.Editor, "/office/drafts/{id}", draftForm)
	p.Send(embraye.Editor, "/office/drafts/{id}", saveDraft)
	p.See(embraye.Editor, "/office/drafts/{id}/preuves", draftCopies)
	p.Do(embraye.Editor, "/office/drafts/{id}/preuves", askCopies)
	p.See(embraye.Editor, "/office/drafts/{id}/publish", publishForm)
	p.Do(embraye.Editor, "/office/drafts/{id}/publish", publish)
	p.Send(embraye.Editor, "/office/files", uploadFile)
	p.See(embraye.Editor, "/office/import", importForm)
	p.See(embraye.Editor, "/office/import/template.csv", importTemplate)
	p.Send(embraye.Editor, "/office/import", importConstats)
	p.See(embraye.Reader, "/office/constats/{id}", one)
	p.See(embraye.Editor, "/office/constats/{id}/correct", correctForm)
	p.Send(embraye.Editor, "/office/constats/{id}/correct", correct)
	p.See(embraye.Editor, "/office/constats/{id}/withdraw", withdrawForm)
	p.Do(embraye.Editor, "/office/constats/{id}/withdraw", withdraw)
	p.Do(embraye.Reader, "/office/constats/{id}/ask", ask)
}
