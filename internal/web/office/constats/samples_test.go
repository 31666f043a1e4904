package constats

import (
	"time"

	revise "embraye/internal/app/constats"
	"embraye/internal/app/evidence"
	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/web/office"
	"embraye/internal/web/site"
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
	draft := &embraye.Draft{ID: 7, State: embraye.DraftInReview, Scope: scope, Content: content, Failure: "not_allowed", ReviewNote: "à revoir", ScheduledAt: &hour, UpdatedAt: someday}
	update := embraye.Update{ID: "01HX0000000000000000000000", Scope: scope, Content: content, Revision: 2, PublishedAt: someday}
	withdrawn := update
	withdrawn.WithdrawnAt, withdrawn.WithdrawReason = &hour, "erreur"
	file := embraye.EvidenceFile{Name: "affiche.png", MediaType: "image/png", Size: 2 << 20, Width: 320, Height: 200, OriginalName: "affiche.png"}
	cards := []proof{{Evidence: content.Evidence[0]}, {Evidence: embraye.Evidence{Type: "Document", Href: "https://ours.example/fichiers/affiche.png", MediaType: "image/png", Name: "Affiche"}, File: &file}, {}}
	picks := choices{Measures: []office.Option{{Value: "m2", Label: "Mesure"}}, Places: []office.OptionGroup{{Label: "regions", Options: []office.Option{{Value: "FR-BRE", Label: "Bretagne"}}}},
		Lessons: []office.Option{{Value: "e1", Label: "Enseignement"}}}
	report := &embraye.DeliveryReport{Total: 3, Sent: 1, Waiting: 1, GivenUp: 1, Hosts: []embraye.DeliveryHost{
		{Host: "a.example", State: embraye.DeliveryWaiting, Attempts: 2, Status: 503, Reason: "plus tard", NextAt: someday}, {Host: "b.example", State: embraye.DeliveryGivenUp}}}
	author := embraye.RemoteActor{URI: "https://a.example/u/ana", Host: "a.example", Username: "ana", Name: "Ana"}
	reply := embraye.OfficeReply{Reply: embraye.Reply{ID: 3, Actor: author.URI, HTML: "<p>Bravo</p>", State: embraye.ReplyPending, Public: true, URL: "https://a.example/3", Reason: "hors sujet"},
		Author: author, Update: &update, Answer: &embraye.Note{HTML: "<p>Merci</p>"}}
	constat := &embraye.OfficeConstat{Update: update, Delivery: report, Replies: []embraye.OfficeReply{reply}, MayCorrect: true,
		Notes: []embraye.Note{{ID: "01HX", HTML: "<p>Corrigé</p>"}}, Revisions: []embraye.Revision{{Number: 2, Kind: embraye.Typo, Reason: "faute"}, {Number: 1, Kind: embraye.FirstRevision}}}
	person := embraye.Person{ID: 2, Name: "Bea", Email: "bea@a.example", Role: embraye.Editor}
	return map[string][]any{
		"editor": {&editorPage{Draft: &embraye.Draft{}, Proofs: []proof{{}}, Choices: picks}, &editorPage{Draft: draft, Proofs: cards, Choices: picks, Same: []embraye.HeardConstat{{}}, Preview: "<p>x</p>", Length: 12,
			Handle: "@mesure2@ours.example", MayPublish: true, Colleagues: []embraye.Person{person}, Missing: []embraye.Problem{{Field: "title", Code: "required"}}, Restored: true, Follows: &update}},
		"conflict": {&conflictPage{Theirs: draft, Posted: map[string][]string{"title": {"x"}}, Action: "/office/drafts/7"}},
		"publish":  {&publishPage{Draft: draft, Handle: "@mesure2@ours.example", Followers: 2, Servers: 1}, &publishPage{Draft: draft}},
		"draft_copies": {&copiesPage{Draft: draft}, &copiesPage{draft, true, []evidence.Page{{Evidence: content.Evidence[0]}, {Copy: &embraye.EvidenceCopy{State: embraye.CopyFailed, Failure: "404", Href: "https://preuve.example/"}},
			{Copy: &embraye.EvidenceCopy{State: embraye.CopyWaiting, Failure: "unreachable"}}, {Copy: &embraye.EvidenceCopy{State: embraye.CopyKept, MadeAt: &hour}}}}},
		"constats": {&constatsPage{Choices: picks}, &constatsPage{Choices: picks, Drafts: []embraye.Draft{*draft}, Updates: []embraye.Update{update, withdrawn}, Next: update.ID}},
		"constat":  {constat, &embraye.OfficeConstat{Update: withdrawn}},
		"withdraw": {constat},
		"correct":  {&correctPage{Constat: constat, Draft: draft, Proofs: cards, Choices: picks, Kind: "typo"}},
		"look": {&lookPage{Constat: constat, Input: revise.ReviseInput{Kind: embraye.Substance, Reason: "erreur"}, Stage: true, Preview: "<p>x</p>", Draft: draft,
			Changes: []site.FieldDiff{{Key: "title", Runs: []site.Change{{Kind: "del", Text: "Avant"}, {Kind: "ins", Text: "Après"}}}}, Posted: map[string][]string{"title": {"x"}}},
			&lookPage{Constat: constat, Input: revise.ReviseInput{Quiet: true}, Draft: draft}},
		"import": {&importPage{}, &importPage{Report: &export.Import{Ignored: []string{"x"}, Lines: []export.ImportLine{{Line: 2}, {Line: 3, Problems: []embraye.Problem{{Field: "stage", Code: "required"}}}}}, Good: 1, File: "eA"}},
	}
}
