package activitypub

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"embraye/internal/embraye"
)

const like = `{"id":"https://good.example/likes/1","type":"Like","actor":"https://good.example/users/pat","object":"https://us.example/constats/01j"}`

// mustRefuse wants ErrInvalid of Read, and nothing else.
func mustRefuse(t *testing.T, name, body string) {
	t.Helper()
	in, err := Read([]byte(body))
	if !errors.Is(err, embraye.ErrInvalid) || in != nil {
		t.Errorf("%s: Read(%.150s) = %+v, %v", name, body, in, err)
	}
	if err != nil && len(err.Error()) > 500 {
		t.Errorf("%s: the error has %d bytes", name, len(err.Error()))
	}
}

var badIDs = []string{`7`, `""`, `null`, `[]`, `[1]`, `{}`, `true`, `"%zz"`, `"//a.example/1"`, `"/relative"`}

// F085: ids of activity, object and actor that are none.
func TestF085_BadIDs(t *testing.T) {
	for _, bad := range badIDs {
		mustRefuse(t, "id", strings.Replace(like, `"https://good.example/likes/1"`, bad, 1))
		mustRefuse(t, "actor", strings.Replace(like, `"https://good.example/users/pat"`, bad, 1))
		mustRefuse(t, "object", strings.Replace(like, `"https://us.example/constats/01j"`, bad, 1))
		mustRefuse(t, "embedded object", strings.Replace(like, `"https://us.example/constats/01j"`, `{"type":"Note","id":`+bad+`}`, 1))
		mustRefuse(t, "actor as object", strings.Replace(like, `"https://good.example/users/pat"`, `{"type":"Person","id":`+bad+`}`, 1))
		mustRefuse(t, "post", createOf(`{"type":"Note","id":`+bad+`,"attributedTo":"https://good.example/users/pat","content":"x"}`))
		mustRefuse(t, "author", createOf(`{"type":"Note","id":"https://good.example/1","attributedTo":`+bad+`,"content":"x"}`))
		var value any
		if err := json.Unmarshal([]byte(bad), &value); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadActor(map[string]any{"type": "Person", "id": value, "inbox": "https://good.example/inbox", "preferredUsername": "pat"}); !errors.Is(err, embraye.ErrInvalid) {
			t.Errorf("ReadActor with id %s: %v", bad, err)
		}
		if _, err := ReadPost(map[string]any{"type": "Note", "id": value, "attributedTo": ann}); !errors.Is(err, embraye.ErrInvalid) {
			t.Errorf("ReadPost with id %s: %v", bad, err)
		}
	}
}

func createOf(object string) string {
	return `{"id":"https://good.example/creates/1","type":"Create","actor":"https://good.example/users/pat","to":["https://www.w3.org/ns/activitystreams#Public"],"object":` + object + `}`
}

// F086, F087, F092, F093: one spelling per address, no user names, no other
// schemes, no endless ones.
func TestF086_F087_F092_F093_Addresses(t *testing.T) {
	for _, bad := range []string{
		"https://GOOD.example:443/users/pat#x", "https://good.example./users/pat", "https://good.example/users/%70at", "https://good.example/./users/pat",
		"https://good.example@evil.example/x", "https://good.example:pw@evil.example/x",
		"ap://good.example/x", "did:key:z6Mk", "urn:uuid:1", "tag:good.example,2020:1", "javascript:alert(1)", "data:text/html,x",
		"https://good.example/" + strings.Repeat("a", 10_000),
	} {
		q := `"` + bad + `"`
		mustRefuse(t, "actor", strings.Replace(like, `"https://good.example/users/pat"`, q, 1))
		mustRefuse(t, "object", strings.Replace(like, `"https://us.example/constats/01j"`, q, 1))
		if !strings.Contains(bad, "#") {
			mustRefuse(t, "id", strings.Replace(like, `"https://good.example/likes/1"`, q, 1))
		}
		if _, err := ReadActor(map[string]any{"type": "Person", "id": "https://good.example/users/pat", "inbox": bad, "preferredUsername": "pat"}); !errors.Is(err, embraye.ErrInvalid) {
			t.Errorf("inbox %.60s: %v", bad, err)
		}
	}
}

