package check

import (
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
)

// How the public log stands, and the times at which witnesses signed (C7).
func TestC7LogFindings(t *testing.T) {
	signed := func(witness string, size int64, minutes int) embraye.LogSignature {
		return embraye.LogSignature{Witness: witness, Size: size, At: time.Date(2026, 5, 1, 10, minutes, 0, 0, time.UTC)}
	}
	ours := embraye.LogState{Origin: "a.example/journal", Size: 9}
	for name, c := range map[string]struct {
		frozen string
		splits []embraye.LogSplit
		signed []embraye.LogSignature
		state  State
		words  string
	}{
		"well":          {"", nil, []embraye.LogSignature{signed("b", 9, 5), signed("c", 9, 3), signed("b", 8, 4)}, OK, "takes leaves: 9"},
		"a small step":  {"", nil, []embraye.LogSignature{signed("b", 9, 5), signed("b", 8, 6)}, OK, "takes leaves"},
		"wrong clock":   {"", nil, []embraye.LogSignature{signed("c", 9, 5), signed("b", 9, 5), signed("b", 8, 7), signed("b", 7, 9)}, Warning, "b signed 8 acts at 2026-05-01T10:07:00Z, and 9 acts at"},
		"behind":        {embraye.LogBehind, nil, nil, Error, "more of the log"},
		"restored":      {embraye.LogRestored, nil, nil, Warning, "until witnesses were asked (restored)"},
		"unclean stop":  {embraye.LogUnclean, nil, nil, Warning, "(unclean)"},
		"forked":        {embraye.LogForked, nil, nil, Error, "does not go on"},
		"two of ours":   {"", []embraye.LogSplit{{Origin: ours.Origin}}, nil, Error, "two histories"},
		"two of others": {"", []embraye.LogSplit{{Origin: "b.example/journal"}}, nil, Warning, "b.example/journal has two histories"},
	} {
		st := ours
		st.Frozen = c.frozen
		list := Log(&st, c.splits, c.signed)
		if name == "wrong clock" && len(list) == 2 && list[0].State == OK {
			list = list[1:] // the log itself is well
		}
		if len(list) != 1 || list[0].State != c.state || !strings.Contains(list[0].Sentence, c.words) || (list[0].Remedy == "") != (c.state == OK) {
			t.Errorf("%s: %+v", name, list)
		}
	}
}
