package activitypub

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/jsonshape"
)

func FuzzRead(f *testing.F) {
	f.Add([]byte(like))
	f.Add([]byte(`{"\u0061":[1e9,-0.5,true,null,"\ud83d\ude00"]}`))
	files, err := filepath.Glob("testdata/*/*/*.json")
	if err != nil {
		f.Fatal(err)
	}
	golden, err := filepath.Glob("testdata/golden/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range append(files, golden...) {
		body, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, peekErr := Peek(body)
		in, err := Read(body)
		if err != nil && !errors.Is(err, embraye.ErrInvalid) || peekErr != nil && err == nil {
			t.Fatalf("Peek: %v; Read: %v", peekErr, err)
		}
		if err == nil && (in.Type != p.Type || string(in.Actor) != p.Actor || !in.Unknown && in.Object.ID == "" && !answersWithoutID[in.Type]) {
			t.Fatalf("%+v", in)
		}
		if m, err := jsonshape.Parse(body, shape); err == nil {
			_, postErr := ReadPost(m)
			_, actorErr := ReadActor(m)
			_, _, _, _, collectionErr := ReadCollection(m)
			for _, err := range []error{postErr, actorErr, collectionErr} {
				if err != nil && !errors.Is(err, embraye.ErrInvalid) {
					t.Fatal(err)
				}
			}
			ReadKeys(m)
		}
	})
}
