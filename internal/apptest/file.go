package apptest

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"embraye/internal/app/drafts"
	"embraye/internal/embraye"
)

func Picture(t *testing.T, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, size, size))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (h *House) Upload(by string, size int) *embraye.EvidenceFile {
	h.T.Helper()
	f, err := h.Constats.AddFile(h.Context(), h.Who[by], bytes.NewReader(Picture(h.T, size)), "photo.png", "L'affiche")
	h.Must(err)
	return f
}

// Public is what somebody who is nobody gets at the file's address.
func (h *House) Public(name string) error {
	content, _, _, err := h.Constats.OpenFile(h.Context(), embraye.Acting{}, name, 0)
	if err != nil {
		return err
	}
	return content.Close()
}

func (h *House) WithFile(f *embraye.EvidenceFile) drafts.Input {
	in := Complete()
	in.Evidence = append(in.Evidence, embraye.Evidence{Type: "Link", Href: h.Site.Base + "/fichiers/" + f.Name, Name: "Affiche", SHA256: "ce que le formulaire dit"})
	return in
}
