package draw

import (
	"embraye/internal/embraye"
)

// ShapeGrid is the side of the square that a stage's shape is drawn on.
const ShapeGrid = 16

// StagePath is the shape of a stage on a grid of 16 × 16, filled by the even-odd
// rule. All commands are relative, so "M22 33" before it puts the shape there,
// and many shapes fit in one path. The silhouettes differ without any colour.
func StagePath(s embraye.Stage) string {
	switch s {
	case embraye.Done: // a disc with a tick
		return "m8 .5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 0 0 0-15zm-1.2 11.6l-3.6-3.6l1.6-1.6l2 2l4.5-4.5l1.6 1.6z"
	case embraye.PartlyDone: // a disc, half of it full
		return "m8 .5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 0 0 0-15zm0 2.1a5.4 5.4 0 0 1 0 10.8z"
	case embraye.UnderWay: // a triangle that points forward
		return "m3 .8l12 7.2l-12 7.2z"
	case embraye.Announced: // a speech bubble
		return "m1 1.5h14v10h-6.5l-4.5 3.7v-3.7h-3zm2 2v6h10v-6z"
	case embraye.Stalled: // two bars
		return "m2.6 1h4v14h-4zm6.8 0h4v14h-4z"
	case embraye.Reversed: // an arrow that turns back
		return "m6.2 .8l-5.6 4.9l5.6 4.9v-3.7h4a2.9 2.9 0 0 1 0 5.8h-6.7v2.2h6.7a5.1 5.1 0 0 0 0-10.2h-4z"
	case embraye.NoSign: // a magnifier with nothing in it
		return "m6.5 .8a5.7 5.7 0 1 0 3.2 10.4l4.1 4.1l1.6-1.6l-4.1-4.1a5.7 5.7 0 0 0-4.8-8.8zm0 2.1a3.6 3.6 0 1 1 0 7.2a3.6 3.6 0 0 1 0-7.2z"
	}
	// An empty frame: nobody has looked.
	return "m.8 .8h5v2.2h-2.8v2.8h-2.2zm14.4 0v5h-2.2v-2.8h-2.8v-2.2zm0 14.4h-5v-2.2h2.8v-2.8h2.2zm-14.4 0v-5h2.2v2.8h2.8v2.2z"
}

// known keeps a stage of ours; one that a peer invented is drawn as not
// assessed, so that no word from outside becomes a class name.
func known(s embraye.Stage) embraye.Stage {
	for _, k := range embraye.DisplayStages() {
		if k == s {
			return s
		}
	}
	return embraye.NotAssessed
}
