package archive

import (
	"iter"
	"strings"
)

// Alike is how much of two texts is in both, in percent of the longer one: their
// sentences are compared, whatever their order, and each counts by its words. It is
// the measure of Broder's "On the resemblance and containment of documents" (1997)
// with sentences instead of shingles, so that one can say what it means. A date or
// a counter changes one short sentence of a page.
func Alike(a, b string) int {
	there, ofA, ofB, both := map[string]int{}, 0, 0, 0
	for s := range sentences(a) {
		there[s]++
		ofA += len(strings.Fields(s))
	}
	for s := range sentences(b) {
		n := len(strings.Fields(s))
		ofB += n
		if there[s] > 0 {
			there[s]--
			both += n
		}
	}
	if longer := max(ofA, ofB); longer > 0 {
		return both * 100 / longer
	}
	return 100
}

// sentences are the lines of a text, cut after each sign that ends a sentence.
func sentences(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.SplitSeq(text, "\n") {
			for line != "" {
				end := endOf(line)
				if s := strings.TrimSpace(line[:end]); s != "" && !yield(s) {
					return
				}
				line = line[end:]
			}
		}
	}
}

// endOf is where the first sentence of a line ends.
func endOf(line string) int {
	for i := 0; i < len(line)-1; i++ {
		if (line[i] == '.' || line[i] == '!' || line[i] == '?') && line[i+1] == ' ' {
			return i + 1
		}
	}
	return len(line)
}
