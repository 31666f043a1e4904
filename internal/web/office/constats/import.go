package constats

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"slices"

	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/web/office"
)

// An importPage is the form, and the report of a dry run. The file travels in
// the form, so that what is imported is what was reported on.
type importPage struct {
	Report *export.Import
	Good   int
	File   string // base64
}

// importForm shows the form, or the report again that a session's end cut short.
func importForm(v *office.Visit) error {
	if values, ok := v.TypedBefore(); ok && values.Get("kept") != "" {
		if data, err := decodeKept(values.Get("kept")); err == nil {
			page, _, err := dryRun(v, data)
			if err == nil {
				return v.Show("import", "office.import", page)
			}
			if !errors.Is(err, embraye.ErrInvalid) {
				return err
			}
		}
	}
	return v.Show("import", "office.import", &importPage{})
}

// importTemplate is the table to fill in.
func importTemplate(v *office.Visit) error {
	measures, err := v.Rooms.App.Measures(v.Context())
	if err != nil {
		return err
	}
	v.W.Header().Set("Content-Type", "text/csv; charset=utf-8")
	v.W.Header().Set("Content-Disposition", `attachment; filename="constats.csv"`)
	return export.WriteTemplate(v.W, v.Catalogue(), measures, v.Lang)
}

const maxImportBytes = 8 << 20 // of base64 too

// importConstats reports line by line, then imports the good lines as drafts.
// The second step reads the table anew: nothing of the first is believed.
func importConstats(v *office.Visit) error {
	v.R.Body = http.MaxBytesReader(v.W, v.R.Body, maxImportBytes)
	if err := v.ParseFiles(); errors.Is(err, office.ErrTooLarge) {
		return v.Again(wrongTable("too_large", export.MaxTableBytes), "import", "office.import", &importPage{})
	} else if err != nil {
		return err
	}
	data, err := importedFile(v)
	if err != nil {
		return v.Again(err, "import", "office.import", &importPage{})
	}
	page, good, err := dryRun(v, data)
	if err != nil {
		return v.Again(err, "import", "office.import", &importPage{})
	}
	if v.Form("action") != "import" || len(good) == 0 {
		return v.Show("import", "office.import", page)
	}
	n, err := v.Rooms.Drafts.Import(v.Context(), v.By, good)
	if err != nil {
		return v.Again(err, "import", "office.import", page)
	}
	if n == 0 {
		return v.Said("/office/constats?state=draft", "office.said.imported_before")
	}
	return v.Said("/office/constats?state=draft", "office.said.imported")
}

// dryRun reads a table and tells its good lines from the others, which come first
// in the report: nobody looks for twenty lines among hundreds.
func dryRun(v *office.Visit, data []byte) (page *importPage, good []export.ImportLine, err error) {
	report, err := v.Rooms.Drafts.DryRun(v.Context(), v.By, bytes.NewReader(data))
	if err != nil {
		return nil, nil, err
	}
	for _, line := range report.Lines {
		if len(line.Problems) == 0 {
			good = append(good, line)
		}
	}
	slices.SortStableFunc(report.Lines, func(a, b export.ImportLine) int {
		return cmp.Compare(min(len(b.Problems), 1), min(len(a.Problems), 1))
	})
	return &importPage{Report: report, Good: len(good), File: base64.StdEncoding.EncodeToString(data)}, good, nil
}

// importedFile is the table that was chosen, or the one that travelled in the
// form of the report.
func importedFile(v *office.Visit) ([]byte, error) {
	if kept := v.Form("kept"); kept != "" {
		return decodeKept(kept)
	}
	content, err := v.Uploaded()
	if err != nil {
		return nil, err
	}
	if content == nil {
		return nil, wrongTable("required", 0)
	}
	return io.ReadAll(content)
}

func decodeKept(kept string) ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(kept)
	if err != nil {
		return nil, wrongTable("not_csv", 0)
	}
	return data, nil
}

func wrongTable(code string, most int) error {
	return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "file", Code: code, Max: most}}}
}
