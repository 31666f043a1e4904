package web

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"

	"embraye/internal/embraye"
	"embraye/internal/export"
)

// An importPage is the form, and the report of a dry run. The file travels in
// the form, so that what is imported is what was reported on.
type importPage struct {
	Report *export.Import
	Good   int
	File   string // base64
}

func importForm(v *visit) error { return v.show("import", "office.import", &importPage{}) }

// importTemplate is the table to fill in.
func importTemplate(v *visit) error {
	v.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	v.w.Header().Set("Content-Disposition", `attachment; filename="constats.csv"`)
	return export.WriteTemplate(v.w, v.catalogue, v.lang)
}

const maxImportBytes = 8 << 20 // of base64 too

// importConstats reports line by line, then imports the good lines as drafts.
func importConstats(v *visit) error {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxImportBytes)
	if err := v.parseFiles(); err != nil {
		return err
	}
	if v.r.MultipartForm == nil {
		return fmt.Errorf("web: an import without a file: %w", embraye.ErrInvalid)
	}
	defer v.r.MultipartForm.RemoveAll()
	data, err := v.importedFile()
	if err != nil {
		return v.again(err, "import", "office.import", &importPage{})
	}
	report, err := v.app.DryRunImport(v.ctx(), v.by, bytes.NewReader(data))
	if err != nil {
		return v.again(err, "import", "office.import", &importPage{})
	}
	page := &importPage{Report: report, File: base64.StdEncoding.EncodeToString(data)}
	var good []export.ImportLine
	for _, line := range report.Lines {
		if len(line.Problems) == 0 {
			good = append(good, line)
		}
	}
	page.Good = len(good)
	if v.form("action") != "import" {
		return v.show("import", "office.import", page)
	}
	if _, err := v.app.Import(v.ctx(), v.by, good); err != nil {
		return v.again(err, "import", "office.import", page)
	}
	return v.said("/office/constats?state=draft", "office.said.imported")
}

func (v *visit) importedFile() ([]byte, error) {
	if kept := v.form("kept"); kept != "" {
		data, err := base64.StdEncoding.DecodeString(kept)
		if err != nil {
			return nil, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "file", Code: "not_csv"}}}
		}
		return data, nil
	}
	file, _, err := v.r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) {
		return nil, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "file", Code: "required"}}}
	}
	if err != nil {
		return nil, formError(err)
	}
	defer file.Close()
	return io.ReadAll(file)
}
