package app_test

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"embraye/internal/app"
	"embraye/internal/embraye"
)

func picture(t *testing.T, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, size, size))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (h *house) upload(by string, size int) *embraye.EvidenceFile {
	h.T.Helper()
	f, err := h.App.AddFile(h.Context(), h.people[by], bytes.NewReader(picture(h.T, size)), "photo.png", "L'affiche")
	h.must(err)
	return f
}

// public is what somebody who is nobody gets at the file's address.
func (h *house) public(name string) error {
	content, _, _, err := h.App.OpenFile(h.Context(), embraye.Acting{}, name)
	if err != nil {
		return err
	}
	return content.Close()
}

func (h *house) withFile(f *embraye.EvidenceFile) app.DraftInput {
	in := complete()
	in.Evidence = append(in.Evidence, embraye.Evidence{Type: "Link", Href: h.Site.Base + "/fichiers/" + f.Name, Name: "Affiche", SHA256: "ce que le formulaire dit"})
	return in
}

// A file is public while something public shows it, and not before or after.
func TestW25FilesOfDraftsAreNobodysBusiness(t *testing.T) {
	eachHouse(t, func(h *house) {
		f := h.upload("editor", 3)
		h.wantErr(h.public(f.Name), embraye.ErrNotFound)
		_, _, _, err := h.App.OpenFile(h.Context(), h.people["reader"], f.Name)
		h.wantErr(err, embraye.ErrNotFound)
		content, info, row, err := h.App.OpenFile(h.Context(), h.people["other"], f.Name)
		h.must(err)
		if bytes, err := io.ReadAll(content); err != nil || len(bytes) == 0 || info.MediaType != "image/png" || row.Alt != "L'affiche" {
			t.Errorf("%d bytes of %s, %+v, %v", len(bytes), info.MediaType, row, err)
		}
		h.must(content.Close())

		d := h.draft("editor", h.withFile(f))
		h.wantErr(h.public(f.Name), embraye.ErrNotFound)
		out, err := h.App.PublishDraft(h.Context(), h.people["editor"], d.ID, d.Version)
		h.must(err)
		h.must(h.public(f.Name))
		if e := out.Update.Evidence[1]; e.Type != "Document" || e.MediaType != "image/png" || !strings.HasPrefix(f.Name, e.SHA256) || len(e.SHA256) != 64 {
			t.Errorf("%+v", e)
		}
		if e := out.Update.Evidence[0]; e.Type != "Link" || e.SHA256 != "" {
			t.Errorf("%+v", e)
		}
		h.must(h.App.Withdraw(h.Context(), h.people["reviewer"], out.Update.ID, app.WithdrawInput{Reason: "Erreur"}))
		h.wantErr(h.public(f.Name), embraye.ErrNotFound)
	})
}

func TestFileThatTwoConstatsShow(t *testing.T) {
	eachHouse(t, func(h *house) {
		f := h.upload("editor", 4)
		var ids []string
		for range 2 {
			d := h.draft("editor", h.withFile(f))
			out, err := h.App.PublishDraft(h.Context(), h.people["editor"], d.ID, d.Version)
			h.must(err)
			ids = append(ids, out.Update.ID)
		}
		for i, id := range ids {
			h.must(h.public(f.Name))
			h.must(h.App.Withdraw(h.Context(), h.people["reviewer"], id, app.WithdrawInput{Reason: "Erreur", Erase: i == 1}))
		}
		h.wantErr(h.public(f.Name), embraye.ErrNotFound)
	})
}

func TestFilesThatAreRefused(t *testing.T) {
	eachHouse(t, func(h *house) {
		_, err := h.App.AddFile(h.Context(), h.people["reader"], bytes.NewReader(picture(t, 2)), "a.png", "")
		h.wantErr(err, embraye.ErrForbidden)
		_, err = h.App.AddFile(h.Context(), h.people["editor"], strings.NewReader("<svg/>"), "a.png", "")
		h.wantErr(err, embraye.ErrInvalid)
		in := complete()
		in.Evidence[0].Href = h.Site.Base + "/fichiers/" + strings.Repeat("0", 64) + ".png"
		d := h.draft("editor", in)
		_, err = h.App.PublishDraft(h.Context(), h.people["editor"], d.ID, d.Version)
		h.wantErr(err, embraye.ErrInvalid)
	})
}

// Only pictures of ours are shown in timelines, and not too many.
func TestPicturesForTimelines(t *testing.T) {
	eachHouse(t, func(h *house) {
		in := complete()
		in.Evidence[0].Attached = true // somebody else's page
		for n := range embraye.MaxAttached + 1 {
			f := h.upload("editor", 10+n)
			in.Evidence = append(in.Evidence, embraye.Evidence{Href: h.Site.Base + "/fichiers/" + f.Name, Name: "Affiche", Attached: true})
		}
		d := h.draft("editor", in)
		_, err := h.App.PublishDraft(h.Context(), h.people["editor"], d.ID, d.Version)
		h.wantErr(err, embraye.ErrInvalid)
		in.Evidence[1].Attached = false
		d = h.draft("editor", in)
		out, err := h.App.PublishDraft(h.Context(), h.people["editor"], d.ID, d.Version)
		h.must(err)
		var attached []bool
		for _, e := range out.Update.Evidence {
			attached = append(attached, e.Attached)
		}
		if want := []bool{false, false, true, true, true, true}; !slices.Equal(attached, want) || strings.Count(string(out.Update.Wire), `"type":"Image"`) != 4 {
			t.Errorf("%v in %s", attached, out.Update.Wire)
		}
	})
}

func TestTitleOfALink(t *testing.T) {
	eachHouse(t, func(h *house) {
		h.World.Wire.Serve("preuve.example", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/appel" {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, `<title> Appel à
				communs </title><meta property="og:site_name" content="La Région"><body>`)
		}))
		title, publisher, err := h.App.LinkTitle(h.Context(), h.people["editor"], "https://preuve.example/appel")
		if title != "Appel à communs" || publisher != "La Région" || err != nil {
			t.Errorf("%q %q %v", title, publisher, err)
		}
		if _, _, err := h.App.LinkTitle(h.Context(), h.people["editor"], "https://preuve.example/rien"); err == nil {
			t.Error("a page that is not there has a title")
		}
		_, _, err = h.App.LinkTitle(h.Context(), h.people["editor"], "javascript:alert(1)")
		h.wantErr(err, embraye.ErrInvalid)
		_, _, err = h.App.LinkTitle(h.Context(), h.people["reader"], "https://preuve.example/appel")
		h.wantErr(err, embraye.ErrForbidden)
	})
}
