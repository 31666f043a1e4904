package page

import (
	"embed"
	"html/template"
	"io/fs"
	"strings"
)

//go:embed templates/*.html
var layoutFiles embed.FS

// parseTemplates puts the layout around each of the pages.
func parseTemplates(rooms ...fs.FS) (templates, error) {
	layout, err := template.ParseFS(layoutFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	if layout, err = layout.ParseFS(rooms[0], "parts.html"); err != nil {
		return nil, err
	}
	all := templates{}
	for _, pages := range rooms {
		names, err := fs.Glob(pages, "*.html")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			page, err := layout.Clone()
			if err != nil {
				return nil, err
			}
			if all[strings.TrimSuffix(name, ".html")], err = page.ParseFS(pages, name); err != nil {
				return nil, err
			}
		}
	}
	delete(all, "parts")
	return all, nil
}
