package talk_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/app/people"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/storetest"
)

// A talk is an instance with one constat, and people elsewhere who speak with
// it: ann and bo on one server, cy on another. Cy follows the measure.
type scene struct {
	*testing.T
	w          *fedtest.World
	in         *fedtest.Instance
	home, far  *fedtest.Server
	ann, bo    *fedtest.Actor
	cy         *fedtest.Actor
	update     *embraye.Update
	constat    string
	said       int
	reviewer   embraye.Acting
	lowerRoles []embraye.Acting
}

func eachTalk(t *testing.T, play func(k *scene)) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) { play(newTalk(t, kind)) })
	}
}

func newTalk(t *testing.T, kind string) *scene {
	w := fedtest.New(t, fedtest.Config{Kind: kind}, "ours.example")
	k := &scene{T: t, w: w, in: w.Instances[0], home: w.Server("home.example"), far: w.Server("far.example")}
	k.ann, k.bo, k.cy = k.home.Actor("ann"), k.home.Actor("bo"), k.far.Actor("cy")
	k.reviewer = k.person("Rea", embraye.Reviewer)
	k.lowerRoles = []embraye.Acting{{}, k.person("Lee", embraye.Reader), k.person("Edi", embraye.Editor)}
	k.follow(k.cy)
	p, err := k.in.Constats.Publish(t.Context(), embraye.Operator(), constats.PublishInput{
		Scope: embraye.Scope{Measure: "m2", Subject: embraye.BySubjectInstitution, Territory: "FR-BRE",
			Institution: embraye.Institution{Name: "Région Bretagne", Kind: "region"}},
		Content: embraye.Content{Stage: embraye.UnderWay, Title: "Un appel à communs est ouvert", Summary: "La région a ouvert un appel.",
			Evidence: []embraye.Evidence{{Href: "https://preuves.example/appel", Name: "Délibération"}}}})
	k.must(err)
	k.update, k.constat = p.Update, string(k.in.Site.UpdateID(p.Update.ID))
	k.settle()
	return k
}

func (k *scene) person(name string, role embraye.Role) embraye.Acting {
	p, err := k.in.People.Add(k.Context(), embraye.Operator(), people.NewPerson{Name: name, Email: strings.ToLower(name) + "@ours.example", Role: role})
	k.must(err)
	return embraye.Acting{Person: p}
}

func (k *scene) must(err error) {
	k.Helper()
	if err != nil {
		k.Fatal(err)
	}
}

// settle delivers everything and forgets it.
func (k *scene) settle() {
	k.w.Settle()
	k.home.Take()
	k.far.Take()
}

// sent delivers everything and returns what one server got.
func (k *scene) sent(s *fedtest.Server) []fedtest.Message {
	k.w.Settle()
	return s.Take()
}

func (k *scene) post(a *fedtest.Actor, activity map[string]any) {
	k.Helper()
	activity["@context"], activity["actor"] = "https://www.w3.org/ns/activitystreams", a.ID
	k.w.Clock.Advance(time.Second)
	if status := a.Post(string(k.in.Site.SharedInbox()), activity); status != 202 {
		k.Fatalf("%v answered %d", activity, status)
	}
}

func (k *scene) measure() string { return string(k.in.Site.ActorID("mesure2")) }

func (k *scene) follow(a *fedtest.Actor) {
	k.post(a, map[string]any{"id": a.ID + "/follow", "type": "Follow", "object": k.measure()})
}

// note is a post of somebody, to the public or to the measure alone.
func (k *scene) note(a *fedtest.Actor, id, text string, toAll bool) map[string]any {
	to := []string{k.measure()}
	if toAll {
		to = append(to, apptest.Public)
	}
	return map[string]any{"id": id, "type": "Note", "attributedTo": a.ID, "inReplyTo": k.constat, "content": "<p>" + text + "</p>", "to": to,
		"published": k.w.Clock.Now().Format(time.RFC3339), "tag": []any{map[string]any{"type": "Mention", "href": k.measure()}}}
}

// reply makes somebody reply to the constat and returns our row of it.
func (k *scene) reply(a *fedtest.Actor, text string, toAll bool) *embraye.Reply {
	k.Helper()
	k.said++
	id := fmt.Sprintf("%s/posts/%d", a.ID, k.said)
	k.post(a, map[string]any{"id": id + "#create", "type": "Create", "object": k.note(a, id, text, toAll)})
	return k.row(id)
}

func (k *scene) row(uri string) *embraye.Reply {
	k.Helper()
	r, err := k.in.Store.Tables().Replies.ByURI(k.Context(), embraye.IRI(uri))
	k.must(err)
	return r
}

// shown is what the public sees: how many replies are counted, and their texts.
func (k *scene) shown() (counted int, texts []string) {
	k.Helper()
	page, err := k.in.Store.Pages().ConstatPage(k.Context(), k.update.ID)
	k.must(err)
	for _, r := range page.Replies {
		texts = append(texts, r.Reply.HTML)
	}
	return page.Update.ReplyCount, texts
}

func (k *scene) wantShown(what string, want ...string) {
	k.Helper()
	counted, texts := k.shown()
	if counted != len(want) || !slices.Equal(texts, want) {
		k.Errorf("%s: %d replies counted, shown %q, want %q", what, counted, texts, want)
	}
}

// audit is the newest entry; the public never learns of a stranger by it.
func (k *scene) audit(action string, public bool) embraye.AuditEntry {
	k.Helper()
	all, err := k.in.Store.Tables().Audit.List(k.Context(), 1)
	k.must(err)
	e := all[0]
	if e.Action != action || e.Public != public || e.Who == "" {
		k.Errorf("audit: %+v, want %s, public %t", e, action, public)
	}
	if public && strings.Contains(e.Object+e.Reason, "home.example") {
		k.Errorf("the journal names a stranger: %+v", e)
	}
	return e
}

// code is the code of the only mistake, or "".
func code(err error) string {
	var invalid *embraye.InvalidError
	if !errors.As(err, &invalid) || len(invalid.Problems) != 1 {
		return ""
	}
	return invalid.Problems[0].Code
}

func (k *scene) wantCode(err error, want string) {
	k.Helper()
	if code(err) != want {
		k.Errorf("error %v, want the mistake %s", err, want)
	}
}

func (k *scene) status(path string) int {
	k.Helper()
	resp := k.w.Get(path, fedtest.ActivityType)
	resp.Body.Close()
	return resp.StatusCode
}

func texts(v any) (list []string) {
	all, _ := v.([]any)
	for _, x := range all {
		s, _ := x.(string)
		list = append(list, s)
	}
	return list
}

// forbidden asks for something as everybody who may not have it.
func (k *scene) forbidden(what string, who []embraye.Acting, f func(by embraye.Acting) error) {
	k.Helper()
	for _, by := range who {
		if err := f(by); !errors.Is(err, embraye.ErrForbidden) {
			k.Errorf("%s by %+v: %v", what, by.Person, err)
		}
	}
}
