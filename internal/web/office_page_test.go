package web

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/locale"
)

var someday = time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)

// officeSamples is every page of the office with something in each of its
// corners, by template.
func officeSamples() map[string][]any {
	content := embraye.Content{Stage: embraye.Done, Title: "Titre", Summary: "Résumé", Language: "fr", Lessons: []string{"e1"},
		Indicator: &embraye.Indicator{Name: "communs", Value: "3"}, RelatedTo: []embraye.Relation{{Rel: "follows", Href: "https://a.example/"}},
		Evidence: []embraye.Evidence{{Type: "Link", Href: "https://preuve.example/", Name: "Preuve"}}}
	scope := embraye.Scope{Measure: "m2", Subject: embraye.BySubjectInstitution, Territory: "FR-BRE", Institution: embraye.Institution{Name: "Région", Kind: "region"}}
	hour := someday
	draft := &embraye.Draft{ID: 7, State: embraye.DraftInReview, Scope: scope, Content: content, Failure: "incomplete", ReviewNote: "à revoir", ScheduledAt: &hour, UpdatedAt: someday}
	update := embraye.Update{ID: "01HX0000000000000000000000", Scope: scope, Content: content, Revision: 2, PublishedAt: someday}
	withdrawn := update
	withdrawn.WithdrawnAt, withdrawn.WithdrawReason = &hour, "erreur"
	rows := append(slices.Clone(content.Evidence), embraye.Evidence{})
	picks := choices{Measures: []option{{Value: "m2", Label: "Mesure"}}, Places: []optionGroup{{"regions", []option{{Value: "FR-BRE", Label: "Bretagne"}}}},
		Lessons: []option{{Value: "e1", Label: "Enseignement"}}}
	report := &embraye.DeliveryReport{Total: 3, Sent: 1, Waiting: 1, GivenUp: 1, Hosts: []embraye.DeliveryHost{
		{Host: "a.example", State: embraye.DeliveryWaiting, Attempts: 2, Status: 503, Reason: "plus tard", NextAt: someday}, {Host: "b.example", State: embraye.DeliveryGivenUp}}}
	author := embraye.RemoteActor{URI: "https://a.example/u/ana", Host: "a.example", Username: "ana", Name: "Ana"}
	reply := embraye.OfficeReply{Reply: embraye.Reply{ID: 3, Actor: author.URI, HTML: "<p>Bravo</p>", State: embraye.ReplyPending, Public: true, URL: "https://a.example/3", Reason: "hors sujet"},
		Author: author, Update: &update, Answer: &embraye.Note{HTML: "<p>Merci</p>"}}
	hidden := reply
	hidden.Reply.State, hidden.Reply.Public, hidden.Author = embraye.ReplyHidden, false, embraye.RemoteActor{URI: author.URI}
	org := &embraye.Actor{Handle: "organisation", Name: "Organisation", Links: []embraye.ActorLink{{Name: "Site", Href: "https://o.example/"}}, IconFile: "a.png"}
	constat := &embraye.OfficeConstat{Update: update, Delivery: report, Replies: []embraye.OfficeReply{reply}, MayCorrect: true,
		Notes: []embraye.Note{{ID: "01HX", HTML: "<p>Corrigé</p>"}}, Revisions: []embraye.Revision{{Number: 2, Kind: embraye.Typo, Reason: "faute"}, {Number: 1, Kind: embraye.FirstRevision}}}
	revoked := embraye.OfficeQuote{Quote: embraye.Quote{ID: "01HY", RevokedAt: &hour}, Author: author}
	person := embraye.Person{ID: 2, Name: "Bea", Email: "bea@a.example", Role: embraye.Editor}
	shut := embraye.Person{ID: 3, Name: "Cleo", Email: "cleo@a.example", Role: embraye.Reader, Disabled: true}
	return map[string][]any{
		"link":  {linkPage{embraye.SetupLink, embraye.LinkUsed}, linkPage{embraye.InviteLink, embraye.LinkExpired}, linkPage{embraye.ResetLink, embraye.LinkUnknown}},
		"setup": {&setupPage{Organisation: org, Rows: org.Links, Measures: []embraye.Actor{{Handle: "mesure2", Name: "Mesure 2"}}}, &setupPage{Organisation: org, HandleLocked: true}},
		"login": {&loginPage{Next: "/office", Kept: "eA", Lost: true}}, "invite": {invitePage{&embraye.Link{Email: "bea@a.example", Role: embraye.Editor}}},
		"reset_ask": {resetAskPage{}, resetAskPage{Asked: true}, resetAskPage{Asked: true, Mails: true}}, "reset": {nil},
		"start": {&embraye.OfficeStart{}, &embraye.OfficeStart{Drafts: []embraye.Draft{*draft, {}}, ForReview: []embraye.Draft{*draft}, Scheduled: []embraye.Draft{*draft},
			Failed: []embraye.Draft{*draft}, Replies: 2, Reports: 1, Reset: []embraye.AuditEntry{{Object: "bea@a.example"}}, DeadLinks: []embraye.LinkCheck{{Href: "https://x.example/a", Reason: "404"}, {Href: "https://y.example/", Reason: "unreachable"}}, FailingHosts: 2, GivenUp: 3, LegalMissing: embraye.LegalTexts(), Demo: true}},
		"editor": {&editorPage{Draft: &embraye.Draft{}, Rows: []embraye.Evidence{{}}, Choices: picks}, &editorPage{Draft: draft, Rows: rows, Choices: picks, Preview: "<p>x</p>", Length: 12,
			Handle: "@mesure2@ours.example", MayPublish: true, Colleagues: []embraye.Person{person}, Missing: []embraye.Problem{{Field: "title", Code: "required"}}, Restored: true}},
		"conflict": {&conflictPage{Theirs: draft, Posted: map[string][]string{"title": {"x"}}, Action: "/office/drafts/7"}},
		"publish":  {&publishPage{Draft: draft, Handle: "@mesure2@ours.example", Followers: 2, Servers: 1}, &publishPage{Draft: draft}},
		"constats": {&constatsPage{Choices: picks}, &constatsPage{Choices: picks, Drafts: []embraye.Draft{*draft}, Updates: []embraye.Update{update, withdrawn}, Next: update.ID}},
		"constat":  {constat, &embraye.OfficeConstat{Update: withdrawn}}, "withdraw": {constat},
		"correct": {&correctPage{Constat: constat, Draft: draft, Rows: rows, Choices: picks, Kind: "typo"}},
		"people":  {&peoplePage{People: []embraye.Person{person, shut}, Invites: []embraye.Link{{Email: "d@a.example", Role: embraye.Admin}}, Link: "https://x", LinkFor: "d@a.example"}},
		"account": {&accountPage{Sessions: []embraye.Session{{TokenHash: "a", UserAgent: "Firefox"}, {TokenHash: "b"}}, Current: "b"}},
		"conversation": {&conversationPage{}, &conversationPage{State: embraye.ReplyPending}, &conversationPage{Open: true, Closing: 1, Replies: []embraye.OfficeReply{reply, hidden}, Next: 3,
			Reports: []embraye.Report{{ID: 1, Host: "a.example", Objects: []string{"https://x"}, Text: "non"}}, Blocked: []embraye.ActorBlock{{Blocked: author.URI}}}},
		"reply": {&reply, &hidden},
		"interactions": {&interactionsPage{}, &interactionsPage{Interactions: []embraye.OfficeInteraction{{Interaction: embraye.Interaction{Kind: embraye.Like}, Author: author, Update: &update},
			{Interaction: embraye.Interaction{Kind: embraye.Boost}}}, Quotes: []embraye.OfficeQuote{{Quote: embraye.Quote{ID: "01HX"}, Author: author, Update: &update}, revoked}, Next: 4}},
		"followers": {&followersPage{Page: &embraye.FollowerPage{}}, &followersPage{Hosts: []embraye.HostCount{{Host: "a.example", Followers: 2}},
			Page: &embraye.FollowerPage{Actor: "mesure2", Total: 2, Followers: []embraye.OfficeFollower{{Author: author}}, Next: 9}}},
		"deliveries": {[]embraye.FailingHost(nil), []embraye.FailingHost{{Host: embraye.Host{Host: "a.example", LastError: "timeout"}, Waiting: 1, NextAt: someday, Since: someday}, {Host: embraye.Host{Host: "b.example"}, GivenUp: 1}}},
		"organisation": {&organisationPage{Organisation: org, Rows: org.Links, Off: []embraye.Actor{{Handle: "mesure3", Measure: "m3", Name: "Mesure 3"}}},
			&organisationPage{Organisation: &embraye.Actor{Handle: "organisation"}, HandleLocked: true}},
		"legal":  {legalPage{embraye.LegalTexts(), map[string]string{"director": "Ana"}}},
		"audit":  {&embraye.AuditPage{}, &embraye.AuditPage{Entries: []embraye.AuditEntry{{Action: "update.publish", Who: "Ana", Public: true, Reason: "r", Detail: "d"}, {Action: "other"}}, Next: 2}},
		"import": {&importPage{}, &importPage{Report: &export.Import{Ignored: []string{"x"}, Lines: []export.ImportLine{{Line: 2}, {Line: 3, Problems: []embraye.Problem{{Field: "stage", Code: "required"}}}}}, Good: 1, File: "eA"}},
	}
}

