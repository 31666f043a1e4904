package talk

import (
	"time"

	moderation "embraye/internal/app/talk"
	"embraye/internal/blocklist"
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
	update := embraye.Update{ID: "01HX0000000000000000000000", Scope: scope, Content: content, Revision: 2, PublishedAt: someday}
	author := embraye.RemoteActor{URI: "https://a.example/u/ana", Host: "a.example", Username: "ana", Name: "Ana"}
	reply := embraye.OfficeReply{Reply: embraye.Reply{ID: 3, Actor: author.URI, HTML: "<p>Bravo</p>", State: embraye.ReplyPending, Public: true, URL: "https://a.example/3", Reason: "hors sujet"},
		Author: author, Update: &update, Answer: &embraye.Note{HTML: "<p>Merci</p>"}}
	hidden := reply
	hidden.Reply.State, hidden.Reply.Public, hidden.Author = embraye.ReplyHidden, false, embraye.RemoteActor{URI: author.URI}
	revoked := embraye.OfficeQuote{Quote: embraye.Quote{ID: "01HY", RevokedAt: &hour}, Author: author}
	return map[string][]any{
		"conversation": {&conversationPage{}, &conversationPage{State: embraye.ReplyPending}, &conversationPage{Open: true, Closing: 1, Replies: []embraye.OfficeReply{reply, hidden}, Next: 3,
			Reports: []embraye.Report{{ID: 1, Host: "a.example", Objects: []string{"https://x"}, Text: "non"}}, Blocked: []embraye.ActorBlock{{Blocked: author.URI}}}},
		"reply": {&reply, &hidden},
		"interactions": {&interactionsPage{}, &interactionsPage{Interactions: []embraye.OfficeInteraction{{Interaction: embraye.Interaction{Kind: embraye.Like}, Author: author, Update: &update},
			{Interaction: embraye.Interaction{Kind: embraye.Boost}}}, Quotes: []embraye.OfficeQuote{{Quote: embraye.Quote{ID: "01HX"}, Author: author, Update: &update}, revoked}, Next: 4}},
		"elsewhere": {&elsewherePage{}, &elsewherePage{Address: "https://tube.example/w/1", Post: &embraye.BoostedPost{Object: "https://tube.example/videos/1", Type: "Video", Title: "Film", Author: "@ana@tube.example"},
			Measures: []measureBox{{embraye.Measure{ID: "m1", Handle: "mesure1"}, false}, {embraye.Measure{ID: "m2", Handle: "mesure2"}, true}}, Boosts: []embraye.BoostedBy{{Boosted: embraye.Boosted{Object: "https://a.example/1", At: someday, Title: "Essai", Author: "@ana@a.example"}, Actor: "mesure2"}, {Boosted: embraye.Boosted{Object: "https://a.example/2", At: someday}, Actor: "mesure1"}}},
			&elsewherePage{Address: "x", Post: &embraye.BoostedPost{Object: "https://a.example/1", Type: "Note"}}},
		"blocks": {&blocksPage{}, &blocksPage{Blocks: []embraye.DomainBlock{{Domain: "a.example", Severity: embraye.Suspend, CreatedAt: someday}, {Domain: "b.example", Severity: embraye.Silence, Comment: "bruit", PrivateComment: "voir le courriel", Obfuscate: true, CreatedAt: someday}}, Next: "b.example"},
			&blocksPage{Draft: embraye.DomainBlock{Domain: "c.example", Severity: embraye.Suspend}, Effects: &embraye.BlockEffects{Followers: 2, Follows: 1, Peers: 1, Replies: 3, Reactions: 4, Deliveries: 5, Hosts: 2}},
			&blocksPage{Draft: embraye.DomainBlock{Domain: "c.example", Severity: embraye.Silence}, Effects: &embraye.BlockEffects{}},
			&blocksPage{Lists: []embraye.DomainList{{URL: "https://a.example/l.csv", Name: "Liste", Entries: 1, ReadAt: someday}, {URL: "https://b.example/l.csv", Name: "Autre", Entries: 2, ReadAt: someday, Failed: "answered 500 Internal Server Error"}},
				Matters: true, Circle: []embraye.AllowedDomain{{Domain: "ami.example", Comment: "signataire", CreatedAt: someday}}},
			&blocksPage{Circle: []embraye.AllowedDomain{{Domain: "ami.example", CreatedAt: someday}}}},
		"block_drafts": {&draftsPage{}, &draftsPage{Next: "b.example", Calm: 1, Drafts: []moderation.Draft{
			{ListLine: moderation.ListLine{Entry: blocklist.Entry{Line: 1, Block: embraye.DomainBlock{Domain: "a.example", Severity: embraye.Suspend, Comment: "bruit"}}, Verdict: moderation.Fresh}, Lists: []string{"Liste", "Autre"}},
			{ListLine: moderation.ListLine{Entry: blocklist.Entry{Line: 2, Block: embraye.DomainBlock{Domain: "b.example", Severity: embraye.Silence}}, Verdict: moderation.Fresh, Effects: embraye.BlockEffects{Followers: 2, Follows: 1}}, Lists: []string{"Liste"}},
			{ListLine: moderation.ListLine{Entry: blocklist.Entry{Line: 3, Block: embraye.DomainBlock{Domain: "c.example", Severity: embraye.Suspend}}, Verdict: moderation.Already}, Lists: []string{"Liste"}, Lift: true},
			{ListLine: moderation.ListLine{Entry: blocklist.Entry{Line: 4, Block: embraye.DomainBlock{Domain: "d.example"}}, Verdict: moderation.Fresh}, Lists: []string{"Autre"}, Allows: true},
			{ListLine: moderation.ListLine{Entry: blocklist.Entry{Line: 5, Block: embraye.DomainBlock{Domain: "e.example"}}, Verdict: moderation.Already}, Lists: []string{"Autre"}, Allows: true, Lift: true}}}},
		"block_list": {&blockListPage{}, &blockListPage{Text: "a.example", Total: 9, Next: 5, Does: 2, Calm: 1, Lines: []moderation.ListLine{
			{Entry: blocklist.Entry{Line: 1, Block: embraye.DomainBlock{Domain: "a.example", Severity: embraye.Suspend, Comment: "bruit"}}, Verdict: moderation.Fresh},
			{Entry: blocklist.Entry{Line: 2, Block: embraye.DomainBlock{Domain: "b.example", Severity: embraye.Silence}}, Verdict: moderation.Changed, Effects: embraye.BlockEffects{Followers: 2, Follows: 1}},
			{Entry: blocklist.Entry{Line: 3, Block: embraye.DomainBlock{Domain: "c.example"}}, Verdict: moderation.Already}, {Entry: blocklist.Entry{Line: 4, Block: embraye.DomainBlock{Domain: "a.example"}}, Verdict: moderation.Twice},
			{Entry: blocklist.Entry{Line: 5, Given: "d*.example", Problem: &embraye.Problem{Field: "domain", Code: "is_hidden_by_the_list"}}, Verdict: moderation.Refused}}}},
		"followers": {&followersPage{Page: &embraye.FollowerPage{}}, &followersPage{Asking: []embraye.OfficeFollower{{Author: author}}, ByMail: []mailCount{{"Mesure 2", 3}}, Hosts: []embraye.HostCount{{Host: "a.example", Followers: 2}},
			Page: &embraye.FollowerPage{Removed: []embraye.RemovedFollowers{{Reason: embraye.FollowerGone, Followers: 1, Since: someday}, {Reason: embraye.FollowerSilent, Followers: 2, Since: someday}}, Actor: "mesure2", Total: 2, Followers: []embraye.OfficeFollower{{Author: author}}, Next: 9}}},
		"deliveries": {[]embraye.FailingHost(nil), []embraye.FailingHost{{Host: embraye.Host{Host: "a.example", LastError: "timeout"}, Waiting: 1, NextAt: someday, Since: someday}, {Host: embraye.Host{Host: "b.example"}, GivenUp: 1}}},
	}
}
