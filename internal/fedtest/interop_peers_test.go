package fedtest

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// The messages that other programs really send (INTEROP A10 and B4) through
// the real inbox: first as they stand, naming things of ours that do not
// exist, then with the ids of a real constat, so that their effect shows.

const peersFolder = "../activitypub/testdata/peers"

// talk is one instance named as in the messages, and all who speak to it.
type talk struct {
	t       *testing.T
	w       *World
	in      *Instance
	servers map[string]*Server
	actors  map[string]*Actor
	constat embraye.IRI
	note    embraye.IRI
	follow  string // ULID of our Follow of whoever accepts
}

func newTalk(t *testing.T, kind string) *talk {
	k := &talk{t: t, w: New(t, Config{Kind: kind}, "us.example"), servers: map[string]*Server{}, actors: map[string]*Actor{}}
	k.in = k.w.Instances[0]
	p, err := k.in.App.Publish(t.Context(), embraye.Operator(), sample())
	if err != nil {
		t.Fatal(err)
	}
	k.constat = k.in.Site.UpdateID(p.Update.ID)
	n, err := k.in.Store.Tables().Notes.Pinned(t.Context(), "mesure2")
	if err != nil {
		t.Fatal(err)
	}
	k.note = k.in.Site.NoteID(n.ID)
	k.follow = p.ActivityID // any ULID of ours serves as the Follow's
	return k
}

// actor puts an actor of the messages on the wire, at its own address.
func (k *talk) actor(id string) *Actor {
	k.t.Helper()
	if a := k.actors[id]; a != nil {
		return a
	}
	u, err := url.Parse(id)
	if err != nil {
		k.t.Fatal(err)
	}
	s := k.servers[u.Host]
	if s == nil {
		s = k.w.Server(u.Host)
		k.servers[u.Host] = s
	}
	name := strings.Trim(strings.NewReplacer("@", "", "?author=", "author").Replace(filepath.Base(id)), "/")
	k.actors[id] = s.ActorAt(id, strings.ReplaceAll(name, ".", "_"))
	return k.actors[id]
}

// send posts a message of the folder, signed by its actor, and returns the
// status and what was sent.
func (k *talk) send(name string, replace bool) (status int, message map[string]any) {
	k.t.Helper()
	body, err := os.ReadFile(filepath.Join(peersFolder, filepath.FromSlash(name)+".json"))
	if err != nil {
		k.t.Fatal(err)
	}
	if replace {
		body = []byte(strings.NewReplacer("https://us.example/constats/01j", string(k.constat), "https://us.example/notes/01k", string(k.note),
			"https://us.example/activities/01f", string(k.in.Site.ActivityID(k.follow))).Replace(string(body)))
	}
	if err := json.Unmarshal(body, &message); err != nil {
		k.t.Fatal(err)
	}
	id, _ := message["actor"].(string)
	return k.actor(id).Post(string(k.in.Site.SharedInbox()), body), message
}

func (k *talk) tables() store.Tables { return k.in.Store.Tables() }

// effect is what must be true after a message with real ids.
type effect func(t *testing.T, k *talk, actor, object embraye.IRI)

func nowFollows(want bool) effect {
	return func(t *testing.T, k *talk, actor, _ embraye.IRI) {
		got, err := k.tables().Followers.Exists(t.Context(), "mesure2", actor)
		if err != nil || got != want {
			t.Errorf("%s follows: %v, %v, want %v", actor, got, err, want)
		}
	}
}

