package fedtest

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
)

const examplesFolder = "../activitypub/testdata/peers/"

// The ids of ours in the examples; the actors exist under these names.
const (
	exampleConstat = "https://us.example/constats/01j"
	exampleNote    = "https://us.example/notes/01k"
	exampleFollow  = "https://us.example/activities/01f"
)

// scene is an instance as the examples name it, with one constat that was
// corrected once, and the servers of the examples.
type scene struct {
	t       testing.TB
	w       *World
	in      *Instance
	update  *embraye.Update
	ours    []string // pairs: what an example says, what is really ours
	servers map[string]*Server
	actors  map[string]*Actor
}

func newScene(t testing.TB, kind string) *scene {
	t.Helper()
	ctx := context.Background()
	s := &scene{t: t, w: New(t, Config{Kind: kind}, "us.example"), servers: make(map[string]*Server), actors: make(map[string]*Actor)}
	s.in = s.w.Instances[0]
	published, err := s.in.Constats.Publish(ctx, embraye.Operator(), sample())
	if err != nil {
		t.Fatal(err)
	}
	s.update = published.Update
	s.revise("Une seconde commune a rejoint l'appel", func(c *embraye.Content) { c.Summary += " Deux communes y participent." })
	notes, err := s.in.Store.Tables().Notes.OfUpdate(ctx, s.update.ID)
	if err != nil || len(notes) != 1 {
		t.Fatalf("%d correction Notes, %v", len(notes), err)
	}
	s.ours = []string{exampleConstat, s.constat(), exampleNote, string(s.in.Site.NoteID(notes[0].ID))}
	return s
}

func (s *scene) constat() string { return string(s.in.Site.UpdateID(s.update.ID)) }

func (s *scene) measure() string { return string(s.in.Site.ActorID("mesure2")) }

func (s *scene) inbox() string { return string(s.in.Site.SharedInbox()) }

// revise corrects the constat a minute later.
func (s *scene) revise(reason string, change func(*embraye.Content)) {
	s.t.Helper()
	s.w.Clock.Advance(time.Minute)
	content := s.update.Content
	change(&content)
	out, err := s.in.Constats.Revise(context.Background(), embraye.Operator(), s.update.ID, constats.ReviseInput{Kind: embraye.Substance, Reason: reason, Content: content})
	if err != nil {
		s.t.Fatal(err)
	}
	s.update = out.Update
}

// server is the scripted server of a host, made when first named.
func (s *scene) server(host string) *Server {
	if s.servers[host] == nil {
		s.servers[host] = s.w.Server(host)
	}
	return s.servers[host]
}

// actor serves an actor under an id of any form, with the key id of its program.
func (s *scene) actor(program, id string) *Actor {
	s.t.Helper()
	if a := s.actors[id]; a != nil {
		return a
	}
	u, err := url.Parse(id)
	if err != nil {
		s.t.Fatal(err)
	}
	name := strings.Trim(id[strings.LastIndexAny(id, "/=")+1:], "@")
	server := s.server(u.Host)
	a := server.ActorAt(id, name)
	a.KeyID = id + styles[program].key
	collection := func(part string) string { return server.Base + "/of/" + name + "/" + part }
	a.Doc = map[string]any{"@context": a.Doc["@context"], "id": id, "type": "Person", "preferredUsername": name, "name": name,
		"inbox": collection("inbox"), "outbox": collection("outbox"), "followers": collection("followers"),
		"publicKey": map[string]any{"id": a.KeyID, "owner": id, "publicKeyPem": PEM(s.t, &a.Key.PublicKey)},
		// So that our organisation may be made to follow it.
		"embraye:measures": collection("measures")}
	if program != "gotosocial" && program != "mitra" { // these have none
		a.Doc["endpoints"] = map[string]any{"sharedInbox": server.Base + "/inbox"}
	}
	if strings.Contains(id, "/video-channels/") || strings.Contains(id, "/c/") {
		a.Doc["type"] = "Group"
	}
	server.PutJSON("/of/"+name+"/measures", map[string]any{"@context": "https://www.w3.org/ns/activitystreams",
		"id": collection("measures"), "type": "OrderedCollection", "totalItems": 0, "orderedItems": []string{}})
	if program == "gotosocial" { // its key is a document of its own, a stub of the actor
		stub := map[string]any{"@context": a.Doc["@context"], "id": id, "type": "Person", "preferredUsername": name, "publicKey": a.Doc["publicKey"]}
		server.PutJSON(strings.TrimPrefix(a.KeyID, server.Base), stub)
	}
	a.Publish()
	s.actors[id] = a
	return a
}

// example is the stored message of that name; real puts our own ids into it.
func (s *scene) example(name string, real bool) []byte {
	s.t.Helper()
	body, err := os.ReadFile(examplesFolder + name + ".json")
	if err != nil {
		s.t.Fatal(err)
	}
	if real {
		body = []byte(strings.NewReplacer(s.ours...).Replace(string(body)))
	}
	return body
}

// program is the first part of an example's name.
func program(example string) string {
	before, _, _ := strings.Cut(example, "/")
	return before
}

