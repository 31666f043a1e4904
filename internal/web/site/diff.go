package site

import (
	"strings"
	"unicode"
)

// Word diffs show what a correction changed: whole words, with a few unchanged
// ones around them.

// A Change is a run of words that stayed, went or came.
type Change struct {
	Kind string // "", "del" or "ins"
	Text string
}

const (
	maxDiffCells   = 4 << 20 // of the table that is compared in; beyond it all is new
	diffContext    = 8       // unchanged words shown on each side of a change
	maxDiffChanges = 40      // runs of one diff that a page shows
)

// diffWords compares two texts word by word; nil if they are equal.
func diffWords(before, after string) []Change {
	if before == after {
		return nil
	}
	a, b := splitWords(before), splitWords(after)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var runs []Change
	runs = grow(runs, "", a[:head]...)
	runs = append(runs, diffMiddle(a[head:len(a)-tail], b[head:len(b)-tail])...)
	runs = grow(runs, "", a[len(a)-tail:]...)
	return shorten(runs)
}

// splitWords keeps each word with the white space after it.
func splitWords(s string) []string {
	var words []string
	start, space := 0, false
	for i, r := range s {
		if unicode.IsSpace(r) {
			space = true
		} else if space {
			words, start, space = append(words, s[start:i]), i, false
		}
	}
	if start < len(s) {
		words = append(words, s[start:])
	}
	return words
}

// diffMiddle finds the longest common subsequence of what differs.
func diffMiddle(a, b []string) []Change {
	if len(a)*len(b) > maxDiffCells {
		return grow(grow(nil, "del", a...), "ins", b...)
	}
	width := len(b) + 1
	table := make([]int32, (len(a)+1)*width) // common words of a[i:] and b[j:]
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				table[i*width+j] = table[(i+1)*width+j+1] + 1
			} else {
				table[i*width+j] = max(table[(i+1)*width+j], table[i*width+j+1])
			}
		}
	}
	var runs []Change
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			runs = grow(runs, "", a[i])
			i, j = i+1, j+1
		case table[(i+1)*width+j] >= table[i*width+j+1]:
			runs = grow(runs, "del", a[i])
			i++
		default:
			runs = grow(runs, "ins", b[j])
			j++
		}
	}
	return grow(grow(runs, "del", a[i:]...), "ins", b[j:]...)
}

// grow appends words to the last run if it is of the same kind.
func grow(runs []Change, kind string, words ...string) []Change {
	if len(words) == 0 {
		return runs
	}
	text := strings.Join(words, "")
	if n := len(runs); n > 0 && runs[n-1].Kind == kind {
		runs[n-1].Text += text
		return runs
	}
	return append(runs, Change{kind, text})
}

// shorten leaves of every unchanged run the words beside the changes.
func shorten(runs []Change) []Change {
	for i, run := range runs {
		words := splitWords(run.Text)
		first, last := i == 0, i == len(runs)-1
		keep := 2 * diffContext
		if first || last {
			keep = diffContext
		}
		if run.Kind != "" || len(words) <= keep+2 {
			continue
		}
		before, after := strings.Join(words[:diffContext], ""), strings.Join(words[len(words)-diffContext:], "")
		switch {
		case first:
			runs[i].Text = "… " + after
		case last:
			runs[i].Text = strings.TrimRightFunc(before, unicode.IsSpace) + " …"
		default:
			runs[i].Text = strings.TrimRightFunc(before, unicode.IsSpace) + " … " + after
		}
	}
	if len(runs) > maxDiffChanges {
		runs = append(runs[:maxDiffChanges], Change{"", " …"})
	}
	return runs
}
