package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/app/organisation"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/fedtest"
	"embraye/internal/leave"
	"embraye/internal/storetest"
)

// An arrival is an organisation that brings its past to another instance, where
// somebody follows it already.
type arrival struct {
	*testing.T
	w          *fedtest.World
	old, fresh *fedtest.Instance
	dir        string
}

func (a *arrival) must(err error) {
	a.Helper()
	if err != nil {
		a.Fatal(err)
	}
}

// publish is a constat of the old instance with a picture as evidence, which may
// replace another.
func (a *arrival) publish(title string, size int, related ...embraye.Relation) *embraye.Update {
	a.Helper()
	f, err := a.old.Constats.AddFile(a.Context(), embraye.Operator(), bytes.NewReader(apptest.Picture(a.T, size)), "photo.png", "")
	a.must(err)
	in := apptest.Complete()
	in.Title, in.RelatedTo = title, related
	in.Evidence = append(in.Evidence, embraye.Evidence{Href: a.old.Site.Base + "/fichiers/" + f.Name, Name: "Affiche"})
	p, err := a.old.Constats.Publish(a.Context(), embraye.Operator(), constats.PublishInput{Scope: in.Scope, Content: in.Content, SignedBy: "Ana"})
	a.must(err)
	a.w.Clock.Advance(time.Hour)
	return p.Update
}

func (a *arrival) revise(u *embraye.Update, kind embraye.RevisionKind, change func(*embraye.Content)) {
	a.Helper()
	u, err := a.old.Store.Tables().Updates.Take(a.Context(), u.ID)
	a.must(err)
	c := u.Content
	change(&c)
	_, err = a.old.Constats.Revise(a.Context(), embraye.Operator(), u.ID, constats.ReviseInput{Kind: kind, Reason: "Parce que " + string(kind), Content: c})
	a.must(err)
	a.w.Clock.Advance(time.Hour)
}

// run is `embraye import` on the new instance.
func (a *arrival) run(dry bool) (said brought, err error) {
	a.Helper()
	from, err := leave.Arrive(a.dir)
	if err != nil {
		return said, err
	}
	defer from.Close()
	var out bytes.Buffer
	c := &call{program: &program{stdout: &out, stderr: io.Discard}, json: true}
	if err := importInto(a.Context(), c, &wired{Instance: a.fresh.Instance}, embraye.Operator(), from, dry); err != nil {
		return said, err
	}
	a.must(json.Unmarshal(out.Bytes(), &said))
	return said, nil
}

// rewrite changes a file of the folder; its checksum follows if it should.
func (a *arrival) rewrite(name, from, to string, honest bool) (back func()) {
	a.Helper()
	path, list := filepath.Join(a.dir, name), filepath.Join(a.dir, "checksums.sha256")
	text, err := os.ReadFile(path)
	a.must(err)
	sums, err := os.ReadFile(list)
	a.must(err)
	changed := strings.Replace(string(text), from, to, 1)
	if changed == string(text) {
		a.Fatalf("%s has no %q", name, from)
	}
	a.must(os.WriteFile(path, []byte(changed), 0o600))
	if honest {
		sum := func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }
		a.must(os.WriteFile(list, bytes.Replace(sums, []byte(sum(string(text))), []byte(sum(changed)), 1), 0o600))
	}
	return func() {
		a.must(os.WriteFile(path, text, 0o600))
		a.must(os.WriteFile(list, sums, 0o600))
	}
}

func newArrival(t *testing.T, kind string) *arrival {
	w := fedtest.New(t, fedtest.Config{Kind: kind}, "old.example", "new.example")
	a := &arrival{T: t, w: w, old: w.Instances[0], fresh: w.Instances[1], dir: filepath.Join(t.TempDir(), "export")}
	a.must(a.old.Organisation.SetProfile(t.Context(), embraye.Operator(), organisation.ProfileInput{Name: "Les Communs", Summary: "Nous suivons.",
		Links: []embraye.ActorLink{{Name: "Site", Href: "https://communs.example"}}}))
	a.must(a.old.Talk.Block(t.Context(), embraye.Operator(), embraye.DomainBlock{Domain: "spam.example", Severity: embraye.Suspend, Comment: "Publicité"}))
	return a
}

func (a *arrival) export() {
	app := a.old.App
	_, err := leave.Save(a.Context(), a.dir, leave.Source{Store: a.old.Store, Files: app.Files, Now: a.w.Clock.Now, Source: export.Source{Site: app.Site, Reference: app.Reference(),
		Territories: app.Territories, Catalogue: app.Catalogue, Language: app.Language, Version: "test"}})
	a.must(err)
}

