package check

import "embraye/internal/embraye"

// Log looks whether the public log takes leaves, and whether anybody wrote two
// histories.
func Log(st *embraye.LogState, splits []embraye.LogSplit) (list []Finding) {
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
			"a peer that has a copy gives it back by itself; if none has, `embraye journal restart --reason R`"))
	case embraye.LogForked:
		list = append(list, found("log", "the log %s does not go on from what was signed; nothing more is entered", st.Origin).but(Error, "`embraye journal restart --reason R` closes it and begins the next"))
	default:
		list = append(list, found("log", "the log %s waits until witnesses were asked (%s)", st.Origin, st.Frozen).but(Warning, "see that a server with the role worker runs, and that peers can be reached"))
	}
	return list
}
