package constats

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Brought is a constat that the organisation published elsewhere, before it came
// here.
type Brought struct {
	Origin embraye.IRI // its id there
	embraye.Scope
	SignedBy  string
	Published time.Time
	Versions  []BroughtVersion
}

// BroughtVersion is one of its versions, oldest first.
type BroughtVersion struct {
	embraye.Content
	Kind   embraye.RevisionKind
	Reason string
	At     time.Time
}

// BroughtID is the id that a constat of elsewhere has here: always the same, so
// that bringing it twice makes one, and with the time of the first.
func BroughtID(origin embraye.IRI) (string, error) { return broughtID("constat", origin) }

func broughtID(what string, origin embraye.IRI) (string, error) {
	at, ok := embraye.IDTime(string(origin[strings.LastIndexByte(string(origin), '/')+1:]))
	if !ok {
		return "", fmt.Errorf("%s is no id of a constat: %w", origin, embraye.ErrInvalid)
	}
	sum := sha256.Sum256([]byte(what + " " + string(origin)))
	return embraye.NewID(at, bytes.NewReader(sum[:]))
}

// CheckBrought is the law for what is published, applied to each version, and
// gives it the form in which it is kept. have tells which files came along.
func CheckBrought(cs *Constats, frame embraye.Frame, b *Brought, have func(file string) bool) error {
	wrong := &embraye.InvalidError{}
	add := func(err error) {
		var invalid *embraye.InvalidError
		if errors.As(err, &invalid) {
			wrong.Problems = append(wrong.Problems, invalid.Problems...)
		}
	}
	if _, err := BroughtID(b.Origin); err != nil || b.Published.IsZero() || cs.desk.Site.Ours(b.Origin) || !embraye.WebAddress(string(b.Origin)) {
		add(app.OneProblem("id", "unknown", string(b.Origin)))
	}
	for i := range b.Versions {
		v := &b.Versions[i]
		var err error
		b.Scope, v.Content, err = frame.Check(b.Scope, v.Content)
		add(err)
		if first := i == 0; first != (v.Kind == embraye.FirstRevision) || !first && !slices.Contains(embraye.RevisionKinds(), v.Kind) || v.At.IsZero() {
			add(app.OneProblem("version", "unknown", fmt.Sprint(i+1)))
		}
		for _, e := range v.Evidence {
			if name, ours := cs.fileName(e.Href); ours && !have(name) {
				add(app.OneProblem("evidence", "file_unknown", e.Href))
			}
		}
	}
	if len(wrong.Problems) > 0 {
		return wrong
	}
	return nil
}

// Bring keeps constats of elsewhere with their versions, their dates and the
// address that each had, all of them or none. Nothing of it is sent to anybody;
// what is here already is left as it is.
func Bring(ctx context.Context, cs *Constats, by embraye.Acting, files []embraye.EvidenceFile, each func(func(*Brought) error) error) (added, known int, err error) {
	if err := by.May(embraye.Admin); err != nil {
		return 0, 0, fmt.Errorf("constats: bring: %w", err)
	}
	err = cs.desk.InTx(ctx, func(t store.Tables) error {
		added, known = 0, 0
		for i := range files {
			files[i].CreatedAt = cs.desk.Stamp()
			if err := t.EvidenceFiles.Add(ctx, &files[i]); err != nil {
				return err
			}
		}
		measures := map[string]bool{}
		err := each(func(b *Brought) error {
			fresh, err := bring(ctx, cs, t, b)
			if err != nil {
				return fmt.Errorf("%s: %w", b.Origin, err)
			}
			if known++; fresh {
				added, known, measures[b.Measure] = added+1, known-1, true
			}
			return ctx.Err()
		})
		if err != nil || added == 0 {
			return err
		}
		for measure := range measures {
			if err := cs.desk.RefreshPinned(ctx, t, measure); err != nil {
				return err
			}
		}
		t.Changed()
		return cs.desk.Record(ctx, t, by, "update.bring", cs.desk.Site.Base, "", true)
	})
	return added, known, err
}

// bring writes one constat as if its versions had been published here, at their
// time.
func bring(ctx context.Context, cs *Constats, t store.Tables, b *Brought) (fresh bool, err error) {
	id, err := BroughtID(b.Origin)
	if err != nil {
		return false, err
	}
	if _, err := t.Updates.Take(ctx, id); err == nil || !errors.Is(err, embraye.ErrNotFound) {
		return false, err
	}
	measure, _ := cs.desk.Reference().Measure(b.Measure) // CheckBrought knows it
	u := &embraye.Update{ID: id, Scope: b.Scope, ScopeKey: b.Scope.Key(), Actor: measure.Handle, PublishedAt: b.Published, SignedBy: b.SignedBy}
	if u.CreateID, err = broughtID("create", b.Origin); err != nil {
		return false, err
	}
	said := ""
	for i, v := range b.Versions {
		u.Content, u.Revision = v.Content, i+1
		if err := cs.settleFiles(ctx, t, &u.Content); err != nil {
			return false, err
		}
		if v.Kind != embraye.Typo {
			u.Substance = u.Revision
		}
		if v.Kind == embraye.Substance {
			u.UpdatedAt, said = &v.At, v.Reason
		}
		if err := fixBytes(ctx, cs.desk, t, u, said); err != nil {
			return false, err
		}
		if i == 0 {
			err = t.Updates.Insert(ctx, u)
		}
		if err == nil {
			err = keepRevision(ctx, cs.desk, t, u, embraye.Revision{Kind: v.Kind, Reason: v.Reason, CreatedAt: v.At}, true)
		}
		if err != nil {
			return false, err
		}
	}
	if err := t.Updates.Save(ctx, u); err != nil {
		return false, err
	}
	body, err := cs.desk.Wire().Create(u.CreateID, u.Wire)
	if err != nil {
		return false, err
	}
	_, err = cs.desk.SendToMany(ctx, t, app.Outgoing{ID: u.CreateID, Actor: u.Actor, Kind: "Create", Object: cs.desk.Site.UpdateID(id), Body: body, Outbox: true})
	if err != nil {
		return false, err
	}
	return true, cs.askToLook(ctx, t, u)
}