// F079: two actors are none.
func TestF079_TwoActors(t *testing.T) {
	mustRefuse(t, "two", strings.Replace(like, `"https://good.example/users/pat"`, `["https://good.example/users/mal","https://victim.example/users/vic"]`, 1))
	in, err := Read([]byte(strings.Replace(like, `"https://good.example/users/pat"`, `["https://good.example/users/pat"]`, 1)))
	if err != nil || in.Actor != "https://good.example/users/pat" {
		t.Errorf("one in a list: %+v, %v", in, err)
	}
}

// F091: a page elsewhere is not shown as the author's.
func TestF091_PageOnAnotherHost(t *testing.T) {
	p, err := ReadPost(map[string]any{"type": "Note", "id": "https://good.example/1", "attributedTo": "https://good.example/users/pat", "url": "https://bank.example/login"})
	if err != nil || p.URL != "" {
		t.Errorf("post: %+v, %v", p, err)
	}
	a, err := ReadActor(map[string]any{"type": "Person", "id": "https://good.example/users/pat", "inbox": "https://good.example/inbox", "preferredUsername": "pat", "url": "https://bank.example/login"})
	if err != nil || a.URL != "" {
		t.Errorf("actor: %+v, %v", a, err)
	}
}

// F119: an inbox on another host is none, a shared inbox there is left out.
func TestF119_ForeignInbox(t *testing.T) {
	doc := map[string]any{"type": "Person", "id": "https://good.example/users/pat", "inbox": "https://victim.example/inbox", "preferredUsername": "pat"}
	if _, err := ReadActor(doc); !errors.Is(err, embraye.ErrInvalid) {
		t.Errorf("foreign inbox: %v", err)
	}
	doc["inbox"], doc["endpoints"] = "https://good.example/inbox", map[string]any{"sharedInbox": "https://victim.example/inbox"}
	if a, err := ReadActor(doc); err != nil || a.SharedInbox != "" {
		t.Errorf("foreign shared inbox: %+v, %v", a, err)
	}
}

// F093, F139, F143: what is too long or cannot be shown.
func TestF093_F143_Profiles(t *testing.T) {
	doc := func(username string) map[string]any {
		return map[string]any{"type": "Person", "id": "https://good.example/users/pat", "inbox": "https://good.example/inbox", "preferredUsername": username,
			"name": "Pat\x00\u0007 " + strings.Repeat("é", 100_000), "summary": strings.Repeat("é", 100_000)}
	}
	a, err := ReadActor(doc("pat"))
	if err != nil || len(a.Name) > 500 || len(a.Summary) > 20_000 || !strings.HasPrefix(a.Name, "Pat é") {
		t.Errorf("long profile: %.20q (%d), %d, %v", a.Name, len(a.Name), len(a.Summary), err)
	}
	for _, bad := range []string{"", strings.Repeat("a", 1000), "pat\u202e", "a b", "a@b", "a/b", "<b>", "a\u200bb", "a\x00"} {
		if _, err := ReadActor(doc(bad)); !errors.Is(err, embraye.ErrInvalid) {
			t.Errorf("preferredUsername %.20q: %v", bad, err)
		}
	}
}

// F123: depth is judged while walking.
func TestF123_Depth(t *testing.T) {
	for _, depth := range []int{33, 9_900, 20_000, 300_000} {
		mustRefuse(t, "arrays", strings.Replace(like, `"id"`, `"x":`+strings.Repeat("[", depth)+strings.Repeat("]", depth)+`,"id"`, 1))
		mustRefuse(t, "objects", strings.Replace(like, `"id"`, `"x":`+strings.Repeat(`{"a":`, depth)+"1"+strings.Repeat("}", depth)+`,"id"`, 1))
		mustRefuse(t, "without end", strings.Repeat("[", depth))
	}
	if _, err := Read([]byte(strings.Replace(like, `"id"`, `"x":`+strings.Repeat("[", 31)+strings.Repeat("]", 31)+`,"id"`, 1))); err != nil {
		t.Errorf("31 arrays in the object: %v", err)
	}
}

