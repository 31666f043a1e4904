package office

import (
	"embed"
	"fmt"
	"html/template"
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

// parseTemplates makes one set of the layout, the parts that all wings have and
// the pages of each wing: what they share is kept once. So a wing's functions
// have names of their own.
func parseTemplates(wings []Wing) (*page.Templates, error) {
	all, named := append([]Wing{{Files: templateFiles, Funcs: funcs()}}, wings...), template.FuncMap{}
	for _, wing := range all {
		for name, f := range wing.Funcs {
			if named[name] != nil {
				return nil, fmt.Errorf("web: two functions of the office's templates are called %s", name)
			}
			named[name] = f
		}
	}
	set := page.NewTemplates(named)
	for _, wing := range all {
		if err := set.Add(wing.Files, "templates/*.html"); err != nil {
			return nil, err
		}
	}
	return set, nil
}
