package leave_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/app/reviews"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/fedtest"
	"embraye/internal/leave"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// A house is ours.example on one database, beside a peer.
type house struct {
	*testing.T
	*fedtest.World
	ours, theirs *fedtest.Instance
}

func each(t *testing.T, play func(h *house)) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			w := fedtest.New(t, fedtest.Config{Kind: kind}, "ours.example", "theirs.example")
			play(&house{t, w, w.Instances[0], w.Instances[1]})
		})
	}
}

func (h *house) must(err error) {
	h.T.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) source() leave.Source {
	a := h.ours.App
	return leave.Source{Store: h.ours.Store, Files: a.Files, Now: h.Clock.Now, Source: export.Source{Site: a.Site, Reference: a.Reference(),
		Territories: a.Territories, Catalogue: a.Catalogue, Language: a.Language, Version: h.ours.Version}}
}

// publish is a constat with a file of a size for evidence.
func (h *house) publish(in *fedtest.Instance, title string, size int) (u *embraye.Update, file string) {
	h.T.Helper()
	f, err := in.Constats.AddFile(h.Context(), embraye.Operator(), bytes.NewReader(apptest.Picture(h.T, size)), "photo.png", "L'affiche")
	h.must(err)
	draft := apptest.Complete()
	draft.Title = title
	draft.Evidence = []embraye.Evidence{{Href: in.Site.Base + "/fichiers/" + f.Name, Name: "Affiche"}}
	p, err := in.Constats.Publish(h.Context(), embraye.Operator(), constats.PublishInput{Scope: draft.Scope, Content: draft.Content})
	h.must(err)
	h.Settle()
	return p.Update, f.Name
}

// served is what programs get at an address.
func (h *house) served(path, accept string) string {
	h.T.Helper()
	resp := h.Get(h.ours.Site.Base+path, accept)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	h.must(err)
	if resp.StatusCode != http.StatusOK {
		h.Fatalf("%s: %d %s", path, resp.StatusCode, body)
	}
	return string(body)
}

// contents are the files below a folder.
func (h *house) contents(dir string) map[string]string {
	h.T.Helper()
	all := map[string]string{}
	h.must(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = string(text)
		return err
	}))
	return all
}

// scene fills the house: a constat that was corrected, one withdrawn, one
// erased, a review and one that was withdrawn, followers, blocks.
func (h *house) scene() (stands, gone, erased *embraye.Update, file string, ours *embraye.Review) {
	ctx, by := h.Context(), embraye.Operator()
	_, err := h.ours.Peers.Add(ctx, by, string(h.theirs.Site.ActorID("organisation")), embraye.PeerChoices{Gather: true})
	h.must(err)
	h.Settle()
	theirs, _ := h.publish(h.theirs, "Le leur", 2)
	other, _ := h.publish(h.theirs, "Un autre des leurs", 2)
	stands, file = h.publish(h.ours, "Celui qui reste", 3)
	gone, _ = h.publish(h.ours, "Parole reprise", 4)
	erased, _ = h.publish(h.ours, "Parole effacée", 5)
	changed := stands.Content
	changed.Title = "Celui qui reste, corrigé"
	_, err = h.ours.Constats.Revise(ctx, by, stands.ID, constats.ReviseInput{Kind: embraye.Typo, Reason: "accord", Content: changed})
	h.must(err)
	h.must(h.ours.Constats.Withdraw(ctx, by, gone.ID, constats.WithdrawInput{Reason: "source retirée"}))
	h.must(h.ours.Constats.Withdraw(ctx, by, erased.ID, constats.WithdrawInput{Reason: "nomme quelqu'un", Erase: true}))
	say := func(of *embraye.Update, why string) *embraye.Review {
		p, err := h.ours.Reviews.Publish(ctx, by, reviews.Input{Of: string(h.theirs.Site.UpdateID(of.ID)), ReviewContent: embraye.ReviewContent{Verdict: embraye.Contests,
			Reason: why, Evidence: []embraye.Evidence{{Href: "https://preuve.example/contre"}}}})
		h.must(err)
		h.Settle()
		return p.Review
	}
	ours = say(theirs, "Rien n'a été ouvert.")
	h.must(h.ours.Reviews.Withdraw(ctx, by, say(other, "Avis repris.").ID, "erreur", false))
	server := h.Server("masto.example")
	for _, name := range []string{"fan", "anna"} {
		apptest.Follow(h.T, h.ours, server.Actor(name))
	}
	h.Settle()
	h.must(h.ours.Talk.Block(ctx, by, embraye.DomainBlock{Domain: "bad.example", Severity: embraye.Suspend, Comment: "spam"}))
	return stands, gone, erased, file, ours
}