// rawKey finds a key of the catalogue that stands in a page as its own text.
var rawKey = regexp.MustCompile(`(office|field|error|stage|subject|confidence|relation|import)\.[a-z_]+(\.[a-z_A-Z0-9-]+)*`)

var (
	idAttribute    = regexp.MustCompile(` id="([^"]*)"`)
	forAttribute   = regexp.MustCompile(` (?:for|aria-labelledby)="([^"]*)"`)
	describedBy    = regexp.MustCompile(` aria-describedby="([^"]*)"`)
	forbiddenParts = []string{` style=`, ` onclick=`, `<script>`, `ZgotmplZ`, `%!`, `<no value>`}
)

// CheckOfficePages renders every template, empty and full, in both languages,
// for every role and after mistakes: all its words are in the catalogue, all its labels have a
// field, no id stands twice.
func CheckOfficePages(t *testing.T, h *Handler) {
	o := h.office
	samples := officeSamples()
	for name := range o.templates {
		if samples[name] == nil {
			t.Errorf("the template %s has no sample", name)
		}
	}
	mistakes := []embraye.Problem{{Field: "title", Code: "required"}, {Field: "evidence", Code: "bad_url", Value: "https://preuve.example/"}, {Field: "file", Code: "file_type"}}
	for name, contents := range samples {
		for i, content := range contents {
			for _, role := range []embraye.Role{"", embraye.Reader, embraye.Admin} {
				if (role == "") != doors[name] {
					continue
				}
				for _, lang := range locale.Languages() {
					for _, problems := range [][]embraye.Problem{nil, mistakes} {
						page := &officePage{htmlPage: htmlPage{Lang: lang, Title: "Titre", SiteName: "Embraye", Content: content, catalogue: o.catalogue, territories: o.Handler.rooms.App.Territories},
							Path: "/office/" + name, Problems: problems, office: o}
						if role != "" {
							page.Person = &embraye.Person{ID: 1, Name: "Ana", Email: "ana@a.example", Role: role}
						}
						checkOfficePage(t, o, page, name, i)
					}
				}
			}
		}
	}
}

