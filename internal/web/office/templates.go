package office

import (
	"embed"
	"html/template"
	"io/fs"
	"path"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/web/page"
)

//go:embed templates/*.html
var templateFiles embed.FS

// funcs are what all templates of the office may call; nothing here reads or
// writes.
func funcs() template.FuncMap {
	return template.FuncMap{"inc": func(n int) int { return n + 1 }, "plain": page.PlainName, "lines": lines, "includes": includes, "clean": clean,
		"stages": stages, "subjects": subjects, "confidences": confidences, "institutionKinds": institutionKinds, "revisionKinds": revisionKinds,
		"roles": Roles, "licences": licences, "pageLanguages": pageLanguages, "draftTitle": draftTitle, "draftPlace": draftPlace, "waiting": waiting, "whyNot": whyNot,
		"hostOf": hostOf, "replyState": replyState, "profile": profile, "signatoryStates": embraye.SignatoryStates,
		"trouble": trouble, "accountOf": accountOf, "webAddress": webAddress[string], "browserOf": browserOf, "way": way, "draftSteps": draftSteps, "join": strings.Join}
}

// parseTemplates finds the templates of each page: those of its wing, with the
// layout and the parts that all wings have.
func parseTemplates(wings []Wing) (map[string]*page.Templates, error) {
	all := map[string]*page.Templates{}
	for _, wing := range append([]Wing{{Files: templateFiles}}, wings...) {
		if err := wing.parse(all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (w Wing) parse(all map[string]*page.Templates) error {
	set := page.NewTemplates(funcs(), w.Funcs)
	if err := set.Add(templateFiles, "templates/*.html"); err != nil {
		return err
	}
	if w.Files != fs.FS(templateFiles) {
		if err := set.Add(w.Files, "templates/*.html"); err != nil {
			return err
		}
	}
	names, err := fs.Glob(w.Files, "templates/*.html")
	for _, name := range names {
		all[path.Base(name)] = set
	}
	return err
}