const accountsHeader = "Account address,Show boosts,Notify on new posts,Languages\n"

func TestTheFolderIsWhatThePublicSees(t *testing.T) {
	each(t, func(h *house) {
		stands, _, _, file, ours := h.scene()
		_, err := h.ours.Constats.AddFile(h.Context(), embraye.Operator(), bytes.NewReader(apptest.Picture(h.T, 6)), "brouillon.png", "")
		h.must(err)
		dir := filepath.Join(h.TempDir(), "export")
		r, err := leave.Save(h.Context(), dir, h.source())
		h.must(err)
		got := h.contents(dir)
		want := map[string]string{"fichiers/" + file: string(stored(h, file)),
			"blocks.csv":                           "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\nbad.example,suspend,true,true,spam,false\n",
			"followers.csv":                        accountsHeader + "anna@masto.example,true,false,\nfan@masto.example,true,false,\n",
			"followers/mesure1.csv":                accountsHeader + "fan@masto.example,true,false,\nanna@masto.example,true,false,\n",
			"avis.json":                            h.served("/donnees/avis.json", "*/*"),
			"profile.json":                         `{"links":[],"name":"Organisation de ours.example","summary":""}` + "\n",
			"organisations.csv":                    h.served("/donnees/organisations.csv", "*/*"),
			"organisations.json":                   h.served("/donnees/organisations.json", "*/*") + "\n",
			"constats.csv":                         h.served("/donnees/constats.csv", "*/*"),
			"constats.json":                        h.served("/donnees/constats.json", "*/*"),
			"avis.csv":                             h.served("/donnees/avis.csv", "*/*"),
			"datapackage.json":                     h.served("/donnees/datapackage.json", "*/*"),
			"avis/" + ours.ID + "/versions/1.json": h.served("/avis/"+ours.ID+"/versions/1", fedtest.ActivityType)}
		for _, n := range []string{"1", "2"} {
			want["constats/"+stands.ID+"/versions/"+n+".json"] = h.served("/constats/"+stands.ID+"/versions/"+n, fedtest.ActivityType)
		}
		for name, text := range want {
			if got[name] != text {
				h.Errorf("%s: got %.300q, want %.300q", name, got[name], text)
			}
		}
		if f := got["following.csv"]; !strings.HasPrefix(f, accountsHeader) || !strings.Contains(f, "\norganisation@theirs.example,true,false,\n") {
			h.Errorf("following: %q", f)
		}
		for name := range got {
			if _, known := want[name]; !known && !slices.Contains([]string{"README.txt", "following.csv", "checksums.sha256"}, name) {
				h.Errorf("%s is in it", name)
			}
		}
		for name, text := range got {
			for _, withdrawn := range []string{"Parole reprise", "Parole effacée", "Avis repris"} {
				if strings.Contains(text, withdrawn) {
					h.Errorf("%s says %q", name, withdrawn)
				}
			}
		}
		if r.Folder != dir || r.Constats != 1 || r.ConstatVersions != 2 || r.Reviews != 1 || r.ReviewVersions != 1 || r.Evidence != 1 || r.Followers != 2 ||
			r.Following == 0 || r.Unnamed != 0 || r.Blocks != 1 || len(r.Missing)+len(r.Damaged) != 0 {
			h.Errorf("%+v", r)
		}
		h.verified(dir, got)
	})
}

// stored is a file as it lies on the disk.
func stored(h *house, name string) []byte {
	h.T.Helper()
	text, err := os.ReadFile(filepath.Join(h.ours.FilesDir, name))
	h.must(err)
	return text
}

// verified finds every file in the checksums, which sha256sum takes; the read me
// names every kind of file in both languages.
func (h *house) verified(dir string, got map[string]string) {
	h.T.Helper()
	sums := map[string]string{}
	for line := range strings.Lines(got["checksums.sha256"]) {
		sum, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		sums[name] = sum
	}
	for name, text := range got {
		sum := sha256.Sum256([]byte(text))
		if name != "checksums.sha256" && sums[name] != hex.EncodeToString(sum[:]) {
			h.Errorf("%s has the checksum %q", name, sums[name])
		}
	}
	if len(sums) != len(got)-1 {
		h.Errorf("%d checksums of %d files", len(sums), len(got))
	}
	check := exec.CommandContext(h.Context(), "sha256sum", "--strict", "-c", "checksums.sha256")
	check.Dir = dir
	if out, err := check.CombinedOutput(); err != nil {
		h.Errorf("sha256sum: %v\n%s", err, out)
	}
	french, english, _ := strings.Cut(got["README.txt"], "\n----\n")
	for name := range maps.Keys(got) {
		name, _, _ = strings.Cut(name, "/")
		name = strings.TrimSuffix(strings.TrimSuffix(name, ".json"), ".csv")
		if name != "README.txt" && (!strings.Contains(french, name) || !strings.Contains(english, name)) {
			h.Errorf("the read me does not say what %s is", name)
		}
	}
	if !strings.Contains(french, h.ours.Site.Base) || strings.Contains(got["README.txt"], "{{") {
		h.Errorf("the read me is %s", got["README.txt"])
	}
}