// sender is the actor of a message.
func sender(t testing.TB, body []byte) string {
	t.Helper()
	var m struct{ Actor string }
	if err := json.Unmarshal(body, &m); err != nil {
		t.Fatal(err)
	}
	return m.Actor
}

// post sends a message as its program does and returns the status.
func (s *scene) post(program string, body []byte) int {
	s.t.Helper()
	a, style := s.actor(program, sender(s.t, body)), styles[program]
	inbox := s.inbox()
	switch program { // no shared inbox, or not for this
	case "gotosocial", "mitra", "peertube":
		inbox = s.measure() + "/inbox"
	}
	if style.label != "" {
		return s.w.Do(style.rfc9421(s.t, s.w.Clock.Now(), a, inbox, body))
	}
	return s.w.Do(style.cavage(s.t, s.w.Clock.Now(), a, inbox, body))
}

// follow makes our organisation ask to follow an actor, and notes the id of
// our Follow.
func (s *scene) follow(program, id string) {
	s.t.Helper()
	s.actor(program, id)
	if _, err := s.in.Peers.Add(context.Background(), embraye.Operator(), id, embraye.PeerChoices{Gather: true}); err != nil {
		s.t.Fatal(err)
	}
	f, err := s.in.Store.Tables().Follows.ByTarget(context.Background(), embraye.IRI(id))
	if err != nil {
		s.t.Fatal(err)
	}
	s.ours = append(s.ours[:4:4], exampleFollow, string(s.in.Site.ActivityID(f.ActivityID)))
}

// state is everything that strangers can make us keep, one line for each, with
// our ids as the examples write them.
func (s *scene) state() []string {
	s.t.Helper()
	const query = `
		SELECT actor || ' is followed by ' || follower FROM followers
		UNION ALL SELECT kind || ' of ' || object || ' by ' || actor || ' ' || emoji FROM interactions
		UNION ALL SELECT 'reply ' || uri || ' to ' || mentioned || ' under ' || object || ' ' || state || ': ' || html FROM replies
		UNION ALL SELECT 'report of ' || objects || ' by ' || reporter || ': ' || text FROM reports
		UNION ALL SELECT blocked || ' is blocked by ' || blocker FROM actor_blocks
		UNION ALL SELECT 'quote of ' || object || ' in ' || quoting FROM quotes
		UNION ALL SELECT 'buried ' || uri FROM tombstones
		UNION ALL SELECT 'our follow of ' || target || ' is ' || state FROM follows
		UNION ALL SELECT uri || ' is called ' || name FROM remote_actors WHERE name <> username
		UNION ALL SELECT 'constat ' || uri FROM peer_updates
		UNION ALL SELECT 'likes: ' || like_count FROM updates WHERE like_count > 0
		UNION ALL SELECT 'boosts: ' || boost_count FROM updates WHERE boost_count > 0`
	rows, err := s.in.Store.Pool().Query(query)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	back := slices.Clone(s.ours)
	for i := 0; i < len(back); i += 2 {
		back[i], back[i+1] = back[i+1], back[i]
	}
	replacer := strings.NewReplacer(back...)
	var lines []string
	for rows.Next() {
		var line sql.NullString
		if err := rows.Scan(&line); err != nil {
			s.t.Fatal(err)
		}
		lines = append(lines, strings.TrimSpace(replacer.Replace(line.String)))
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	slices.Sort(lines)
	return lines
}

// changes are the lines that differ: gone lines with a minus, new ones as they are.
func changes(before, after []string) []string {
	out := []string{}
	for _, line := range before {
		if !slices.Contains(after, line) {
			out = append(out, "-"+line)
		}
	}
	for _, line := range after {
		if !slices.Contains(before, line) {
			out = append(out, line)
		}
	}
	return out
}

// answers are the messages that reached the servers, as type and path.
func (s *scene) answers() []string {
	s.w.Settle()
	out := []string{}
	for _, host := range slices.Sorted(func(yield func(string) bool) {
		for host := range s.servers {
			if !yield(host) {
				return
			}
		}
	}) {
		for _, m := range s.servers[host].Take() {
			out = append(out, m.Type()+" "+m.Path)
		}
	}
	return out
}

// clear forgets everything of strangers, so that the next example meets an
// instance that has heard of nobody.
func (s *scene) clear() {
	s.t.Helper()
	s.answers()
	for _, table := range []string{"followers", "follows", "peers", "interactions", "quotes", "replies", "reports", "actor_blocks", "tombstones",
		"seen_activities", "deliveries", "hosts", "remote_actors"} {
		if _, err := s.in.Store.Pool().Exec("DELETE FROM " + table); err != nil {
			s.t.Fatal(fmt.Errorf("emptying %s: %w", table, err))
		}
	}
	if _, err := s.in.Store.Pool().Exec("UPDATE updates SET like_count = 0, boost_count = 0"); err != nil {
		s.t.Fatal(err)
	}
	s.w.Clock.Advance(20 * time.Minute) // what is remembered in passing is forgotten
}
