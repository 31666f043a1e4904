package constats

import (
	"context"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// tellCopies writes beside each page that a constat names what is known of its newest
// copy, for the bytes that are about to be made. Bytes that were made stay as they
// are: a copy that is made later is told by the open data, and by the next version.
func tellCopies(ctx context.Context, t store.Tables, c *embraye.Content) error {
	copies, err := t.EvidenceCopies.Of(ctx, embraye.Pages(c.Evidence))
	if err == nil {
		embraye.TellCopies(c.Evidence, copies)
	}
	return err
}
