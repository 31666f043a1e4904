package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"path"
)

//go:embed templates/*.html
var layoutFiles embed.FS

// Templates are pages, what they share, and the layouts that stand around them: a
// page is filled first, and then the layout, which gets it as its Body. So each
// is kept, and made safe, once, not once more with every page.
type Templates struct {
	set   *template.Template
	funcs template.FuncMap
}

// NewTemplates is an empty set, whose templates may call functions.
func NewTemplates(funcs ...template.FuncMap) *Templates {
	t := &Templates{set: template.New(""), funcs: template.FuncMap{"prose": prose}}
	for _, some := range funcs {
		maps.Copy(t.funcs, some)
	}
	t.set.Funcs(t.funcs)
	return t
}

// Add parses files by a pattern. What a file defines as its content becomes the
// page of the file's name (home.html); every other name is one of the whole set.
func (t *Templates) Add(files fs.FS, pattern string) error {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		return err
	}
	for _, name := range names {
		file, err := template.New(name).Funcs(t.funcs).ParseFS(files, name)
		if err != nil {
			return err
		}
		for _, part := range file.Templates() {
			if err := t.keep(part, path.Base(name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *Templates) keep(part *template.Template, file string) error {
	name := part.Name()
	switch {
	case part.Tree == nil || name == file: // what stands around the definitions
		return nil
	case name == "content":
		name = file
	}
	if t.set.Lookup(name) != nil {
		return fmt.Errorf("%s: there is a template %s already", file, name)
	}
	_, err := t.set.AddParseTree(name, part.Tree)
	return err
}

// Fill fills a template, or the page of a file.
func (t *Templates) Fill(name string, data any) ([]byte, error) {
	var out bytes.Buffer
	err := t.set.ExecuteTemplate(&out, name, data)
	return out.Bytes(), err
}

// parseTemplates are the layouts, and the pages of all rooms.
func parseTemplates(rooms ...fs.FS) (*Templates, error) {
	t := NewTemplates()
	if err := t.Add(layoutFiles, "templates/*.html"); err != nil {
		return nil, err
	}
	for _, files := range rooms {
		if err := t.Add(files, "*.html"); err != nil {
			return nil, err
		}
	}
	return t, nil
}
