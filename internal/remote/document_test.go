package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/jsonshape"
)

func TestFetchDocumentMediaType(t *testing.T) {
	const id = "http://good.example/actors/pat"
	tests := []struct {
		types []string
		ok    bool
	}{
		{[]string{"application/activity+json"}, true},
		{[]string{"application/activity+json; charset=utf-8"}, true},
		{[]string{"Application/Activity+JSON;charset=UTF-8"}, true},
		{[]string{`application/ld+json; profile="https://www.w3.org/ns/activitystreams"`}, true},
		{[]string{`application/ld+json; charset=utf-8; profile="https://www.w3.org/ns/activitystreams"`}, true},
		{[]string{`application/ld+json; profile="http://www.w3.org/ns/json-ld#compacted https://www.w3.org/ns/activitystreams"`}, true},
		{[]string{"application/ld+json"}, false},
		{[]string{`application/ld+json; profile="https://www.w3.org/ns/activitystreams-x"`}, false},
		{[]string{"text/html"}, false},
		{[]string{"application/json"}, false},
		{[]string{"text/plain"}, false},
		{[]string{"image/png"}, false},
		{nil, false},
		{[]string{""}, false},
		{[]string{"application/activity+json-x"}, false},
		{[]string{"text/html; a=application/activity+json"}, false},
		{[]string{"application/activity+json, text/html"}, false},
		{[]string{"application/activity+json", "text/html"}, false},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("F094 %s", strings.Join(test.types, " and ")), func(t *testing.T) {
			var l lab
			l.serve(t, "good.example", func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = test.types
				fmt.Fprintf(w, `{"id":%q}`, id)
			})
			doc, err := l.client(t).FetchDocument(context.Background(), id)
			if test.ok && (err != nil || doc.ID != id || string(doc.Body) != `{"id":"`+id+`"}`) {
				t.Errorf("got %v, %v", doc, err)
			}
			if !test.ok && (!errors.Is(err, ErrRefused) || doc != nil) {
				t.Errorf("got %v, %v; want ErrRefused", doc, err)
			}
		})
	}
}

func TestFetchObjectID(t *testing.T) {
	// Each server answers by path; a value that begins with > is a redirect.
	tests := []struct {
		name     string
		asked    embraye.IRI
		answers  map[string]string
		want     embraye.IRI // empty: refused
		requests int32
	}{
		{"own id", "http://good.example/a", map[string]string{"/a": "http://good.example/a"}, "http://good.example/a", 1},
		{"fragment of a key", "http://good.example/a#main-key", map[string]string{"/a": "http://good.example/a"}, "http://good.example/a", 1},
		{"F097 id B of the same host, B is its own", "http://good.example/a",
			map[string]string{"/a": "http://good.example/b", "/b": "http://good.example/b"}, "http://good.example/b", 2},
		{"F097 id B, B says C", "http://good.example/a",
			map[string]string{"/a": "http://good.example/b", "/b": "http://good.example/c", "/c": "http://good.example/c"}, "", 2},
		{"F097 id B, B says A", "http://good.example/a",
			map[string]string{"/a": "http://good.example/b", "/b": "http://good.example/a"}, "", 2},
		{"F097 id of another host", "http://good.example/a", map[string]string{"/a": "http://evil.example/b"}, "", 1},
		{"F097 id of another port", "http://good.example/a", map[string]string{"/a": "http://good.example:8080/a"}, "", 1},
		{"F097 id alike but not equal", "http://good.example/a", map[string]string{"/a": "http://GOOD.example/a"}, "", 1},
		{"F097 id with a fragment", "http://good.example/a", map[string]string{"/a": "http://good.example/a#x"}, "", 1},
		{"F097 no id", "http://good.example/a", map[string]string{"/a": ""}, "", 1},
		{"redirect to the id", "http://good.example/@a",
			map[string]string{"/@a": ">/a", "/a": "http://good.example/a"}, "http://good.example/a", 2},
		{"redirect from the id", "http://good.example/a",
			map[string]string{"/a": ">/a.json", "/a.json": "http://good.example/a"}, "http://good.example/a", 2},
		{"F098 redirect to another host that claims the asked id", "http://good.example/x",
			map[string]string{"/x": ">http://evil.example/y", "/y": "http://good.example/x"}, "", 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var l lab
			var requests atomic.Int32
			handler := func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				answer := test.answers[r.URL.Path]
				if to, ok := strings.CutPrefix(answer, ">"); ok {
					http.Redirect(w, r, to, http.StatusFound)
					return
				}
				answerAS(w, fmt.Sprintf(`{"type":"Note","id":%q}`, answer))
			}
			l.serve(t, "good.example", handler)
			l.serve(t, "evil.example", handler)
			doc, object, err := l.client(t).FetchObject(context.Background(), test.asked)
			if test.want == "" && !errors.Is(err, ErrRefused) {
				t.Errorf("got %v, %v; want ErrRefused", object, err)
			}
			if test.want != "" && (err != nil || doc.ID != test.want || object["id"] != string(test.want)) {
				t.Errorf("got %v, %v, %v; want %s", doc, object, err, test.want)
			}
			if got := requests.Load(); got != test.requests {
				t.Errorf("%d requests, want %d", got, test.requests)
			}
		})
	}
}