func checkOfficePage(t *testing.T, o *office, page *officePage, name string, i int) {
	t.Helper()
	var out bytes.Buffer
	if err := o.templates[name].ExecuteTemplate(&out, "office", page); err != nil {
		t.Errorf("%s %d: %v", name, i, err)
		return
	}
	html := out.String()
	for _, key := range rawKey.FindAllString(html, -1) {
		if key != "office.js" {
			t.Errorf("%s %d %s: the word %q is not in the catalogue", name, i, page.Lang, key)
		}
	}
	for _, bad := range forbiddenParts {
		if strings.Contains(html, bad) {
			t.Errorf("%s %d: the page has %q", name, i, bad)
		}
	}
	if n := strings.Count(html, "<h1"); n != 1 {
		t.Errorf("%s %d: %d titles", name, i, n)
	}
	ids := map[string]bool{}
	for _, m := range idAttribute.FindAllStringSubmatch(html, -1) {
		if ids[m[1]] {
			t.Errorf("%s %d: the id %q stands twice", name, i, m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range append(forAttribute.FindAllStringSubmatch(html, -1), describedBy.FindAllStringSubmatch(html, -1)...) {
		for _, id := range strings.Fields(m[1]) {
			if !ids[id] {
				t.Errorf("%s %d: nothing has the id %q", name, i, id)
			}
		}
	}
}

// doors are the pages of those who are not signed in.
var doors = map[string]bool{"link": true, "setup": true, "login": true, "invite": true, "reset_ask": true, "reset": true}

// After signing in one comes to a page of the office, whatever the address says
// (SECURITY W52).
func TestW52NextIsOurs(t *testing.T) {
	for given, want := range map[string]string{
		"": "/office", "/office": "/office", "/office/drafts/7": "/office/drafts/7", "/office/constats?state=draft": "/office/constats?state=draft",
		"//evil.example": "/office", `/\evil.example`: "/office", "https:evil": "/office", "https://evil.example/office": "/office", "/%2Fevil.example": "/office",
		"/%09/evil.example": "/office", "javascript:alert(1)": "/office", "/office/../@x": "/office", "/office\\x": "/office", "/officer": "/office", "//office.evil": "/office",
		"/office?" + strings.Repeat("x", 10_000): "/office",
	} {
		if got := nextPath(given); got != want {
			t.Errorf("next %.60q leads to %q, want %q", given, got, want)
		}
	}
}
