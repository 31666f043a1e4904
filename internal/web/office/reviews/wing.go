// Package reviews is where reviews are given and received: what peers say and is
// still to be read, drafts of reviews, ours and what came of them, and those of
// others, which are shown, hidden and answered.
//
// Who may do what, and what may be said, is decided where the command line asks
// too: app/reviews and app/drafts. Start reading at write.go.
package reviews

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
	return office.Wing{Routes: routes, Files: templateFiles, Funcs: template.FuncMap{"verdicts": verdicts, "reviewStates": reviewStates, "sources": sources, "speaker": speaker,
		"writer": writer, "moment": moment, "rowOf": rowOf, "act": act, "queueOf": queueOf, "toldOf": toldOf}}
}

func routes(p office.Plan) {
	p.See(embraye.Reader, "/office/reviews", toRead)
	p.See(embraye.Editor, "/office/reviews/new", newForm)
	p.Do(embraye.Editor, "/office/reviews/new", begin)
	p.See(embraye.Editor, "/office/reviews/drafts/{id}", draftForm)
	p.Do(embraye.Editor, "/office/reviews/drafts/{id}", save)
	p.See(embraye.Reader, "/office/reviews/ours", ours)
	p.See(embraye.Reader, "/office/reviews/ours/{id}", our)
	p.See(embraye.Editor, "/office/reviews/ours/{id}/correct", correctForm)
	p.Do(embraye.Editor, "/office/reviews/ours/{id}/correct", correct)
	p.See(embraye.Editor, "/office/reviews/ours/{id}/withdraw", withdrawForm)
	p.Do(embraye.Editor, "/office/reviews/ours/{id}/withdraw", withdraw)
	p.See(embraye.Reader, "/office/reviews/received", received)
	p.See(embraye.Reader, "/office/reviews/received/{id}", receivedOne)
	p.Do(embraye.Reviewer, "/office/reviews/received/{id}", decide)
}
