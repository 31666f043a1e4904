package constats_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/storetest"
)

// A file is public while something public shows it, and not before or after.
func TestW25FilesOfDraftsAreNobodysBusiness(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		f := h.Upload("editor", 3)
		h.WantErr(h.Public(f.Name), embraye.ErrNotFound)
		_, _, _, err := h.Constats.OpenFile(h.Context(), h.Who["reader"], f.Name, 0)
		h.WantErr(err, embraye.ErrNotFound)
		content, info, row, err := h.Constats.OpenFile(h.Context(), h.Who["other"], f.Name, 0)
		h.Must(err)
		if bytes, err := io.ReadAll(content); err != nil || len(bytes) == 0 || info.MediaType != "image/png" || row.Alt != "L'affiche" {
			t.Errorf("%d bytes of %s, %+v, %v", len(bytes), info.MediaType, row, err)
		}
		h.Must(content.Close())

		d := h.Draft("editor", h.WithFile(f))
		h.WantErr(h.Public(f.Name), embraye.ErrNotFound)
		out, err := h.Drafts.Publish(h.Context(), h.Who["editor"], d.ID, d.Version)
		h.Must(err)
		h.Must(h.Public(f.Name))
		if e := out.Update.Evidence[1]; e.Type != "Document" || e.MediaType != "image/png" || !strings.HasPrefix(f.Name, e.SHA256) || len(e.SHA256) != 64 {
			t.Errorf("%+v", e)
		}
		if e := out.Update.Evidence[0]; e.Type != "Link" || e.SHA256 != "" {
			t.Errorf("%+v", e)
		}
		h.Must(h.Constats.Withdraw(h.Context(), h.Who["reviewer"], out.Update.ID, constats.WithdrawInput{Reason: "Erreur"}))
		h.WantErr(h.Public(f.Name), embraye.ErrNotFound)
	})
}

func TestFileThatTwoConstatsShow(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		f := h.Upload("editor", 4)
		var ids []string
		for range 2 {
			d := h.Draft("editor", h.WithFile(f))
			out, err := h.Drafts.Publish(h.Context(), h.Who["editor"], d.ID, d.Version)
			h.Must(err)
			ids = append(ids, out.Update.ID)
		}
		for i, id := range ids {
			h.Must(h.Public(f.Name))
			h.Must(h.Constats.Withdraw(h.Context(), h.Who["reviewer"], id, constats.WithdrawInput{Reason: "Erreur", Erase: i == 1}))
		}
		h.WantErr(h.Public(f.Name), embraye.ErrNotFound)
	})
}

// A document of ours may be cited at a page of it: it is the same file.
func TestAFileMayBeCitedAtOneOfItsPages(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		f := h.Upload("editor", 5)
		in := h.WithFile(f)
		address := in.Evidence[1].Href
		in.Evidence[1].Href += "#page=3"
		d := h.Draft("editor", in)
		out, err := h.Drafts.Publish(h.Context(), h.Who["editor"], d.ID, d.Version)
		h.Must(err)
		h.Must(h.Public(f.Name))
		if e := out.Update.Evidence[1]; e.Href != address+"#page=3" || e.Type != "Document" || !strings.HasPrefix(f.Name, e.SHA256) || e.SHA256 == "" {
			t.Errorf("%+v", e)
		}
		page, err := h.Store.Pages().ConstatPage(h.Context(), out.Update.ID)
		h.Must(err)
		if len(page.Files) != 1 || page.Files[0].Name != f.Name {
			t.Errorf("files of the page: %+v", page.Files)
		}
		found, err := h.Constats.FilesOf(h.Context(), h.Who["editor"], out.Update.Evidence)
		h.Must(err)
		if found[address].Name != f.Name {
			t.Errorf("files of the draft: %+v", found)
		}
		h.Must(h.Constats.Withdraw(h.Context(), h.Who["reviewer"], out.Update.ID, constats.WithdrawInput{Reason: "Erreur"}))
		h.WantErr(h.Public(f.Name), embraye.ErrNotFound)
	})
}

func TestFilesThatAreRefused(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		_, err := h.Constats.AddFile(h.Context(), h.Who["reader"], bytes.NewReader(apptest.Picture(t, 2)), "a.png", "")
		h.WantErr(err, embraye.ErrForbidden)
		_, err = h.Constats.AddFile(h.Context(), h.Who["editor"], strings.NewReader("<svg/>"), "a.png", "")
		h.WantErr(err, embraye.ErrInvalid)
		in := apptest.Complete()
		in.Evidence[0].Href = h.Site.Base + "/fichiers/" + strings.Repeat("0", 64) + ".png"
		d := h.Draft("editor", in)
		_, err = h.Drafts.Publish(h.Context(), h.Who["editor"], d.ID, d.Version)
		h.WantErr(err, embraye.ErrInvalid)
	})
}

