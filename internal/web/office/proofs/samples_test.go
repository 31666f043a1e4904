package proofs

import (
	"time"

	"embraye/internal/embraye"
)

// Samples is every page of the wing with something in each of its corners, by
// template.
func Samples() map[string][]any {
	day := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	kept := embraye.EvidenceCopy{ID: "01hx0000000000000000000000", Href: "https://preuve.example/", Origin: embraye.CopyOurs, State: embraye.CopyKept, AskedAt: day, MadeAt: &day,
		File: "00.wacz", Size: 4000, Damaged: true, URL: "https://preuve.example/ici", MediaType: "text/html", Title: "Un appel", Language: "fr", Text: "Un appel est ouvert.", Cut: "length", NoArchive: true, Thin: true,
		Visibility: embraye.CopyQuotation, Licence: "CC-BY-4.0", Quotation: "Un appel", Look: embraye.PageMoved, LookedAt: &day, MovedTo: "https://ailleurs.example/", Outside: embraye.OutsideDone, ArchivedAt: "https://web.archive.org/web/1/x"}
	handed, waits, failed, dropped := kept, kept, kept, kept
	handed.Look, handed.Changed, handed.MovedTo = embraye.PageChanged, 12, ""
	handed.Origin, handed.Outside, handed.OutsideSaid, handed.ArchivedAt = embraye.CopyHandedIn, embraye.OutsideFailed, "too_many", ""
	waits.State, waits.MadeAt, waits.NextAt, waits.Failure, waits.Outside = embraye.CopyWaiting, nil, &day, "no_room", embraye.OutsideWaiting
	failed.State, failed.MadeAt, failed.Failure, failed.Look = embraye.CopyFailed, nil, "404", ""
	dropped.State, dropped.Reason, dropped.Failure = embraye.CopyDropped, "Demande de l'auteur", "no_room"
	all := []embraye.EvidenceCopy{kept, handed, waits, failed, dropped}
	list := &listPage{On: true, Usage: embraye.CopyUsage{Kept: 2, Waiting: 1, Failed: 1, Bytes: 95, Limit: 100}, State: embraye.CopyKept, List: all, Next: kept.ID}
	full := &listPage{On: true, Usage: embraye.CopyUsage{Bytes: 100, Limit: 100}}
	pages := []any{}
	for i := range all {
		pages = append(pages, &onePage{EvidenceCopy: &all[i]})
	}
	pages[0].(*onePage).CitedBy = []embraye.Citation{{ID: kept.ID, Title: "Un appel à communs", Language: "fr"}, {Organisation: "https://voisine.example/actors/organisation", ID: kept.ID, Title: "Galv", Language: "br"}}
	return map[string][]any{"copies": {&listPage{}, list, full}, "copy_new": {nil}, "copy_one": pages}
}
