package web

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strconv"

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

// importForm shows the form, or the report again that a session's end cut short.
func importForm(v *visit) error {
	if values, ok := v.typedBefore(); ok && values.Get("kept") != "" {
		if data, err := decodeKept(values.Get("kept")); err == nil {
			if page, _, err := v.dryRun(data); err == nil {
				return v.show("import", "office.import", page)
			}
		}
	}
	return v.show("import", "office.import", &importPage{})
}

// importTemplate is the table to fill in.
func importTemplate(v *visit) error {
	v.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	v.w.Header().Set("Content-Disposition", `attachment; filename="constats.csv"`)
	return export.WriteTemplate(v.w, v.catalogue, v.lang)
}

const maxImportBytes = 8 << 20 // of base64 too

// importConstats reports line by line, then imports the good lines as drafts.
// The second step reads the table anew: nothing of the first is believed.
func importConstats(v *visit) error {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxImportBytes)
	if err := v.parseFiles(); errors.Is(err, errTooLarge) {
		return v.again(wrongTable("too_large", strconv.Itoa(export.MaxTableBytes)), "import", "office.import", &importPage{})
	} else if err != nil {
		return err
	}
	data, err := v.importedFile()
	if err != nil {
		return v.again(err, "import", "office.import", &importPage{})
	}
	page, good, err := v.dryRun(data)
	if err != nil {
		return v.again(err, "import", "office.import", &importPage{})
	}
	if v.form("action") != "import" || len(good) == 0 {
		return v.show("import", "office.import", page)
	}
	n, err := v.rooms.Drafts.Import(v.ctx(), v.by, good)
	if err != nil {
		return v.again(err, "import", "office.import", page)
	}
	if n == 0 {
		return v.said("/office/constats?state=draft", "office.said.imported_before")
	}
	return v.said("/office/constats?state=draft", "office.said.imported")
}

// dryRun reads a table and tells its good lines from the others.
func (v *visit) dryRun(data []byte) (page *importPage, good []export.ImportLine, err error) {
	report, err := v.rooms.Drafts.DryRun(v.ctx(), v.by, bytes.NewReader(data))
	if err != nil {
		return nil, nil, err
	}
	for _, line := range report.Lines {
		if len(line.Problems) == 0 {
			good = append(good, line)
		}
	}
	return &importPage{Report: report, Good: len(good), File: base64.StdEncoding.EncodeToString(data)}, good, nil
}

// importedFile is the table that was chosen, or the one that travelled in the
// form of the report.
func (v *visit) importedFile() ([]byte, error) {
	if kept := v.form("kept"); kept != "" {
		return decodeKept(kept)
	}
	if v.upload == nil {
		return nil, wrongTable("required", "")
	}
	content, err := v.upload.content()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(content)
}

func decodeKept(kept string) ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(kept)
	if err != nil {
		return nil, wrongTable("not_csv", "")
	}
	return data, nil
}

func wrongTable(code, value string) error {
	return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "file", Code: code, Value: value}}}
}
