package check

import (
	"time"

	"embraye/internal/embraye"
)

// Log looks whether the public log takes leaves, whether anybody wrote two
// histories, and whether witnesses signed in the order of its sizes; the longest
// was signed first.
func Log(st *embraye.LogState, splits []embraye.LogSplit, signed []embraye.LogSignature) (list []Finding) {
	for _, s := range splits {
		f := found("log", "the log %s has two histories; both signed checkpoints are on /journal", s.Origin)
		if s.Origin == st.Origin {
			list = append(list, f.but(Error, "find out whether a second copy of this instance runs; then `embraye journal restart --reason R` closes this log and begins the next"))
		} else {
			list = append(list, f.but(Warning, "ask the organisation; nothing was done to it here"))
		}
	}
	switch st.Frozen {
	case "":
		if list == nil {
			list = append(list, ok("log", "the public log %s takes leaves: %d", st.Origin, st.Size))
		}
	case embraye.LogBehind:
		list = append(list, found("log", "witnesses have signed more of the log %s than is here; what is published waits to be entered", st.Origin).but(Error,
			"a peer that has a copy gives it back by itself; if none has, `embraye journal restart --reason R`; the log of the program names the witness, and one that is wrong about it is asked no more with `embraye witness remove`"))
	case embraye.LogForked:
		list = append(list, found("log", "the log %s does not go on from what was signed; nothing more is entered", st.Origin).but(Error, "`embraye journal restart --reason R` closes it and begins the next"))
	default:
		list = append(list, found("log", "the log %s waits until witnesses were asked (%s)", st.Origin, st.Frozen).but(Warning, "see that a server with the role worker runs, and that peers can be reached"))
	}
	return append(list, logClocks(signed)...)
}

// clocksDiffer is what clocks may differ by from one day to the next.
const clocksDiffer = time.Minute

// logClocks looks for witnesses that signed a shorter log after a longer one: so
// their clocks say, or somebody's key signs what it should not.
func logClocks(signed []embraye.LogSignature) (list []Finding) {
	longer := map[string]embraye.LogSignature{}
	told := map[string]bool{}
	for _, s := range signed {
		if l, ok := longer[s.Witness]; ok && s.At.After(l.At.Add(clocksDiffer)) && !told[s.Witness] {
			told[s.Witness] = true
			list = append(list, found("witness", "the witness %s signed %s at %s, and %s at %s: its clock is or was wrong", s.Witness,
				embraye.Counted(s.Size, "act", "acts"), s.At.Format(time.RFC3339), embraye.Counted(l.Size, "act", "acts"), l.At.Format(time.RFC3339)).but(Warning, "tell who runs it; readers see these times, and nothing else depends on them"))
		}
		longer[s.Witness] = s
	}
	return list
}