func manyNotes(n int) string {
	var list strings.Builder
	for i := range n {
		fmt.Fprintf(&list, `{"type":"Note","id":"https://good.example/%d"},`, i)
	}
	return createOf("[" + strings.TrimSuffix(list.String(), ",") + "]")
}

// F124: refused before it costs anything: under 32 MiB for 20,000 Notes, where
// go-fed alone would take 611 MB.
func TestF124_ManyObjects(t *testing.T) {
	for name, body := range map[string]string{
		"notes": manyNotes(20_000), "tags": createOf(`{"type":"Note","tag":[` + strings.TrimSuffix(strings.Repeat(`{},`, 100_000), ",") + `]}`),
		"values": strings.Replace(like, `"id"`, `"x":[`+strings.TrimSuffix(strings.Repeat("1,", 5001), ",")+`],"id"`, 1),
		"keys":   strings.Replace(like, `"id"`, manyKeys(6000)+`"id"`, 1),
	} {
		if n := allocated(func() { mustRefuse(t, name, body) }); n > 4<<20 {
			t.Errorf("%s: %d bytes allocated for %d", name, n, len(body))
		}
	}
}

// allocated is how many bytes f asks for; what others ask meanwhile counts too.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func manyKeys(n int) string {
	var keys strings.Builder
	for i := range n {
		fmt.Fprintf(&keys, `"k%d":1,`, i)
	}
	return keys.String()
}

// The dearest body that the shape allows, read to its end.
func TestF124_DearestAllowed(t *testing.T) {
	tags := strings.TrimSuffix(strings.Repeat(`{"type":"Hashtag","name":"#x"},`, 197), ",")
	body := []byte(createOf(`{"type":"Note","id":"https://good.example/1","attributedTo":"https://good.example/users/pat","content":"` + strings.Repeat("x", 200_000) + `","tag":[` + tags + `]}`))
	if _, err := Read(body); err != nil {
		t.Fatal(err)
	}
	if n := allocated(func() { _, _ = Read(body) }); n > 4<<20 {
		t.Errorf("%d bytes allocated", n)
	}
}

// F126: the same key twice, however it is spelled.
func TestF126_DuplicateKeys(t *testing.T) {
	for _, key := range []string{`"actor"`, `"id"`, `"object"`, `"type"`, `"\u0061ctor"`, `"unknown":1,"unknown"`} {
		mustRefuse(t, key, strings.TrimSuffix(like, "}")+`,`+key+`:"https://victim.example/users/vic"}`)
	}
	mustRefuse(t, "inside", createOf(`{"type":"Note","id":"https://good.example/1","attributedTo":"https://good.example/users/pat","attributedTo":"https://victim.example/users/vic"}`))
	mustRefuse(t, "beyond sixteen", strings.Replace(like, `"id"`, manyKeys(30)+`"k3":2,"id"`, 1))
}