// What an organisation published elsewhere stands on its new instance with its
// versions, dates, evidence and relations; nobody is told, and twice is once.
func TestAnImportBringsThePast(t *testing.T) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			a := newArrival(t, kind)
			one := a.publish("Un", 3)
			a.revise(one, embraye.Typo, func(c *embraye.Content) { c.Title = "Un !" })
			a.revise(one, embraye.Substance, func(c *embraye.Content) { c.Stage = embraye.Done })
			two := a.publish("Deux", 4, embraye.Relation{Rel: "replaces", Href: string(a.old.Site.UpdateID(one.ID))})
			gone := a.publish("Retiré", 5)
			a.must(a.old.Constats.Withdraw(t.Context(), embraye.Operator(), gone.ID, constats.WithdrawInput{Reason: "Faux"}))
			a.export()
			reader := a.w.Server("masto.example").Actor("ana")
			reader.Publish()
			apptest.Follow(t, a.fresh, reader)
			a.w.Settle()
			reader.Server.Take()

			if said, err := a.run(true); err != nil || said.Constats != 2 || said.Versions != 4 || !said.DryRun {
				t.Errorf("dry: %+v, %v", said, err)
			}
			if n, err := a.fresh.Store.Tables().Updates.Count(t.Context()); err != nil || n != 0 {
				t.Errorf("a dry run left %d constats, %v", n, err)
			}
			if said, err := a.run(false); err != nil || said.Constats != 2 || said.Known != 0 || said.Evidence != 2 || said.Blocks != 1 || !said.Profile {
				t.Errorf("%+v, %v", said, err)
			}
			a.same(one)
			a.same(two)
			if said, err := a.run(false); err != nil || said.Constats != 0 || said.Known != 2 || said.Blocks != 0 {
				t.Errorf("again: %+v, %v", said, err)
			}
			a.w.Settle()
			if sent := apptest.Messages(reader.Server.Take(), "Create"); len(sent) != 0 {
				t.Errorf("%d Creates were sent", len(sent))
			}
			a.must(a.fresh.Store.CheckStandings(t.Context(), false, func(what string) { t.Errorf("standings: %s", what) }))
			a.settled(one, two)
		})
	}
}

// same holds that a constat has its versions on both instances.
func (a *arrival) same(u *embraye.Update) {
	a.Helper()
	origin := a.old.Site.UpdateID(u.ID)
	id, err := constats.BroughtID(origin)
	a.must(err)
	before, err := a.old.Store.Tables().Revisions.List(a.Context(), u.ID)
	a.must(err)
	after, err := a.fresh.Store.Tables().Revisions.List(a.Context(), id)
	a.must(err)
	there, err := a.old.Store.Tables().Updates.Take(a.Context(), u.ID)
	a.must(err)
	here, err := a.fresh.Store.Tables().Updates.Take(a.Context(), id)
	a.must(err)
	if len(after) != len(before) || !here.PublishedAt.Equal(there.PublishedAt) || here.Revision != there.Revision || here.Substance != there.Substance || here.SignedBy != "Ana" ||
		here.ScopeKey != there.ScopeKey || (here.UpdatedAt == nil) != (there.UpdatedAt == nil) {
		a.Fatalf("%s: %+v became %+v", u.Title, there, here)
	}
	for i, v := range after {
		old := before[i]
		if v.Kind != old.Kind || v.Reason != old.Reason || !v.CreatedAt.Equal(old.CreatedAt) || v.Title != old.Title || v.Stage != old.Stage || len(v.Evidence) != len(old.Evidence) {
			a.Errorf("version %d: %+v became %+v", i+1, old, v)
		}
		if !slices.Contains(v.SameFacts(), string(origin)) {
			a.Errorf("version %d does not say where it was: %v", i+1, v.RelatedTo)
		}
	}
	if at, ok := embraye.IDTime(id); !ok || !at.Truncate(time.Second).Equal(here.PublishedAt) {
		a.Errorf("the id says %v, published %v", at, here.PublishedAt)
	}
}

// settled looks at the new instance as its readers do.
func (a *arrival) settled(one, two *embraye.Update) {
	first, err := constats.BroughtID(a.old.Site.UpdateID(one.ID))
	a.must(err)
	second, err := constats.BroughtID(a.old.Site.UpdateID(two.ID))
	a.must(err)
	u, err := a.fresh.Store.Tables().Updates.Take(a.Context(), second)
	a.must(err)
	if !slices.Equal(u.Replaces(), []string{first}) {
		a.Errorf("it replaces %v, not %s", u.RelatedTo, first)
	}
	for _, e := range u.Evidence {
		path, ours := strings.CutPrefix(e.Href, a.fresh.Site.Base)
		if !ours {
			continue
		}
		if status, body := apptest.Page(a.fresh, path); status != 200 || !bytes.Equal([]byte(body), apptest.Picture(a.T, 4)) && len(body) == 0 {
			a.Errorf("%s: %d", path, status)
		}
	}
	if status, html := apptest.Page(a.fresh, "/constats/"+second); status != 200 || strings.Contains(html, a.old.Site.Base+"/fichiers/") {
		a.Errorf("its page: %d", status)
	}
	profile, err := a.fresh.Organisation.Profile(a.Context())
	a.must(err)
	if profile.Name != "Les Communs" || profile.Summary != "Nous suivons." || len(profile.Links) != 1 {
		a.Errorf("the profile is %+v", profile)
	}
	if list, err := a.fresh.Store.Tables().Activities.Outbox(a.Context(), u.Actor, "", 10); err != nil || len(list) != 2 || list[0].ID != u.CreateID {
		a.Errorf("the outbox has %d, %v", len(list), err)
	}
}

