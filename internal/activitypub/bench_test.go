package activitypub

import (
	"os"
	"testing"
)

func BenchmarkPeekLike(b *testing.B) {
	body, err := os.ReadFile("testdata/peers/misskey/like.json")
	if err != nil {
		b.Fatal(err)
	}
	for name, body := range map[string][]byte{"like": []byte(like), "reaction": body} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				if _, err := Peek(body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	for _, name := range []string{"mastodon/like", "mastodon/follow", "mastodon/create", "akkoma/like"} {
		body, err := os.ReadFile("testdata/peers/" + name + ".json")
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				if _, err := Read(body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	w, u := testWire(b), fullUpdate()
	note := must(b)(w.Note(u, ""))
	b.Run("Note", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			_, _ = w.Note(u, "")
		}
	})
	b.Run("Create", func(b *testing.B) {
		for range b.N {
			_, _ = w.Create("01jtx00000000000000000000c", note)
		}
	})
	b.Run("Accept", func(b *testing.B) {
		for range b.N {
			_, _ = w.Accept("01jtx00000000000000000000k", "mesure2", Received{ID: ourFollow, Type: "Follow", Actor: ann, Object: ourMeasure})
		}
	})
	b.Run("WithCounts", func(b *testing.B) {
		for range b.N {
			_ = WithCounts(note, w.Site.UpdateID(u.ID), 1, 2, 3)
		}
	})
}
