package drafts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/store"
)

// settingImport remembers when a table was last imported.
const settingImport = "import_at"

// DryRun reads a table and reports line by line what publication would
// refuse. It stores nothing.
func (ds *Drafts) DryRun(ctx context.Context, by embraye.Acting, r io.Reader) (*export.Import, error) {
	if err := mayWrite(by); err != nil {
		return nil, fmt.Errorf("drafts: import: %w", err)
	}
	frame, err := ds.desk.FrameIn(ctx, ds.desk.Store.Tables())
	if err != nil {
		return nil, err
	}
	report, err := export.Importer{Catalogue: ds.desk.Catalogue, Frame: frame}.Read(r)
	if err != nil {
		return nil, err
	}
	for i := range report.Lines {
		line := &report.Lines[i]
		if len(line.Problems) > 0 {
			continue
		}
		var invalid *embraye.InvalidError
		if _, err := ds.checkInput(importInput(*line)); errors.As(err, &invalid) {
			line.Problems = invalid.Problems // what could be published, and no form could hold
		}
	}
	return report, nil
}

func importInput(line export.ImportLine) Input {
	return Input{Scope: line.Scope, Content: line.Content}
}

// Import makes a draft of the person's out of every line, or of none if one of
// them cannot be a draft. Lines that are among the person's open drafts already
// are passed over: sending a form twice makes nothing twice.
func (ds *Drafts) Import(ctx context.Context, by embraye.Acting, lines []export.ImportLine) (n int, err error) {
	if err := mayWrite(by); err != nil {
		return 0, fmt.Errorf("drafts: import: %w", err)
	}
	drafts := make([]embraye.Draft, len(lines))
	for i, line := range lines {
		d, err := ds.draftOf(by, importInput(line))
		if err == nil && len(ds.Refused(d)) > 0 { // a form says it beside the field, a table refuses the line
			err = &embraye.InvalidError{Problems: ds.Refused(d)}
		}
		if err != nil {
			return 0, fmt.Errorf("drafts: import: line %d: %w", line.Line, err)
		}
		drafts[i] = *d
	}
	err = ds.desk.Store.InTx(ctx, func(t store.Tables) error {
		// The row is written first: of two imports at the same moment the second
		// waits for it, then finds the drafts of the first.
		if err := t.Settings.Set(ctx, settingImport, ds.desk.Stamp().Format(time.RFC3339)); err != nil {
			return err
		}
		fresh, err := freshDrafts(ctx, t, by.PersonID(), drafts)
		if err != nil || len(fresh) == 0 {
			n = 0
			return err
		}
		if err := roomForDrafts(ctx, t, by.PersonID(), len(fresh), "file"); err != nil {
			return err
		}
		if err := t.Drafts.InsertAll(ctx, fresh); err != nil {
			return err
		}
		n = len(fresh)
		return ds.desk.RecordDetail(ctx, t, by, "draft.import", "", "", fmt.Sprintf("%d drafts", n), false)
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// freshDrafts leaves out what stands among the owner's open drafts word by word.
func freshDrafts(ctx context.Context, t store.Tables, owner int64, drafts []embraye.Draft) ([]embraye.Draft, error) {
	open, err := t.Drafts.List(ctx, embraye.DraftFilter{Mine: true}, owner)
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(open))
	for _, d := range open {
		key, err := draftKey(d)
		if err != nil {
			return nil, err
		}
		known[key] = true
	}
	var fresh []embraye.Draft
	for _, d := range drafts {
		key, err := draftKey(d)
		if err != nil {
			return nil, err
		}
		if !known[key] {
			fresh = append(fresh, d)
		}
	}
	return fresh, nil
}

// draftKey is the same for drafts that say the same.
func draftKey(d embraye.Draft) (string, error) {
	key, err := json.Marshal(struct {
		Scope   embraye.Scope
		Content embraye.Content
	}{d.Scope, d.Content.Normal()})
	if err != nil {
		return "", fmt.Errorf("drafts: comparing drafts: %w", err)
	}
	return string(key), nil
}