// What cannot be taken along is said, and takes nothing else with it.
func TestWhatIsAmissIsNamed(t *testing.T) {
	each(t, func(h *house) {
		stands, lost := h.publish(h.ours, "Un", 3)
		_, broken := h.publish(h.ours, "Deux", 4)
		_, whole := h.publish(h.ours, "Trois", 5)
		h.must(os.Remove(filepath.Join(h.ours.FilesDir, lost)))
		h.must(os.WriteFile(filepath.Join(h.ours.FilesDir, broken), []byte("not its hash"), 0o600))
		_, err := h.ours.Store.Pool().Exec("UPDATE revisions SET sha256 = '" + strings.Repeat("0", 64) + "' WHERE update_id = '" + stands.ID + "'")
		h.must(err)
		now := h.Clock.Now()
		for _, name := range []string{"", "=cmd", "known"} { // one never told us, one told what no address has
			uri := embraye.IRI("https://masto.example/users/" + hex.EncodeToString([]byte(name)))
			h.must(h.ours.Store.InTx(h.Context(), func(in store.Tables) error {
				err := in.Followers.Upsert(h.Context(), &embraye.Follower{Actor: "mesure1", Follower: uri, Host: uri.Host(), Inbox: uri, Delivery: uri, CreatedAt: now})
				if name != "" && err == nil {
					err = in.RemoteActors.Upsert(h.Context(), &embraye.RemoteActor{URI: uri, Host: uri.Host(), Username: name, FetchedAt: now})
				}
				return err
			}))
		}
		dir := h.TempDir() // an empty one that is there
		r, err := leave.Save(h.Context(), dir, h.source())
		h.must(err)
		got := h.contents(dir)
		version := "constats/" + stands.ID + "/versions/1.json"
		if !slices.Equal(r.Missing, []string{"fichiers/" + lost}) || !slices.Equal(r.Damaged, []string{version, "fichiers/" + broken}) || r.Evidence != 1 || r.Unnamed != 2 {
			h.Errorf("%+v", r)
		}
		for _, name := range []string{version, "fichiers/" + lost, "fichiers/" + broken} {
			if _, there := got[name]; there {
				h.Errorf("%s is in it", name)
			}
		}
		if got["fichiers/"+whole] != string(stored(h, whole)) || got["followers.csv"] != accountsHeader+"known@masto.example,true,false,\n" || got["followers/mesure1.csv"] != got["followers.csv"] {
			h.Errorf("%q", got["followers.csv"])
		}
		h.verified(dir, got)
	})
}

// A folder is whole, or it is not there, and nobody's files are replaced.
func TestHalfAFolderIsNone(t *testing.T) {
	w := fedtest.New(t, fedtest.Config{Kind: "sqlite"}, "ours.example", "theirs.example")
	h := &house{t, w, w.Instances[0], w.Instances[1]}
	h.publish(h.ours, "Un", 3)
	parent := t.TempDir()
	full, file := filepath.Join(parent, "full"), filepath.Join(parent, "file")
	h.must(os.Mkdir(full, 0o700))
	h.must(os.WriteFile(filepath.Join(full, "mine.txt"), []byte("mine"), 0o600))
	h.must(os.WriteFile(file, []byte("mine"), 0o600))
	before := h.contents(parent)
	for _, dir := range []string{full, file} {
		var refused *leave.RefusedError
		if _, err := leave.Save(t.Context(), dir, h.source()); !errors.As(err, &refused) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v", dir, err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := leave.Save(ended, filepath.Join(parent, "new"), h.source()); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	if _, err := leave.Save(t.Context(), filepath.Join(parent, "none", "new"), h.source()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no parent: %v", err)
	}
	entries, err := os.ReadDir(parent)
	h.must(err)
	if len(entries) != 2 || !maps.Equal(before, h.contents(parent)) {
		t.Errorf("left: %v", entries)
	}
}