// What is wrong in a folder is named by file and line, all at once, and then
// nothing of it is taken.
func TestAnImportRefusesWhatIsWrong(t *testing.T) {
	a := newArrival(t, storetest.SQLite)
	u := a.publish("Un", 3)
	a.publish("Deux", 4)
	a.export()
	file := strings.TrimPrefix(u.Evidence[len(u.Evidence)-1].Href, a.old.Site.Base+"/")
	for name, c := range map[string]struct {
		file, from, to string
		honest         bool
		want           []string
	}{
		"a changed byte":    {"constats.json", "Un", "Xn", false, []string{"constats.json: its checksum is not that of checksums.sha256 line"}},
		"another text":      {"constats.json", `"measure_iri":"https`, `"measure_iri":"http`, true, []string{"constats.json line 1", "measure"}},
		"a broken table":    {"constats.json", "{\"id\"", "{id", true, []string{"constats.json line 1"}},
		"a file is missing": {"constats.json", file, "fichiers/" + strings.Repeat("0", 64) + ".png", true, []string{"constats.json line 1", "file unknown"}},
		"a bad list":        {"blocks.csv", "spam.example", "not a host", true, []string{"blocks.csv: line 2"}},
		"a bad profile":     {"profile.json", "https://communs.example", "javascript:1", true, []string{"profile.json: links"}},
		"not a checksum":    {"checksums.sha256", "  ", " ", false, []string{"checksums.sha256 line 1: not a checksum"}},
	} {
		back := a.rewrite(c.file, c.from, c.to, c.honest)
		_, err := a.run(false)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
		}
		back()
	}
	back := a.rewrite(file, "IHDR", "XHDR", true) // a name that is no hash of it
	if _, err := a.run(false); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a file that is not what its name says: %v", err)
	}
	back()
	if n, err := a.fresh.Store.Tables().Updates.Count(t.Context()); err != nil || n != 0 {
		t.Errorf("%d constats were taken, %v", n, err)
	}
	if _, err := leave.Arrive(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no folder of `embraye export`") {
		t.Errorf("any folder: %v", err)
	}
	if said, err := a.run(false); err != nil || said.Constats != 2 {
		t.Errorf("afterwards: %+v, %v", said, err)
	}
	a.fresh = a.old
	if _, err := a.run(false); err == nil || !strings.Contains(err.Error(), "written by this instance") {
		t.Errorf("into itself: %v", err)
	}
}

// What an organisation that has moved may still do is said in words.
func TestWhoHasMovedIsToldWhatIsLeft(t *testing.T) {
	err := &embraye.InvalidError{Problems: []embraye.Problem{{Field: "actor", Code: "has_moved", Value: "https://new.example/actors/mesure2"}}}
	if got := sentence(fmt.Errorf("constats: publish: %w", err)); !strings.HasPrefix(got, "This organisation has moved: ") || !strings.Contains(got, "https://new.example/actors/mesure2") {
		t.Error(got)
	}
}

// What waits of a peer is counted in words.
func TestOneChangeOfAPeerWaits(t *testing.T) {
	p := peer{Handle: "@organisation@p.example", Changes: []change{{What: "key"}}}
	if got := p.remarks(); got != "1 change waits: `embraye peer show @organisation@p.example`" {
		t.Error(got)
	}
}

// What is missing of a move is said with who has to say it first, and where.
func TestAMoveThatIsRefusedSaysWhatComesFirst(t *testing.T) {
	refused := &embraye.InvalidError{Problems: []embraye.Problem{
		{Field: "move", Code: "does_not_name_us", Value: "https://new.example/actors/mesure1"}, {Field: "move", Code: "has_no_account_there", Value: "mesure2"}}}
	want := "nothing was said to anybody:\n  https://new.example/actors/mesure1 does not name us\n  mesure2 has no account there\nfirst, on the new instance: embraye move --from https://old.example"
	if got := sentence(unmoved("https://old.example", refused)); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	refused.Problems = []embraye.Problem{{Field: "peer", Code: "does_not_answer", Value: "https://new.example"}}
	if got := sentence(unmoved("https://old.example", refused)); got != "nothing was said to anybody:\n  https://new.example does not answer" {
		t.Errorf("%q", got)
	}
}