func nowReacts(kind embraye.InteractionKind, want bool) effect {
	return func(t *testing.T, k *talk, actor, _ embraye.IRI) {
		list, err := k.tables().Interactions.ListOf(t.Context(), k.constat, kind, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		got := false
		for _, i := range list {
			got = got || i.Actor == actor
		}
		if got != want {
			t.Errorf("%s of %s: %v, want %v", kind, actor, got, want)
		}
	}
}

func nowReplies(want bool) effect {
	return func(t *testing.T, k *talk, actor, object embraye.IRI) {
		r, err := k.tables().Replies.ByURI(t.Context(), object)
		if err != nil && !errors.Is(err, embraye.ErrNotFound) {
			t.Fatal(err)
		}
		if got := err == nil; got != want || got && (r.Actor != actor || r.HTML == "" || r.State != embraye.ReplyPending) {
			t.Errorf("reply %s: %+v, %v", object, r, err)
		}
	}
}

func nowReported(t *testing.T, k *talk, actor, _ embraye.IRI) {
	list, err := k.tables().Reports.List(t.Context(), "open", 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		if r.Reporter == actor {
			return
		}
	}
	t.Errorf("no report by %s", actor)
}

func nowBlocks(t *testing.T, k *talk, actor, _ embraye.IRI) {
	ok, err := k.tables().ActorBlocks.Exists(t.Context(), actor, k.in.Site.ActorID("mesure2"))
	if err != nil || !ok {
		t.Errorf("Block by %s: %v, %v", actor, ok, err)
	}
	nowFollows(false)(t, k, actor, "")
}

func nowAccepted(t *testing.T, k *talk, actor, _ embraye.IRI) {
	f, err := k.tables().Follows.ByTarget(t.Context(), actor)
	if err != nil || f.State != embraye.FollowAccepted {
		t.Errorf("our Follow of %s: %+v, %v", actor, f, err)
	}
}

func nowQuotes(t *testing.T, k *talk, actor, _ embraye.IRI) {
	list, err := k.tables().Quotes.ListOf(t.Context(), k.constat)
	if err != nil || len(list) != 1 || list[0].Actor != actor {
		t.Errorf("quotes: %+v, %v", list, err)
	}
}

func nowForgotten(t *testing.T, k *talk, actor, _ embraye.IRI) {
	a, err := k.tables().RemoteActors.ByURI(t.Context(), actor)
	if err == nil && a.Known() {
		t.Errorf("%s is still known", actor)
	}
	nowFollows(false)(t, k, actor, "")
	nowReacts(embraye.Like, false)(t, k, actor, "")
}

// nothingHappens: 202, and nothing of ours has changed.
func nothingHappens(t *testing.T, k *talk, _, _ embraye.IRI) {
	u, err := k.tables().Updates.Take(t.Context(), strings.TrimPrefix(string(k.constat), "https://us.example/constats/"))
	if err != nil || u.Withdrawn() || u.Title != sample().Title {
		t.Errorf("the constat is %+v, %v", u, err)
	}
}

// conversation is the order in which a program's messages are sent, and what
// each must bring about.
var conversation = []struct {
	file   string
	effect effect
}{
	{"follow", nowFollows(true)}, {"follow-user", nowFollows(true)},
	{"emoji-react", nowReacts(embraye.Like, true)}, {"undo-emoji-react", nowReacts(embraye.Like, false)},
	{"like", nowReacts(embraye.Like, true)}, {"like-emoji", nowReacts(embraye.Like, true)},
	{"announce", nowReacts(embraye.Boost, true)}, {"create", nowReplies(true)}, {"create-quote", nowReplies(false)}, {"update", nowReplies(true)},
	{"update-actor", nothingHappens}, {"flag", nowReported}, {"accept", nowAccepted}, {"quote-request", nowQuotes}, {"dislike", nothingHappens}, {"view", nothingHappens},
	{"move", nowFollows(true)}, {"undo-announce", nowReacts(embraye.Boost, false)},
	{"undo-follow", nowFollows(false)}, {"block", nowBlocks}, {"block-community", nowFollows(false)}, {"delete", nowReplies(false)}, {"delete-actor", nowForgotten},
}

// otherEffects are messages that mean something else than their kind.
var otherEffects = map[string]effect{
	"peertube/announce": nothingHappens, // of a video: catalogued by PeerTube, kept nowhere here
	"peertube/update":   nothingHappens, // type and id of a channel
	"peertube/delete":   nothingHappens, // of a video
	"lemmy/announce":    nothingHappens, // wraps somebody's Like
	"akkoma/like":       nowReacts(embraye.Like, true),
	"gotosocial/flag":   nowReported,
}

func programs(t *testing.T) map[string][]string {
	t.Helper()
	byProgram := map[string][]string{}
	err := filepath.WalkDir(peersFolder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			program := filepath.Base(filepath.Dir(path))
			byProgram[program] = append(byProgram[program], strings.TrimSuffix(d.Name(), ".json"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return byProgram
}

// TestPeersMessages sends every message of every program.
func TestPeersMessages(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		for program, files := range programs(t) {
			t.Run(program, func(t *testing.T) { sendAll(t, kind, program, files) })
		}
	})
}

func sendAll(t *testing.T, kind, program string, files []string) {
	k := newTalk(t, kind)
	left := map[string]bool{}
	for _, f := range files {
		left[f] = true
	}
	for _, step := range conversation {
		if !left[step.file] {
			continue
		}
		delete(left, step.file)
		name := program + "/" + step.file
		t.Run(step.file, func(t *testing.T) {
			k.t = t
			if status, _ := k.send(name, false); status != 202 {
				t.Errorf("as it stands: %d", status)
			}
			k.w.Clock.Advance(60e9)
			if step.file == "accept" {
				k.expectAccept(name)
			}
			status, message := k.send(name, true)
			if status != 202 {
				t.Errorf("with real ids: %d", status)
			}
			check := step.effect
			if other := otherEffects[name]; other != nil {
				check = other
			}
			actor, _ := message["actor"].(string)
			object, _ := message["object"].(map[string]any)
			id, _ := object["id"].(string)
			check(t, k, embraye.IRI(actor), embraye.IRI(id))
		})
	}
	for f := range left {
		t.Errorf("%s/%s is in no conversation", program, f)
	}
}

// expectAccept makes us ask to follow whoever accepts.
func (k *talk) expectAccept(name string) {
	k.t.Helper()
	body, err := os.ReadFile(filepath.Join(peersFolder, filepath.FromSlash(name)+".json"))
	if err != nil {
		k.t.Fatal(err)
	}
	var m struct{ Actor string }
	if err := json.Unmarshal(body, &m); err != nil {
		k.t.Fatal(err)
	}
	actor := k.actor(m.Actor)
	err = k.in.Store.InTx(context.Background(), func(t store.Tables) error {
		return t.Follows.Insert(context.Background(), &embraye.Follow{Target: embraye.IRI(actor.ID), Host: actor.Server.Host,
			Inbox: embraye.IRI(actor.ID + "/inbox"), State: embraye.FollowPending, ActivityID: k.follow, CreatedAt: k.w.Clock.Now()})
	})
	if err != nil {
		k.t.Fatal(err)
	}
}
