package export

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"embraye/internal/embraye"
)

var errAway = errors.New("away")

// readingPages has constats without end, until it fails.
type readingPages struct {
	read    int
	failing int // the piece that cannot be read
}

func (p *readingPages) DataPage(ctx context.Context, after string, limit int) (*embraye.DataPage, error) {
	if p.read++; p.read == p.failing {
		return nil, errAway
	}
	u := embraye.Update{ID: fmt.Sprintf("%08d", p.read), Actor: "mesure2", Revision: 1, Scope: embraye.Scope{Measure: "m2"}}
	return &embraye.DataPage{Updates: []embraye.Update{u}, Revisions: []embraye.Revision{{UpdateID: u.ID, Number: 1}}}, nil
}

// writing counts rows, until it fails.
type writing struct{ rows, failing int }

func (w *writing) Write(rows []Row) error {
	if w.rows += len(rows); w.rows == w.failing {
		return errAway
	}
	return nil
}

func (w *writing) Close() error { return nil }

func TestConstatsThatCannotBeReadEndTheFile(t *testing.T) {
	w := newWorld(t)
	source := Source{Site: w.site, Reference: w.reference, Territories: w.places}
	var out writing
	if err := source.Constats(t.Context(), &readingPages{failing: 4}, nil, &out); !errors.Is(err, errAway) || out.rows != 3 {
		t.Errorf("%d rows before the end: %v", out.rows, err)
	}
}

// What reads ahead reads a piece that nobody takes, and no more.
func TestConstatsThatCannotBeWrittenEndTheReading(t *testing.T) {
	w := newWorld(t)
	source := Source{Site: w.site, Reference: w.reference, Territories: w.places}
	pages := &readingPages{}
	var held int
	piece := func(ctx context.Context, read func(context.Context) error) error {
		held++
		defer func() { held-- }()
		return read(ctx)
	}
	err := source.Constats(t.Context(), pages, piece, &writing{failing: 3})
	if !errors.Is(err, errAway) || pages.read > 4 || held != 0 {
		t.Errorf("%d pieces read, %d being read: %v", pages.read, held, err)
	}
}
