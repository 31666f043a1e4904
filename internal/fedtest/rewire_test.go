package fedtest

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
)

// N01, N02, N05: a database of the version before serves the new shape from the
// next start on. What was sent, hashed or said stays as it is.
func TestN01N02N05AnOldDatabaseServesTheNewShape(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		ctx := context.Background()
		s := newScene(t, kind)
		tables := s.in.Store.Tables()
		notes, err := tables.Notes.OfUpdate(ctx, s.update.ID)
		if err != nil || len(notes) != 1 {
			t.Fatalf("%d Notes, %v", len(notes), err)
		}
		mark := map[string]string{"sqlite": "?", "postgres": "$1"}[kind]
		for id, wire := range map[string][]byte{"updates SET wire = " + mark + ", wire_version = 1 WHERE id = '" + s.update.ID: s.update.Wire,
			"notes SET wire = " + mark + ", wire_version = 1 WHERE id = '" + notes[0].ID: notes[0].Wire} {
			if _, err := s.in.Store.Pool().Exec("UPDATE "+id+"'", versionOne(t, wire)); err != nil {
				t.Fatal(err)
			}
		}
		sent := kept(t, s.in, "SELECT id, body FROM activities ORDER BY id")
		first := kept(t, s.in, "SELECT id, wire FROM revisions ORDER BY id")
		s.w.Restart(s.in)
		u, err := tables.Updates.Take(ctx, s.update.ID)
		if err != nil || !bytes.Equal(u.Wire, s.update.Wire) || u.WireVersion != s.update.WireVersion {
			t.Errorf("the constat has version %d, %v:\n%s", u.WireVersion, err, u.Wire)
		}
		n, err := tables.Notes.Take(ctx, notes[0].ID)
		if err != nil || !bytes.Equal(n.Wire, notes[0].Wire) {
			t.Errorf("the Note, %v:\n%s", err, n.Wire)
		}
		if !bytes.Equal(sent, kept(t, s.in, "SELECT id, body FROM activities ORDER BY id")) {
			t.Error("activities have changed")
		}
		if !bytes.Equal(first, kept(t, s.in, "SELECT id, wire FROM revisions ORDER BY id")) {
			t.Error("revisions have changed")
		}
	})
}

// versionOne is how version 1 wrote a Note.
func versionOne(t *testing.T, wire []byte) []byte {
	t.Helper()
	var m map[string]json.RawMessage
	if err := json.Unmarshal(wire, &m); err != nil {
		t.Fatal(err)
	}
	var id string
	if err := json.Unmarshal(m["id"], &id); err != nil {
		t.Fatal(err)
	}
	delete(m, "audience")
	if string(m["inReplyTo"]) == "null" {
		delete(m, "inReplyTo")
	}
	for _, key := range []string{"likes", "replies", "shares"} {
		m[key] = Body(t, `"`+id+"/"+key+`"`)
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// kept is everything that a query of an id and some bytes gives.
func kept(t *testing.T, in *Instance, query string) []byte {
	t.Helper()
	rows, err := in.Store.Pool().Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []byte
	for rows.Next() {
		var id string
		var data []byte
		if err := rows.Scan(&id, &data); err != nil {
			t.Fatal(err)
		}
		all = append(append(all, id...), data...)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
