package reviews

import (
	"time"

	"embraye/internal/embraye"
)

// Samples is every page of the wing with something in each of its corners, by
// template.
func Samples() map[string][]any {
	day := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	scope := embraye.Scope{Measure: "m2", Subject: embraye.BySubjectInstitution, Territory: "FR-BRE", Institution: embraye.Institution{Name: "Région", Kind: "region"}}
	said := embraye.ReviewContent{Verdict: embraye.Contests, Reason: "Non.\nPas ouvert.", Language: "fr", Evidence: []embraye.Evidence{{Href: "https://preuve.example/", Name: "Preuve"}}}
	of := embraye.PeerUpdate{URI: "https://a.example/constats/1", URL: "https://a.example/constats/1", CopyID: "01hx0000000000000000000000", Scope: scope, Revision: 2, ReceivedAt: day,
		Content: embraye.Content{Stage: embraye.Done, Title: "Titre", Summary: "Résumé", Language: "fr"}, RevisionReason: "Une date", WithdrawnAt: &day}
	peer := embraye.Peer{Name: "La Paire", Host: "a.example"}
	draft := embraye.Draft{ID: 3, Scope: scope, Content: embraye.Content{Title: "Titre", Language: "fr", Evidence: said.Evidence}, State: embraye.DraftInReview, Failure: "incomplete",
		Review: embraye.ReviewDraft{Of: of.URI, Revision: 1, Verdict: embraye.Contests, Reason: said.Reason}, ReviewNote: "À revoir", Reviewer: 7, ScheduledAt: &day}
	planned := draft
	planned.State, planned.Review.Verdict = embraye.DraftScheduled, ""
	standing := of
	standing.WithdrawnAt = nil
	mine := embraye.Review{ID: "01HX0000000000000000000000", ObjectTitle: "Titre", ObjectPage: "https://a.example/", ObjectActor: "https://a.example/actors/mesure2", ReviewedRevision: 1, ReviewContent: said, PublishedAt: day}
	gone := mine
	gone.WithdrawnAt, gone.WithdrawReason, gone.Erased = &day, "Erreur", true
	answered := &embraye.ReviewResponse{Note: "https://a.example/notes/1", HTML: "<p>Si.</p>", Maintained: true}
	taken := &embraye.ReviewResponse{IntegratedBy: "https://a.example/constats/1/versions/2"}
	about := func(r embraye.Review, response *embraye.ReviewResponse, stands bool) *ourPage {
		return &ourPage{Review: &r, MayChange: true, About: &embraye.ReviewPage{Review: r, Response: response, Stands: stands, Older: true,
			Revisions: []embraye.ReviewRevision{{Number: 2, Kind: embraye.Typo, Change: "Faute", ReviewContent: said, CreatedAt: day}}}}
	}
	received := func(state embraye.ReplyState, response *embraye.ReviewResponse, subject *embraye.ReviewSubject, constat string) *receivedOnePage {
		line := embraye.ReviewLine{Subject: subject, ShownReview: embraye.ShownReview{Author: embraye.RemoteActor{Host: "b.example", Name: "Tiers"}, Older: true, Response: response}}
		row := embraye.PeerReview{ID: 3, URI: "https://b.example/avis/1", Object: "https://a.example/constats/1", ReviewContent: said, State: state, HiddenReason: "Hors sujet", URL: "https://b.example/avis/1",
			ReviewedRevision: 1, PublishedAt: day, ReceivedAt: day, Earlier: []embraye.EarlierReview{{Verdict: embraye.Confirms, Reason: "Oui", Until: day}}}
		return &receivedOnePage{OfficeReview: embraye.OfficeReview{Review: row, Line: line}, Seen: "0", Constat: constat}
	}
	subject := &embraye.ReviewSubject{Path: "/constats/01hx0000000000000000000000", Title: "Titre", Language: "fr"}
	waits := received(embraye.ReplyPending, nil, subject, "01hx0000000000000000000000")
	toRead := []embraye.ToRead{{Update: standing, Peer: peer}}
	return map[string][]any{
		"reviews": {&readPage{}, &readPage{Drafts: []embraye.Draft{draft, planned}, Names: map[int64]string{0: "Ana", 7: "Béa"}, Near: toRead, Others: []embraye.ToRead{{Update: of}}, Next: "0 1 x"}},
		"review_write": {&writePage{Draft: &embraye.Draft{}, Of: &standing, MayPublish: true}, &writePage{Draft: &draft, Of: &of, Peer: peer, Theirs: &planned, Reader: "Béa",
			Colleagues: []embraye.Person{{ID: 7, Name: "Béa"}}, Missing: []embraye.Problem{{Field: "reason", Code: "required"}}}, &writePage{Draft: &planned, Of: &standing, MayPublish: true}},
		"review_refused":   {nil},
		"reviews_ours":     {&oursPage{}, &oursPage{List: []embraye.OfficeOurReview{{Review: mine}, {Review: mine, Response: answered}, {Review: gone, Response: taken}}, Next: mine.ID}},
		"review_our":       {about(mine, nil, true), about(mine, answered, false), about(mine, taken, true), about(gone, nil, false)},
		"review_correct":   {&correctPage{ourPage: about(mine, nil, true), Said: said, Kind: "typo"}},
		"review_withdraw":  {about(mine, nil, true)},
		"reviews_received": {&receivedPage{}, &receivedPage{State: embraye.ReplyPending}, &receivedPage{List: []embraye.OfficeReview{waits.OfficeReview, received(embraye.ReplyHidden, answered, nil, "").OfficeReview}, Next: 3}},
		"review_received": {waits, received(embraye.ReplyShown, answered, subject, "01hx0000000000000000000000"), received(embraye.ReplyHidden, taken, nil, ""),
			received(embraye.ReplyShown, taken, subject, "01hx0000000000000000000000")},
	}
}