func TestFetchObjectIDIsAString(t *testing.T) {
	for _, id := range []string{`7`, `null`, `[]`, `{}`, `["http://good.example/a"]`} {
		t.Run("F097 "+id, func(t *testing.T) {
			var l lab
			l.serve(t, "good.example", handlerAS(`{"id":`+id+`}`))
			if _, object, err := l.client(t).FetchObject(context.Background(), "http://good.example/a"); !errors.Is(err, ErrRefused) {
				t.Errorf("got %v, %v; want ErrRefused", object, err)
			}
		})
	}
}

func TestContextsAreNeverFetched(t *testing.T) {
	t.Run("F109", func(t *testing.T) {
		var l lab
		l.serve(t, "good.example", handlerAS(`{"@context":"http://evil.example/ctx.json","id":"http://good.example/a"}`))
		if _, _, err := l.client(t).FetchObject(context.Background(), "http://good.example/a"); err != nil {
			t.Fatal(err)
		}
		if l.dialled() != 1 {
			t.Errorf("dialled %v, want good.example alone", l.dials)
		}
	})
}

func TestShape(t *testing.T) {
	nest := func(n int) string { return `{"a":` + strings.Repeat("[", n-1) + strings.Repeat("]", n-1) + `}` }
	tests := []struct {
		name, body string
		ok         bool
	}{
		{"object", `{"a":1,"b":{"a":[1,{"a":"a"}]},"c":[]}`, true},
		{"space around", " {} \n", true},
		{"key as value", `{"a":"b","b":"a","c":"c"}`, true},
		{"depth at the limit", nest(32), true},
		{"F123 one deeper", nest(33), false},
		{"F123 9,900 deep", nest(9900), false},
		{"F124 many objects", `{"a":[` + strings.Repeat("{},", 2000) + `{}]}`, false},
		{"F124 many values", `{"a":[` + strings.Repeat("1,", 10000) + `1]}`, false},
		{"F126 key twice", `{"id":"x","id":"y"}`, false},
		{"F126 escaped key twice", `{"id":"x","\u0069d":"y"}`, false},
		{"F126 key twice inside", `{"a":{"b":1,"b":2}}`, false},
		{"F127 bad UTF-8", "{\"a\":\"\xff\xfe\"}", false},
		{"array", `[{}]`, false},
		{"string", `"x"`, false},
		{"two objects", `{}{}`, false},
		{"cut off", `{"a":[1`, false},
		{"empty", ``, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := jsonshape.Parse([]byte(test.body), shape)
			if test.ok != (err == nil) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestFetchStatus(t *testing.T) {
	var l lab
	l.serve(t, "good.example", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "120")
		switch r.URL.Path {
		case "/404":
			w.WriteHeader(404)
		case "/410":
			w.WriteHeader(410)
		case "/503":
			w.WriteHeader(503)
		case "/304":
			w.WriteHeader(304)
		}
	})
	c := l.client(t)
	for status, sentinel := range map[int]error{404: embraye.ErrNotFound, 410: embraye.ErrGone, 503: nil, 304: nil} {
		_, err := c.FetchDocument(context.Background(), "http://good.example/"+iri(status))
		var s *StatusError
		if !errors.As(err, &s) || s.Status != status || s.RetryAfter != "120" {
			t.Errorf("%d: got %v", status, err)
		}
		for _, e := range []error{embraye.ErrNotFound, embraye.ErrGone} {
			if errors.Is(err, e) != (e == sentinel) {
				t.Errorf("%d: Is(%v) = %v", status, e, errors.Is(err, e))
			}
		}
	}
}
