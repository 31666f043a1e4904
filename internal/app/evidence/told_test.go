package evidence_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// What is known of the copies of a page is in the bytes that are made when there is
// one; bytes that were made stay, and the open data tell of later copies.
func TestBytesTellOfTheCopiesThatThereWere(t *testing.T) {
	house(t, func(h *apptest.House) {
		p := opened(h)
		ctx, editor := h.Context(), h.Who["editor"]
		const archived, given = "https://web.archive.org/web/1/page", "https://archives.example/page"
		told := func(u *embraye.Update) (sha256, at string) {
			h.T.Helper()
			var note struct {
				Evidence []map[string]string `json:"embraye:evidence"`
			}
			h.Must(json.Unmarshal(u.Wire, &note))
			return note.Evidence[0]["sha256"], note.Evidence[0]["archivedAt"]
		}
		first := h.Linked(host + "/page").Update
		if sum, at := told(first); sum != "" || at != "" {
			t.Errorf("a copy that there is not: %s, %s", sum, at)
		}
		_, err := h.Evidence.Do(ctx, embraye.CopyConstat+first.ID, finish)
		h.Must(err)
		do(h)
		page := copies(h)["/page"]
		page.ArchivedAt = archived
		h.Must(h.Store.InTx(ctx, func(t store.Tables) error { return t.EvidenceCopies.SaveOutside(ctx, &page) }))
		if sum, at := told(h.Linked(host + "/page").Update); sum != page.SHA256() || at != archived {
			t.Errorf("told %s, %s", sum, at)
		}
		now, err := h.Store.Tables().Updates.Take(ctx, first.ID)
		h.Must(err)
		if !bytes.Equal(now.Wire, first.Wire) {
			t.Error("bytes that were made have changed")
		}
		data, err := h.Store.Pages().DataPage(ctx, "", 10)
		h.Must(err)
		for _, r := range data.Revisions {
			if e := r.Evidence[0]; e.SHA256 != page.SHA256() || e.ArchivedAt != archived {
				t.Errorf("the open data say %+v", e)
			}
		}

		t.Log("a correction tells of the newest, unless an editor named another place; hashes alone are no correction")
		revise := func(change func(*embraye.Content)) (*embraye.Update, error) {
			u, err := h.Store.Tables().Updates.Take(ctx, first.ID)
			h.Must(err)
			c := u.Content
			c.Evidence = []embraye.Evidence{c.Evidence[0]}
			c.Evidence[0].SHA256 = "" // no form has it
			change(&c)
			out, err := h.Constats.Revise(ctx, editor, first.ID, constats.ReviseInput{Kind: embraye.Typo, Reason: "Faute", Content: c})
			if err != nil {
				return nil, err
			}
			return out.Update, nil
		}
		typo, err := revise(func(c *embraye.Content) { c.Title = "Un autre titre" })
		h.Must(err)
		if sum, at := told(typo); sum != page.SHA256() || at != archived {
			t.Errorf("told %s, %s", sum, at)
		}
		_, err = revise(func(*embraye.Content) {})
		apptest.WantProblems(t, err, "revision")
		p.words = "Autre chose."
		h.Clock.Advance(time.Hour)
		_, err = h.Evidence.Again(ctx, editor, page.ID)
		h.Must(err)
		do(h)
		newest := copies(h)["/page"]
		newest.ArchivedAt = archived + "2"
		h.Must(h.Store.InTx(ctx, func(t store.Tables) error { return t.EvidenceCopies.SaveOutside(ctx, &newest) }))
		typo, err = revise(func(c *embraye.Content) { c.Title = "Un titre" })
		h.Must(err)
		if sum, at := told(typo); sum != newest.SHA256() || sum == page.SHA256() || at != archived+"2" {
			t.Errorf("of the newest: %s, %s", sum, at)
		}
		typo, err = revise(func(c *embraye.Content) { c.Evidence[0].ArchivedAt = given })
		h.Must(err)
		if sum, at := told(typo); sum != newest.SHA256() || at != given {
			t.Errorf("an editor's: %s, %s", sum, at)
		}
	})
}
