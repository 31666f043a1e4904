package site

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDiffWords(t *testing.T) {
	for _, tt := range []struct {
		name, before, after string
		want                []Change
	}{
		{"equal", "un deux", "un deux", nil},
		{"one word", "un deux trois", "un quatre trois", []Change{{"", "un "}, {"del", "deux "}, {"ins", "quatre "}, {"", "trois"}}},
		{"new", "", "un deux", []Change{{"ins", "un deux"}}},
		{"gone", "un deux", "", []Change{{"del", "un deux"}}},
		{"order", "a b c", "c a b", []Change{{"ins", "c "}, {"", "a "}, {"del", "b c"}, {"ins", "b"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, diffWords(tt.before, tt.after)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A long text shows what is around a change, not all of it; an enormous one
// does not fill the memory.
func TestDiffIsShort(t *testing.T) {
	long := strings.Repeat("mot ", 500)
	runs := diffWords(long+"ancien "+long, long+"nouveau "+long)
	var all string
	for _, r := range runs {
		all += r.Text
	}
	if len(strings.Fields(all)) > 4*diffContext || !strings.Contains(all, "ancien") || !strings.Contains(all, "nouveau") || !strings.Contains(all, "…") {
		t.Errorf("%d words: %s", len(strings.Fields(all)), all)
	}
	a, b := strings.Repeat("a b ", 5000), strings.Repeat("b c ", 5000)
	if runs := diffWords(a, b); len(runs) != 2 {
		t.Errorf("%d runs of a text beyond the limit", len(runs))
	}
}
