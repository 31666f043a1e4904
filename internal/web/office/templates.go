package office

import (
	"embed"
	"html/template"
	"io/fs"
	"path"
	"slices"
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
		"roles": Roles, "licences": licences, "pageLanguages": pageLanguages, "draftTitle": draftTitle, "draftPlace": draftPlace, "waiting": waiting,
		"hostOf": hostOf, "replyState": replyState, "profile": profile, "signatoryStates": embraye.SignatoryStates,
		"trouble": trouble, "accountOf": accountOf, "webAddress": webAddress[string], "browserOf": browserOf, "way": way, "draftSteps": draftSteps, "join": strings.Join}
}

// parseTemplates puts the layout and the parts of its wing around each page.
func parseTemplates(wings []Wing) (map[string]*template.Template, error) {
	layout, err := template.New("office").Funcs(funcs()).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html")
	if err != nil {
		return nil, err
	}
	all := map[string]*template.Template{}
	for _, wing := range append([]Wing{{Files: templateFiles}}, wings...) {
		if err := wing.parse(layout, all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (w Wing) parse(layout *template.Template, all map[string]*template.Template) error {
	names, err := fs.Glob(w.Files, "templates/*.html")
	if err != nil {
		return err
	}
	for _, name := range names {
		base := strings.TrimSuffix(path.Base(name), ".html")
		if base == "layout" || base == "parts" {
			continue
		}
		files := []string{name}
		if slices.Contains(names, "templates/parts.html") {
			files = append(files, "templates/parts.html")
		}
		page, err := layout.Clone()
		if err != nil {
			return err
		}
		if all[base], err = page.Funcs(w.Funcs).ParseFS(w.Files, files...); err != nil {
			return err
		}
	}
	return nil
}
