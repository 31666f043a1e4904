package leave

import (
	"context"
	_ "embed"
	"encoding/json"
	"io"
	"text/template"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/export"
)

//go:embed readme.txt
var readMe string

// readMe says what each file is, in French and in English.
func (w *writing) readMe(ctx context.Context) error {
	frame, err := w.Store.Pages().FramePage(ctx)
	if err != nil {
		return err
	}
	text, err := template.New("").Parse(readMe)
	if err != nil {
		return err
	}
	return w.folder.write("README.txt", "", func(out io.Writer) error {
		return text.Execute(out, map[string]string{"Name": frame.Organisation.Name, "Base": w.Site.Base, "At": w.Now().UTC().Format(time.RFC3339), "Version": w.Version})
	})
}

// tables are the files of /donnees, and what describes them.
func (w *writing) tables(ctx context.Context) error {
	pages := w.Store.Pages()
	constats := func(open func(io.Writer) export.Writer) func(io.Writer) error {
		return func(out io.Writer) error {
			rows := open(out)
			if err := w.Constats(ctx, pages, nil, rows); err != nil {
				return err
			}
			return rows.Close()
		}
	}
	reviews := func(open func(io.Writer) export.ReviewWriter) func(io.Writer) error {
		return func(out io.Writer) error { return w.Reviews(ctx, pages, nil, open(out)) }
	}
	organisations, err := w.Organisations(ctx, pages)
	if err != nil {
		return err
	}
	for _, file := range []struct {
		name string
		fill func(io.Writer) error
	}{
		{"constats.csv", constats(export.NewCSV)}, {constatsFile, constats(export.NewJSON)},
		{"avis.csv", reviews(export.NewReviewsCSV)}, {"avis.json", reviews(export.NewReviewsJSON)},
		{"organisations.csv", func(out io.Writer) error { return export.WriteOrganisations(out, organisations) }},
		{"organisations.json", func(out io.Writer) error { return json.NewEncoder(out).Encode(organisations) }},
		{"datapackage.json", func(out io.Writer) error { return w.describe(ctx, out) }},
		{profileFile, func(out io.Writer) error { return w.profile(ctx, out) }},
	} {
		if err := w.folder.write(file.name, "", file.fill); err != nil {
			return err
		}
	}
	return nil
}

// Names of files that Arrive reads too.
const (
	constatsFile = "constats.json"
	profileFile  = "profile.json"
)

// profile is what the organisation says of itself.
func (w *writing) profile(ctx context.Context, out io.Writer) error {
	frame, err := w.Store.Pages().FramePage(ctx)
	if err != nil {
		return err
	}
	org := frame.Organisation
	links := org.Links
	if links == nil {
		links = []embraye.ActorLink{}
	}
	return json.NewEncoder(out).Encode(map[string]any{"name": org.Name, "summary": org.Summary, "links": links})
}

func (w *writing) describe(ctx context.Context, out io.Writer) error {
	about, err := w.About(ctx, w.Store.Pages())
	if err != nil {
		return err
	}
	doc, err := export.DataPackage(about)
	if err != nil {
		return err
	}
	_, err = out.Write(doc)
	return err
}
