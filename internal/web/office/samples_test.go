package office

import (
	"time"

	"embraye/internal/embraye"
)

var someday = time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)

// Samples is every page of the wing with something in each of its corners, by
// template.
func Samples() map[string][]any {
	content := embraye.Content{Stage: embraye.Done, Title: "Titre", Summary: "Résumé", Language: "fr", Lessons: []string{"e1"},
		Indicator: &embraye.Indicator{Name: "communs", Value: "3"}, RelatedTo: []embraye.Relation{{Rel: "follows", Href: "https://a.example/"}},
		Evidence: []embraye.Evidence{{Type: "Link", Href: "https://preuve.example/", Name: "Preuve"}}}
	scope := embraye.Scope{Measure: "m2", Subject: embraye.BySubjectInstitution, Territory: "FR-BRE", Institution: embraye.Institution{Name: "Région", Kind: "region"}}
	hour := someday
	draft := &embraye.Draft{ID: 7, State: embraye.DraftInReview, Scope: scope, Content: content, Failure: "incomplete", ReviewNote: "à revoir", ScheduledAt: &hour, UpdatedAt: someday}
	return map[string][]any{
		"failed": {&failedPage{Status: 404}, &failedPage{Status: 403, Why: "office.failed.role", Typed: []typedText{{"Titre", "Un texte"}}}},
		"start": {&startPage{OfficeStart: &embraye.OfficeStart{}}, &startPage{Names: map[int64]string{3: "Léa"}, OfficeStart: &embraye.OfficeStart{Drafts: []embraye.Draft{*draft, {}}, ForReview: []embraye.Draft{*draft}, Scheduled: []embraye.Draft{*draft},
			Failed: []embraye.Draft{*draft}, Replies: 2, Reports: 1, Reset: []embraye.AuditEntry{{Object: "bea@a.example"}}, DeadLinks: []embraye.DeadLink{{LinkCheck: embraye.LinkCheck{Href: "https://x.example/a", Reason: "404"}}, {LinkCheck: embraye.LinkCheck{Href: "https://y.example/", Reason: "unreachable"}}}, Changed: 2, Moved: 1, FailingHosts: 2, GivenUp: 3, PeersChanged: 1, PeersAsking: 2, LegalMissing: embraye.LegalTexts(), Demo: true,
			InReview: []embraye.Draft{*draft, {State: embraye.DraftInReview, Reviewer: 3}}, Asked: []embraye.OfficeAsked{{Who: "Bea", Why: "une date", At: someday}}, Followers: 3, Servers: 2, FollowersNew: 1,
			Recent: []embraye.OfficeRecent{{Delivery: &embraye.DeliveryReport{Total: 3, Sent: 1, Waiting: 1, GivenUp: 1}}, {}}}}},
	}
}
