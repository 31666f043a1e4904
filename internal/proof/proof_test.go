package proof

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// The key of the scenarios of FEP-8b32 and FEP-521a.
const (
	aliceSecret = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
	alicePublic = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
	aliceMethod = "https://server.example/users/alice#ed25519-key"
)

var aliceTime = time.Date(2023, 2, 24, 23, 36, 38, 0, time.UTC)

func alice(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	raw, err := fromMultibase(aliceSecret)
	if err != nil || len(raw) != 34 || raw[0] != 0x80 || raw[1] != 0x26 {
		t.Fatalf("%x, %v", raw, err)
	}
	return ed25519.NewKeyFromSeed(raw[2:])
}

func parsed(t testing.TB, doc string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(doc), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// The scenarios of fep-8b32.feature, the present one and those of earlier
// editions of the text, which have no context inside the proof.
func TestProofVectorsOfFEP8b32(t *testing.T) {
	const contexts = `"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/data-integrity/%s"]`
	const place = `,"location":{"type":"Place","longitude":-71.184902,"latitude":25.273962}`
	options := `"type":"DataIntegrityProof","cryptosuite":"eddsa-jcs-2022","verificationMethod":"` + aliceMethod + `","proofPurpose":"assertionMethod","created":"2023-02-24T23:36:38Z"`
	v1, v2 := fmt.Sprintf(contexts, "v1"), fmt.Sprintf(contexts, "v2")
	for name, doc := range map[string]string{
		"with its context": `{` + v2 + `,"id":"https://server.example/activities/1","type":"Create","actor":"https://server.example/users/alice","object":{"id":"https://server.example/objects/1",` +
			`"type":"Note","attributedTo":"https://server.example/users/alice","content":"Hello world"` + place + `},"proof":{` + v2 + `,` + options +
			`,"proofValue":"z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL"}}`,
		"without": `{` + v1 + `,"type":"Create","actor":"https://server.example/users/alice","object":{"type":"Note","content":"Hello world"},"proof":{` + options +
			`,"proofValue":"z3sXaxjKs4M3BRicwWA9peyNPJvJqxtGsDmpt1jjoHCjgeUf71TRFz56osPSfDErszyLp5Ks1EhYSgpDaNM977Rg2"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			m := parsed(t, doc)
			p, err := Read(m, aliceTime)
			if err != nil || p == nil || p.Method != aliceMethod {
				t.Fatalf("%+v, %v", p, err)
			}
			key, err := ParseMultikey(alicePublic)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Verify(m, key); err != nil {
				t.Error(err)
			}
			m["actor"] = "https://server.example/users/bob"
			if err := p.Verify(m, key); !errors.Is(err, errBroken) {
				t.Errorf("with another actor: %v", err)
			}
		})
	}
}

// What Add makes is the proof of the text's scenario, byte for byte.
func TestAddMakesTheProofOfFEP8b32(t *testing.T) {
	doc := `{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/data-integrity/v1"],"type":"Create",` +
		`"actor":"https://server.example/users/alice","object":{"type":"Note","content":"Hello world"}}`
	got, err := Add([]byte(doc), alice(t), aliceMethod, aliceTime)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.TrimSuffix(doc, "}") + `,"proof":{"created":"2023-02-24T23:36:38Z","cryptosuite":"eddsa-jcs-2022","proofPurpose":"assertionMethod",` +
		`"proofValue":"z3sXaxjKs4M3BRicwWA9peyNPJvJqxtGsDmpt1jjoHCjgeUf71TRFz56osPSfDErszyLp5Ks1EhYSgpDaNM977Rg2",` +
		`"type":"DataIntegrityProof","verificationMethod":"` + aliceMethod + `"}}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	rest, proved := Cut(got)
	if string(rest) != doc || !proved {
		t.Errorf("cut: %s, %v", rest, proved)
	}
	for _, twice := range [][]byte{got, []byte(`{"lat":1.5}`), []byte(`{"n":9007199254740993}`), []byte("[]"), []byte(`{"a":`)} {
		if out, err := Add(twice, alice(t), aliceMethod, aliceTime); err == nil {
			t.Errorf("%s has become %s", twice, out)
		}
	}
}

func TestCutKnowsWhoseProofItIs(t *testing.T) {
	for _, doc := range []string{`{"id":"x"}`, `{"object":{"id":"x","proof":{"type":"y"}}}`, `{"object":{"id":"x","proof":{"type":"y"}},"type":"Undo"}`,
		`{"content":",\"proof\":{\"type\":\"y\"}}"}`, ``, `{}`} {
		if rest, proved := Cut([]byte(doc)); proved || string(rest) != doc {
			t.Errorf("%s: %s, %v", doc, rest, proved)
		}
	}
	if rest, proved := Cut([]byte(`{"object":{"id":"x","proof":{"type":"y"}},"proof":{"type":"z"}}`)); !proved || string(rest) != `{"object":{"id":"x","proof":{"type":"y"}}}` {
		t.Errorf("%s, %v", rest, proved)
	}
}

// The key pairs of FEP-521a and of the Data Integrity specifications.
func TestMultikeyVectors(t *testing.T) {
	if got := Multikey(alice(t).Public().(ed25519.PublicKey)); got != alicePublic {
		t.Errorf("alice is %s", got)
	}
	raw, err := hex.DecodeString("4bdeafde2ea8beefadd8c699b5c7e0704cf51154d52e17b20b71337ca04cc5a5")
	if err != nil {
		t.Fatal(err)
	}
	const published = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"
	key, err := ParseMultikey(published)
	if err != nil || !slices.Equal(key, raw) || Multikey(raw) != published {
		t.Errorf("%x, %v, %s", key, err, Multikey(raw))
	}
	for _, bad := range []string{"", "z", "6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi", published[:40], published + "1", "z0", "u7QEAAAA", "z4MXj1wBzi9jUstyQ5Dd1", "z" + strings.Repeat("2", 300),
		multibase(append([]byte{0xe7, 0x01}, raw...)), multibase(append(slices.Clone(codec), raw[1:]...))} {
		if key, err := ParseMultikey(bad); !errors.Is(err, ErrKey) {
			t.Errorf("%.60q: %x, %v", bad, key, err)
		}
	}
}

// The vectors of draft-msporny-base58.
func TestBase58Vectors(t *testing.T) {
	for raw, want := range map[string]string{
		"Hello World!": "2NEpo7TZRRrLZSi2U",
		"The quick brown fox jumps over the lazy dog.": "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
		"\x00\x00\x28\x7f\xb4\xcd":                     "11233QC4",
	} {
		if got := multibase([]byte(raw)); got != "z"+want {
			t.Errorf("%q: %s, want %s", raw, got, want)
		}
		if back, err := fromMultibase("z" + want); err != nil || string(back) != raw {
			t.Errorf("%s: %q, %v", want, back, err)
		}
	}
}

// The vectors of RFC 8785 and of the test data that it names.
func TestCanonicalVectorsOfRFC8785(t *testing.T) {
	for in, want := range map[string]string{
		`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`:                         `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
		`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O"}`: "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}",
		`{"peach":"x","péché":"y","pêche":"z","sin":{"b":1,"a":[]}}`:                                 `{"peach":"x","péché":"y","pêche":"z","sin":{"a":[],"b":1}}`,
		`{"n":[-0,0,1,-1,9007199254740991,9007199254740993,1e21,1e-7,123456789012345680000,5e-324]}`: `{"n":[0,0,1,-1,9007199254740991,9007199254740992,1e+21,1e-7,123456789012345680000,5e-324]}`,
		"{\"\u2028\":\"<p>&\u007f\"}": "{\"\u2028\":\"<p>&\u007f\"}",
		`{"a":"\b\t\f","aa":1,"A":2}`: `{"A":2,"a":"\b\t\f","aa":1}`,
	} {
		if got, err := canonical(parsed(t, in)); err != nil || string(got) != want {
			t.Errorf("%s: %v\ngot  %s\nwant %s", in, err, got, want)
		}
	}
	for _, bad := range []any{map[string]any{"a": "\xff"}, map[string]any{"\xff": 1.0}, []any{func() {}}, json.Number("1.5"), json.Number("9007199254740992"), json.Number("1e3")} {
		if got, err := canonical(bad); err == nil {
			t.Errorf("%v has become %s", bad, got)
		}
	}
}

// Proofs that are not one of ours are nobody's trouble; those of our kind that
// cannot be right are.
func TestReadJudgesTheShape(t *testing.T) {
	good := map[string]any{"type": kind, "cryptosuite": suite, "proofPurpose": purpose, "verificationMethod": aliceMethod,
		"proofValue": multibase(make([]byte, 64)), "created": "2023-02-24T23:36:38Z"}
	for name, c := range map[string]struct {
		change  map[string]any
		foreign bool
		broken  bool
		late    bool // Verify finds it
	}{
		"as it should be":       {},
		"another type":          {change: map[string]any{"type": "RsaSignature2017"}, foreign: true},
		"another suite":         {change: map[string]any{"cryptosuite": "mldsa44-jcs-2024"}, foreign: true},
		"no suite":              {change: map[string]any{"cryptosuite": nil}, foreign: true},
		"another purpose":       {change: map[string]any{"proofPurpose": "authentication"}, broken: true},
		"no purpose":            {change: map[string]any{"proofPurpose": nil}, broken: true},
		"no method":             {change: map[string]any{"verificationMethod": nil}, broken: true},
		"a method as an object": {change: map[string]any{"verificationMethod": map[string]any{"id": aliceMethod}}, broken: true},
		"a huge method":         {change: map[string]any{"verificationMethod": "https://server.example/" + strings.Repeat("a", maxText)}, broken: true},
		"no value":              {change: map[string]any{"proofValue": nil}, late: true},
		"a short value":         {change: map[string]any{"proofValue": multibase(make([]byte, 63))}, late: true},
		"a value of base64":     {change: map[string]any{"proofValue": "uAAAA"}, late: true},
		"a huge value":          {change: map[string]any{"proofValue": "z" + strings.Repeat("2", 100_000)}, late: true},
		"made tomorrow":         {change: map[string]any{"created": "2023-02-25T23:36:38Z"}, late: true},
		"made some time":        {change: map[string]any{"created": "hier"}, late: true},
		"made unsaid":           {change: map[string]any{"created": nil}},
		"ends some time":        {change: map[string]any{"expires": 7.0}, late: true},
		"a context of its own":  {change: map[string]any{"@context": []any{"https://www.w3.org/ns/activitystreams"}}, broken: true},
	} {
		p := without(good, "")
		for key, value := range c.change {
			if p[key] = value; value == nil {
				delete(p, key)
			}
		}
		for form, value := range map[string]any{"": p, " in a list": []any{p}} {
			got, err := Read(map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "proof": value}, aliceTime)
			if errors.Is(err, errBroken) != c.broken || c.foreign && (got != nil || err != nil) || !c.foreign && !c.broken && (got == nil || err != nil) {
				t.Errorf("%s%s: %+v, %v", name, form, got, err)
			}
			if c.late {
				if err := got.Verify(map[string]any{}, make([]byte, 32)); !errors.Is(err, errBroken) || strings.Contains(err.Error(), "not made by") {
					t.Errorf("%s%s: %v", name, form, err)
				}
			}
		}
	}
	for _, none := range []map[string]any{{}, {"proof": nil}, {"proof": []any{}}, {"proof": "x"}, {"proof": 1.0}, {"proof": []any{"x"}}} {
		if got, err := Read(none, aliceTime); got != nil || err != nil {
			t.Errorf("%v: %v, %v", none, got, err)
		}
	}
	for _, two := range []any{[]any{good, good}, []any{"x", "y"}} {
		if got, err := Read(map[string]any{"proof": two}, aliceTime); !errors.Is(err, errBroken) {
			t.Errorf("%v: %v, %v", two, got, err)
		}
	}
}

func TestProofsExpire(t *testing.T) {
	doc := map[string]any{"proof": map[string]any{"type": kind, "cryptosuite": suite, "proofPurpose": purpose, "verificationMethod": aliceMethod,
		"proofValue": multibase(make([]byte, 64)), "expires": "2023-02-24T23:36:38Z"}}
	p, err := Read(doc, aliceTime)
	if err != nil || !p.Expired(aliceTime) || p.Expired(aliceTime.Add(-time.Second)) {
		t.Errorf("%+v, %v", p, err)
	}
}

// Whatever of a proved document is changed afterwards, the proof is broken.
func TestProofOverAnAlteredDocument(t *testing.T) {
	key := alice(t)
	doc, err := Add([]byte(`{"@context":"c","id":"x","n":3,"list":["a"],"o":{"k":null}}`), key, aliceMethod, aliceTime)
	if err != nil {
		t.Fatal(err)
	}
	for old, other := range map[string]string{`"c"`: `"d"`, `"x"`: `"y"`, `:3`: `:4`, `["a"]`: `"a"`, `null`: `false`, `"id":`: `"extra":1,"id":`, aliceMethod: aliceMethod + "x", "23:36:38": "23:36:37"} {
		m := parsed(t, strings.Replace(string(doc), old, other, 1))
		p, err := Read(m, aliceTime)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Verify(m, key.Public().(ed25519.PublicKey)); !errors.Is(err, errBroken) {
			t.Errorf("%s for %s: %v", other, old, err)
		}
	}
	m := parsed(t, string(doc))
	p, err := Read(m, aliceTime)
	if err != nil || p.Verify(m, key.Public().(ed25519.PublicKey)) != nil || p.Verify(m, nil) == nil {
		t.Errorf("%v", err)
	}
}

// Whatever strangers send, reading does not panic, and what is canonical is
// JSON that means the same.
func FuzzCanonical(f *testing.F) {
	f.Add(`{"a":[1,-0.5,"é\u0000"],"proof":{"type":"DataIntegrityProof","cryptosuite":"eddsa-jcs-2022","proofValue":"z11"}}`)
	f.Fuzz(func(t *testing.T, doc string) {
		var m map[string]any
		if json.Unmarshal([]byte(doc), &m) != nil || m == nil {
			return
		}
		if p, err := Read(m, aliceTime); err == nil && p != nil && p.Verify(m, make([]byte, 32)) == nil {
			t.Error("proved by a key of zeros")
		}
		out, err := canonical(m)
		if err != nil {
			return
		}
		again, err := canonical(parsed(t, string(out)))
		if err != nil || string(again) != string(out) {
			t.Errorf("%s, then %s, %v", out, again, err)
		}
	})
}