// Only pictures of ours are shown in timelines, and not too many.
func TestPicturesForTimelines(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		in := apptest.Complete()
		in.Evidence[0].Attached = true // somebody else's page
		for n := range embraye.MaxAttached + 1 {
			f := h.Upload("editor", 10+n)
			in.Evidence = append(in.Evidence, embraye.Evidence{Href: h.Site.Base + "/fichiers/" + f.Name, Name: "Affiche", Attached: true})
		}
		d := h.Draft("editor", in)
		_, err := h.Drafts.Publish(h.Context(), h.Who["editor"], d.ID, d.Version)
		h.WantErr(err, embraye.ErrInvalid)
		in.Evidence[1].Attached = false
		d = h.Draft("editor", in)
		out, err := h.Drafts.Publish(h.Context(), h.Who["editor"], d.ID, d.Version)
		h.Must(err)
		var attached []bool
		for _, e := range out.Update.Evidence {
			attached = append(attached, e.Attached)
		}
		if want := []bool{false, false, true, true, true, true}; !slices.Equal(attached, want) || strings.Count(string(out.Update.Wire), `"type":"Image"`) != 4 {
			t.Errorf("%v in %s", attached, out.Update.Wire)
		}
	})
}

// « Où on en est » says what another process has made of another constat of the
// measure meanwhile.
func TestWhereItStandsKnowsWhatAnotherProcessSaid(t *testing.T) {
	apptest.OneHouse(t, storetest.Postgres, func(h *apptest.House) {
		other, in := h.Linked("https://preuve.example/").Update, apptest.Complete()
		in.Institution.Name = "Région Normandie"
		d := h.Draft("editor", in)
		out, err := h.Drafts.Publish(h.Context(), h.Who["editor"], d.ID, d.Version)
		h.Must(err)
		out.Update.Summary += " Suite."
		h.Must(h.Meanwhile(func(ctx context.Context) error {
			_, err := h.Constats.Revise(ctx, h.Who["reviewer"], out.Update.ID, constats.ReviseInput{Kind: embraye.Substance, Reason: "Suite", Content: out.Update.Content})
			return err
		}, `WITH pinned AS (UPDATE notes SET updated_at = published_at WHERE kind = 'pinned' AND actor = $1)
			UPDATE updates SET title = 'Tout autre chose' WHERE id = $2`, other.Actor, other.ID))
		note, err := h.Store.Tables().Notes.Pinned(h.Context(), other.Actor)
		if h.Must(err); !strings.Contains(note.HTML, "Tout autre chose") {
			t.Error(note.HTML)
		}
	})
}

// A constat that another process takes back meanwhile does not come back, nor is
// it taken back twice.
func TestWhatAnotherProcessTakesBackStaysTakenBack(t *testing.T) {
	apptest.OneHouse(t, storetest.Postgres, func(h *apptest.House) {
		by := h.Who["reviewer"]
		for name, act := range map[string]func(ctx context.Context, u *embraye.Update) error{
			"correction": func(ctx context.Context, u *embraye.Update) error {
				u.Title += ", suite"
				_, err := h.Constats.Revise(ctx, by, u.ID, constats.ReviseInput{Kind: embraye.Substance, Reason: "Titre", Content: u.Content})
				return err
			},
			"withdrawal": func(ctx context.Context, u *embraye.Update) error {
				return h.Constats.Withdraw(ctx, by, u.ID, constats.WithdrawInput{Reason: "Erreur"})
			},
		} {
			u := h.Linked("https://preuve.example/").Update
			err := h.Meanwhile(func(ctx context.Context) error { return act(ctx, u) },
				"UPDATE updates SET withdrawn_at = published_at, withdraw_reason = 'avant' WHERE id = $1", u.ID)
			now, bad := h.Store.Tables().Updates.Take(h.Context(), u.ID)
			if h.Must(bad); !errors.Is(err, embraye.ErrGone) || now.WithdrawReason != "avant" {
				t.Errorf("%s: %v, withdrawn for %q", name, err, now.WithdrawReason)
			}
		}
	})
}

// Of two processes that boost a post for a measure at once, one does (INTEROP 0.15).
func TestAPostIsBoostedOnceByTwoProcesses(t *testing.T) {
	p := apptest.NewPair(t, storetest.Postgres)
	h := &apptest.House{T: t, World: p.W, Instance: p.In}
	note := p.Org.ID + "/statuses/1"
	p.Home.PutJSON("/users/organisation/statuses/1", map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": note, "type": "Note",
		"attributedTo": p.Org.ID, "content": "<p>Bonjour</p>", "published": "2026-05-01T09:00:00Z", "to": []string{apptest.Public}})
	_, err := p.In.Constats.Boost(t.Context(), embraye.Operator(), "m2", note)
	p.Must(err)
	_, err = p.In.Store.Pool().ExecContext(t.Context(), "UPDATE activities SET undone_at = created_at WHERE type = 'Announce'")
	p.Must(err)
	if err := h.Meanwhile(func(ctx context.Context) error {
		_, err := p.In.Constats.Boost(ctx, embraye.Operator(), "m2", note)
		return err
	}, `WITH boosting AS (UPDATE actors SET name = name WHERE handle = 'mesure2' RETURNING handle)
		UPDATE activities SET undone_at = NULL WHERE type = 'Announce' AND actor IN (SELECT handle FROM boosting)`); !errors.Is(err, embraye.ErrConflict) {
		t.Errorf("boosted twice: %v", err)
	}
}
