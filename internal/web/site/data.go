package site

import (
	"context"
	"io"
	"net/http"

	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

type dataContent struct {
	*embraye.DataCensus
	Files   []dataFile
	Columns []export.Column
	About   []string // columns of the files about organisations
	Judged  []string // columns of the files about reviews
}

// A dataFile is one file to take away. Its size is said before: not everybody
// has a fast line.
type dataFile struct{ Name, Key, Size string }

// data is /donnees: the open data and what each column means.
func (h *Handler) data(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	census, err := h.pages.DataCensus(ctx)
	if err != nil {
		return nil, err
	}
	sample, err := h.pages.DataPage(ctx, "", sampleOfData)
	if err != nil {
		return nil, err
	}
	page := h.frame.NewPage(v, h.catalogue.T(v.Lang, "data.title"))
	page.Description = page.T("data.lede")
	content := dataContent{DataCensus: census, Columns: export.Columns(h.catalogue, v.Lang), About: export.OrganisationColumns(), Judged: export.ReviewColumns()}
	rows := export.Rows(h.site, h.rooms.App.Reference(), h.rooms.App.Wire().Territories, sample.Updates, sample.Revisions)
	export.SaidBy(rows, sample.Organisation.Name)
	for _, file := range []struct {
		name, key string
		open      func(io.Writer) export.Writer
	}{{"constats-tableur.csv", "data.spreadsheet", export.NewSpreadsheet}, {"constats.csv", "data.csv", export.NewCSV}, {"constats.json", "data.json", export.NewJSON}} {
		size, err := sizeOf(page, file.open, rows, census.Versions)
		if err != nil {
			return nil, err
		}
		content.Files = append(content.Files, dataFile{file.name, file.key, size})
	}
	page.Content, page.LinkedData = content, dataset(page, &content)
	return h.frame.Render("data", http.StatusOK, page)
}

// sampleOfData is how many constats are written to know the size of all.
const sampleOfData = 100

// sizeOf is the size of a file in words; « environ », if only a part of its rows
// was written to know it.
func sizeOf(p *page.Page, open func(io.Writer) export.Writer, rows []export.Row, all int) (string, error) {
	var n counter
	out := open(&n)
	if err := out.Write(rows); err != nil {
		return "", err
	}
	if err := out.Close(); err != nil {
		return "", err
	}
	if all <= len(rows) {
		return p.Bytes(int64(n)), nil
	}
	return p.T("data.about", p.Bytes(int64(n)*int64(all)/int64(max(1, len(rows))))), nil
}

// A counter counts what is written to it.
type counter int64

// Write counts.
func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}