// F127: what databases and readers disagree about.
func TestF127_Characters(t *testing.T) {
	for _, bad := range []string{"\xff\xfe", `\ud800`, `\udc00`, `\ud800x`, `\ud800\u0041`, `\ud800\ud800`, `\u0000`, "\x00", "\n", `\x`, `\u12`, `\u12g4`, `\`} {
		mustRefuse(t, bad, createOf(`{"type":"Note","id":"https://good.example/1","attributedTo":"https://good.example/users/pat","content":"`+bad+`"}`))
		mustRefuse(t, "key "+bad, strings.Replace(like, `"id"`, `"`+bad+`":1,"id"`, 1))
	}
	in, err := Read([]byte(createOf(`{"type":"Note","id":"https:\/\/good.example\/1","attributedTo":"https://good.example/users/pat","content":"\u00e9\ud83d\ude00\t\"\\"}`)))
	if err != nil || in.Post.HTML != "é😀\t\"\\" || in.Post.ID != "https://good.example/1" {
		t.Errorf("legal escapes: %+v, %v", in, err)
	}
}

// F129: properties of the wrong kind. What tells who, about what, to whom and
// what is said has to be right; all else is dropped (K20).
func TestF129_WrongKinds(t *testing.T) {
	for _, bad := range []string{`null`, `7`, `[]`, `[1,{}]`, `{}`, `["Like"]`, `""`} {
		mustRefuse(t, "type "+bad, strings.Replace(like, `"Like"`, bad, 1))
	}
	mustRefuse(t, "object missing", strings.Replace(like, `"object"`, `"x"`, 1))
	mustRefuse(t, "actor missing", strings.Replace(like, `"actor"`, `"x"`, 1))
	mustRefuse(t, "id missing", strings.Replace(like, `"id"`, `"x"`, 1))
	for _, bad := range []string{`"to":7`, `"cc":true`, `"to":[7]`, `"content":{}`, `"to":[[]]`, `"content":7`} {
		mustRefuse(t, bad, strings.TrimSuffix(like, "}")+","+bad+"}")
	}
	for _, fine := range []string{`"published":7`, `"target":7`, `"instrument":"x"`, `"to":["https://good.example/users/bo",7,{}]`, `"cc":[null,"as:Public"]`} {
		if _, err := Read([]byte(strings.TrimSuffix(like, "}") + "," + fine + "}")); err != nil {
			t.Errorf("Like with %s: %v", fine, err)
		}
	}
	note := `{"type":"Note","id":"https://good.example/1","attributedTo":"https://good.example/users/pat",`
	for _, bad := range []string{`"content":{}`, `"content":[1]`, `"to":7`} {
		mustRefuse(t, "note "+bad, createOf(note+bad+"}"))
	}
	for _, fine := range []string{`"tag":7`, `"tag":[null,7,"x",{"type":7}]`, `"url":7`, `"url":[{"href":7}]`, `"inReplyTo":7`, `"quote":{}`, `"language":7`, `"published":"hier"`, `"to":null`, `"published":7`, `"updated":{}`, `"contentMap":7`, `"contentMap":["x"]`,
		`"contentMap":{"fr":7}`, `"embraye:stage":7`, `"embraye:measure":{}`} {
		if in, err := Read([]byte(createOf(note + fine + "}"))); err != nil || in.Post == nil {
			t.Errorf("note with %s: %v", fine, err)
		}
	}
}

func TestNotJSON(t *testing.T) {
	for _, body := range []string{"", " ", "null", "[]", `"x"`, "{", "}", like + like, like + "x", strings.TrimSuffix(like, "}"), strings.Replace(like, ",", ",,", 1),
		strings.Replace(like, ":", " ", 1), "\ufeff" + like, strings.Replace(like, "{", `{"n":01,`, 1), strings.Replace(like, "{", `{"n":1e999,`, 1),
		strings.Replace(like, "{", `{"n":1.,`, 1), strings.Replace(like, "{", `{"n":`+strings.Repeat("1", 41)+`,`, 1), strings.Replace(like, "{", `{"n":nul,`, 1), strings.Replace(like, "{", `{1:1,`, 1)} {
		mustRefuse(t, "not JSON", body)
	}
	if _, err := Read([]byte(" \t\r\n" + like + "\n")); err != nil {
		t.Errorf("white space around: %v", err)
	}
}

// F133, F146: LD signatures give no right, source is not the text.
func TestF133_F146_IgnoredProperties(t *testing.T) {
	body := createOf(`{"type":"Note","id":"https://good.example/1","attributedTo":"https://good.example/users/pat","content":"shown","source":{"mediaType":"text/markdown","content":"hidden"}}`)
	in, err := Read([]byte(strings.Replace(body, `"id"`, `"signature":{"type":"RsaSignature2017","creator":"https://victim.example/users/vic#main-key","signatureValue":"x"},"id"`, 1)))
	if err != nil || in.Actor != "https://good.example/users/pat" || in.Post.HTML != "shown" {
		t.Errorf("%+v, %v", in, err)
	}
}

// F158: types that we do not know are no mistake; EmojiReact is known.
func TestF158_UnknownTypes(t *testing.T) {
	for _, typ := range []string{"Listen", "Travel", "View", "Download", "as:Like", "x"} {
		in, err := Read([]byte(strings.Replace(like, `"Like"`, `"`+typ+`"`, 1)))
		if err != nil || !in.Unknown || in.Type != typ {
			t.Errorf("%s: %+v, %v", typ, in, err)
		}
	}
	in, err := Read([]byte(strings.TrimSuffix(strings.Replace(like, `"Like"`, `"EmojiReact"`, 1), "}") + `,"content":"👍"}`))
	if err != nil || in.Unknown || in.Content != "👍" {
		t.Errorf("EmojiReact: %+v, %v", in, err)
	}
}

// F161: a Flag about ten thousand objects.
func TestF161_HugeFlag(t *testing.T) {
	objects := strings.TrimSuffix(strings.Repeat(`"https://us.example/constats/01j",`, 10_000), ",")
	mustRefuse(t, "flag", strings.Replace(strings.Replace(like, `"Like"`, `"Flag"`, 1), `"https://us.example/constats/01j"`, "["+objects+"]", 1))
}

// F084: what Create may carry is a post; anything else is only a reference.
func TestF084_CreateOfOtherThings(t *testing.T) {
	for _, typ := range []string{"Person", "Delete", "Collection", "Tombstone"} {
		in, err := Read([]byte(createOf(`{"type":"` + typ + `","id":"https://good.example/1"}`)))
		if err != nil || in.Post != nil || in.Object.Type != typ {
			t.Errorf("%s: %+v, %v", typ, in, err)
		}
	}
}

func TestReadKeys(t *testing.T) {
	const owner = "https://good.example/users/pat"
	key := func(id string) map[string]any {
		return map[string]any{"id": id, "owner": owner, "publicKeyPem": testPEM}
	}
	for name, c := range map[string]struct {
		doc  map[string]any
		want int
	}{
		"one":            {map[string]any{"id": owner, "publicKey": key(owner + "#main-key")}, 1},
		"several":        {map[string]any{"id": owner, "publicKey": []any{key(owner + "#a"), key(owner + "#b")}}, 2},
		"at most five":   {map[string]any{"id": owner, "publicKey": []any{key(owner + "#1"), key(owner + "#2"), key(owner + "#3"), key(owner + "#4"), key(owner + "#5"), key(owner + "#6")}}, 5},
		"key document":   {key(owner + "/main-key"), 1},
		"another owner":  {map[string]any{"id": "https://good.example/users/mal", "publicKey": key(owner + "#main-key")}, 0},
		"another server": {map[string]any{"id": owner, "publicKey": key("https://evil.example/key")}, 0},
		"bare actor":     {map[string]any{"id": owner, "publicKey": key(owner)}, 1},
		"not a key":      {map[string]any{"id": owner, "publicKey": []any{7}}, 0},
		"endless":        {map[string]any{"id": owner, "publicKey": map[string]any{"id": owner + "#k", "owner": owner, "publicKeyPem": testPEM + strings.Repeat("x", 5000)}}, 0},
		"none":           {map[string]any{"id": owner}, 0},
	} {
		if got := ReadKeys(c.doc); len(got) != c.want {
			t.Errorf("%s: %d keys", name, len(got))
		}
	}
}
