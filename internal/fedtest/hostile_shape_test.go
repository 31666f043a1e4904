package fedtest

import (
	"fmt"
	"strings"
)

// H. JSON and data shapes: go-fed would spend 500 times the size of a message,
// so what is too much is refused before it is decoded.
func shapeRows() []row {
	return []row{
		{number: "F123", name: "nested", run: nested},
		{number: "F124", name: "20,000 Notes", run: manyNotes},
		{number: "F126", name: "keys twice", run: keysTwice},
		{number: "F127", name: "bytes that are no text", run: noText, out: 5, stores: likes},
		{number: "F129", name: "values of the wrong kind", run: wrongKinds, out: 1},
		{number: "F133", name: "somebody's LD signature", run: ldSignature, out: 1},
	}
}

// raw is a Like in text, so that it can be any bytes at all.
func raw(a *Actor, object string, more string) string {
	return fmt.Sprintf(`{"@context":%q,"id":%q,"type":"Like","actor":%q,"object":%q%s}`, asContext, a.Server.Base+"/likes/1", a.ID, object, more)
}

func nested(b *bench) {
	a, like := b.likeable()
	id := like["object"].(string)
	for _, depth := range []int{33, 9900, 20_000} {
		b.want(400, b.post(a, raw(a, id, `,"x":`+strings.Repeat("[", depth)+strings.Repeat("]", depth))), "%d arrays deep", depth)
		b.want(400, b.post(a, raw(a, id, `,"x":`+strings.Repeat(`{"x":`, depth)+"1"+strings.Repeat("}", depth))), "%d objects deep", depth)
	}
}

func manyNotes(b *bench) {
	a, like := b.likeable()
	id := like["object"].(string)
	notes := func(n int) string {
		return `,"x":[` + strings.TrimSuffix(strings.Repeat(`{"type":"Note","content":"0123456789012345678"},`, n), ",") + `]`
	}
	b.want(413, b.post(a, raw(a, id, notes(20_000))), "20,000 Notes")
	b.want(400, b.post(a, raw(a, id, notes(5_000))), "5,000 Notes")
	b.want(400, b.post(a, raw(a, id, notes(201))), "201 Notes")
	b.want(400, b.post(a, raw(a, id, `,"x":[`+strings.Repeat("1,", 5_000)+`1]`)), "5,001 numbers")
}

func keysTwice(b *bench) {
	a, like := b.likeable()
	id := like["object"].(string)
	for _, more := range []string{`,"actor":"https://victim.example/users/vic"`, `,"id":"https://victim.example/x"`, `,"object":"https://victim.example/x"`,
		`,"type":"Delete"`, `,"\u0061ctor":"https://victim.example/users/vic"`, `,"x":{"a":1,"a":2}`} {
		b.want(400, b.post(a, raw(a, id, more)), "%s again", more)
	}
}

// noText: PostgreSQL would refuse NUL, SQLite would not; so nobody gets so far.
func noText(b *bench) {
	a := b.actor("evil")
	id := b.constat()
	for _, bad := range []string{"\xff\xfe", `\ud800`, `\u0000`, "\x00", `\ud800\ud800`, "\xed\xa0\x80"} {
		for _, key := range []string{"content", "name", "preferredUsername"} {
			create := fmt.Sprintf(`{"@context":%q,"id":%q,"type":"Create","actor":%q,"object":{"id":%q,"type":"Note","attributedTo":%q,"inReplyTo":%q,%q:"a%sb"}}`,
				asContext, a.Server.Base+"/creates/1", a.ID, a.Server.Base+"/notes/1", a.ID, id, key, bad)
			b.want(400, b.post(a, create), "%q in %s", bad, key)
		}
	}
	// In an actor's document controls are taken out: the same on both databases.
	for i, key := range []string{"name", "summary", "url", "preferredUsername", "type"} {
		other := a.Server.Actor(fmt.Sprintf("mal%d", i))
		other.Doc[key] = "a\x00b\x07"
		other.Publish()
		want := 202
		if key == "preferredUsername" || key == "type" {
			want = 401
		}
		b.want(want, b.post(other, activity(other, "Like", fmt.Sprintf("likes/%d", i), id)), "NUL in the actor's %s", key)
	}
	equal(b, 1, b.count("remote_actors", "name = 'a b'"), "actors with a cleaned name")
}

func wrongKinds(b *bench) {
	a, like := b.likeable()
	id := like["object"]
	for _, typ := range []any{nil, 7, []any{}, []any{1, map[string]any{}}, map[string]any{}, "", true} {
		b.want(400, b.post(a, with(activity(a, "Like", "likes/1", id), "type", typ)), "type %v", typ)
	}
	b.want(400, b.post(a, with(activity(a, "Like", "likes/1", id), "actor", nil)), "actor null")
	b.want(400, b.post(a, with(activity(a, "Like", "likes/1", id), "content", map[string]any{"a": 1})), "content an object")
	for _, to := range []any{7, []any{7}, []any{[]any{}}} {
		b.want(400, b.post(a, with(activity(a, "Like", "likes/1", id), "to", to)), "to %v", to)
	}
	bad := note(a, "notes/1", "inReplyTo", id, "content", map[string]any{"a": 1})
	b.want(400, b.post(a, activity(a, "Create", "creates/1", bad)), "content of the object an object")
	for _, typ := range []string{"Like", "Create", "Follow", "Undo", "Delete", "Update", "Announce", "Accept", "Flag", "QuoteRequest"} {
		without := activity(a, typ, "x/1", nil)
		delete(without, "object")
		b.want(400, b.post(a, without), "%s without object", typ)
	}
	for _, text := range []string{"", "null", "[]", "7", `"x"`, "{", "{}", `{"a":1}{"b":2}`, "\xef\xbb\xbf{}"} {
		b.want(400, b.post(a, text), "body %q", text)
	}
}

// ldSignature: a signature inside the JSON gives no right at all.
func ldSignature(b *bench) {
	evil, vic := b.actor("evil"), b.server("victim").Actor("vic")
	like := activity(vic, "Like", "likes/1", b.constat())
	like["signature"] = map[string]any{"type": "RsaSignature2017", "creator": vic.KeyID, "created": "2026-05-01T09:59:00Z", "signatureValue": "QUJD"}
	b.want(403, b.post(evil, like), "vic's Like, forwarded by evil")
	equal(b, 0, len(b.w.Wire.Requests(vic.Server.Host)), "requests to vic's host")
}
