package jsonshape

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var few = Limits{Values: 100, Objects: 10, Depth: 8}

// S07: one law for what an inbox takes and for what is fetched. What is accepted
// is what encoding/json reads.
func TestS07ParseReadsWhatEncodingJSONReads(t *testing.T) {
	for _, doc := range []string{"{}", " {} \n", `{"a":{"a":[1,{"a":"a"}]},"b":[],"c":null,"":true,"d":false}`, `{"n":[0,-0.5,1e9,1E-3,123456789012]}`,
		`{"s":"é\u00e9\ud83d\ude00\"\\\/\n\t","\u0061":"a"}`, `{"depth":[[[[[[[]]]]]]]}`} {
		got, err := Parse([]byte(doc), few)
		if err != nil {
			t.Errorf("%s: %v", doc, err)
			continue
		}
		var want map[string]any
		if err := json.Unmarshal([]byte(doc), &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", doc, diff)
		}
	}
}

func TestS07ParseSaysWhy(t *testing.T) {
	var many strings.Builder
	for i := range 200 {
		fmt.Fprintf(&many, `"k%d":1,`, i)
	}
	for doc, want := range map[string]string{
		"": "not a JSON object", "[]": "not a JSON object", `"x"`: "not a JSON object", "\ufeff{}": "not a JSON object",
		"{}{}": "follows", "{} x": "follows", `{"a":1,"a":2}`: "twice", `{"a":1,"\u0061":2}`: "twice", `{"a":{"b":1,"b":1}}`: "twice",
		"{": "a key is missing", `{"a":1,}`: "a key is missing", `{1:1}`: "a key is missing", `{"a" 1}`: "byte 5", `{"a":1 "b":2}`: "byte 7", `{"a":[1 2]}`: "byte 8", `{"a":`: "byte 5",
		`{"a":nul}`: "byte 5", `{"a":tru}`: "byte 5", `{"a":x}`: "byte 5",
		`{"a":01}`: "number", `{"a":1.}`: "number", `{"a":1e999}`: "too large", `{"a":` + strings.Repeat("1", 41) + `}`: "number",
		"{\"a\":\"\xff\"}": "UTF-8", `{"a":"\ud800"}`: "surrogate", `{"a":"\ud800\u0041"}`: "surrogate", `{"a":"\udc00"}`: "surrogate", `{"a":"\u0000"}`: "NUL",
		"{\"a\":\"\x00\"}": "control", `{"a":"\x"}`: "escape", `{"a":"\u12"}`: "escape", `{"a":"\u12g4"}`: "escape", `{"a":"\`: "without end", `{"a":"x`: "without end",
		`{"a":` + strings.Repeat("[", 8) + strings.Repeat("]", 8) + `}`: "deeper",
		`{"a":[` + strings.Repeat("{},", 10) + `{}]}`:                   "10 JSON objects",
		`{"a":[` + strings.Repeat("1,", 100) + `1]}`:                    "100 JSON values",
		"{" + strings.TrimSuffix(many.String(), ",") + "}":              "100 JSON values",
	} {
		if got, err := Parse([]byte(doc), few); err == nil || got != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, %v, want %q", doc, got, err, want)
		}
	}
}

func TestS07OddTextIsForTheReaderToClean(t *testing.T) {
	odd := few
	odd.OddText = true
	got, err := Parse([]byte(`{"a":"x\u0000\ud83dy\ud83d\ude00"}`), odd)
	if err != nil || got["a"] != "x\x00\ufffdy😀" {
		t.Errorf("%q, %v", got, err)
	}
	for _, doc := range []string{"{\"a\":\"\xff\"}", "{\"a\":\"\x00\"}", `{"a":"\u00"}`} {
		if got, err := Parse([]byte(doc), odd); err == nil {
			t.Errorf("%q: %q", doc, got)
		}
	}
}

// Whatever is accepted, encoding/json reads in the same way.
func FuzzParse(f *testing.F) {
	for _, doc := range []string{`{"a":[1,"b",null,{"c":-1e9}]}`, `{"\u0061":"\ud83d\ude00"}`, `{"a":"\u0000"}`, "{\"a\":\"\xff\"}", `{"a":1,"a":2}`, "{}{}"} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		got, err := Parse(doc, Limits{Values: 5000, Objects: 200, Depth: 32})
		if err != nil {
			return
		}
		var want map[string]any
		if err := json.Unmarshal(doc, &want); err != nil {
			t.Fatalf("accepted %q: %v", doc, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}
