package export

import (
	"iter"
	"strings"
)

// splitLine is one line of a table: where it stands, from 1, and its cells. A
// quoted cell may go on over several lines of the file.
type splitLine struct {
	number int
	cells  []string
	broken bool // a cell was opened by a quotation mark that nothing closes: the rest cannot be split
}

// splitTable splits a table as people and programs write it, the first line of
// which is number first of the file. A quotation mark opens a cell only where
// the cell begins, and closes it only before a separator or line end;
// everywhere else it is an ordinary character: « Écran 24" », « Le "plan"
// national » and « "Plan" national » are cells as they stand.
func splitTable(text string, comma byte, first int) iter.Seq[splitLine] {
	return func(yield func(splitLine) bool) {
		for number := first; text != ""; {
			cells, used, ok := splitCells(text, comma)
			line := splitLine{number: number, cells: cells, broken: !ok}
			number += strings.Count(text[:used], "\n")
			if line.broken {
				line.number = number // where the mark stands
			}
			if !yield(line) || line.broken {
				return
			}
			text = text[used:]
		}
	}
}

// splitCells takes the cells of one line from the front, and tells how many
// bytes they are, the line end among them; if they cannot be split, up to where.
func splitCells(text string, comma byte) (cells []string, used int, ok bool) {
	for {
		cell, n, ok := splitCell(text[used:], comma)
		if !ok {
			return nil, used, false
		}
		cells, used = append(cells, cell), used+n
		if used == len(text) {
			return cells, used, true
		}
		end := text[used]
		used++
		if end == '\n' {
			return cells, used, true
		}
	}
}

// splitCell takes one cell up to its separator, its line end or the end.
func splitCell(text string, comma byte) (cell string, used int, ok bool) {
	plain := strings.IndexAny(text, string([]byte{comma, '\n'}))
	if plain < 0 {
		plain = len(text)
	}
	start := len(text) - len(strings.TrimLeft(text, " \u00a0\u200b\ufeff")) // what may stand before a quotation mark
	if start >= plain || text[start] != '"' {
		return text[:plain], plain, true
	}
	cell, used, closed := quotedCell(text[start:], comma)
	if closed {
		return cell, start + used, true
	}
	// Nothing closes the cell. Where a lone mark follows in what seems to be the
	// cell, both are ordinary; else nobody can tell where the cell ends.
	return text[:plain], plain, start+used < plain
}

// quotedCell reads a quoted cell, in which two marks are one, up to a lone mark.
// That closes the cell if a separator or line end follows.
func quotedCell(text string, comma byte) (cell string, used int, closed bool) {
	var out strings.Builder
	for at := 1; ; {
		n := strings.IndexByte(text[at:], '"')
		if n < 0 {
			return "", len(text), false
		}
		out.WriteString(text[at : at+n])
		at += n + 1
		if strings.HasPrefix(text[at:], `"`) {
			out.WriteByte('"')
			at++
			continue
		}
		after := strings.TrimLeft(text[at:], " \u00a0")
		if after != "" && after[0] != comma && after[0] != '\n' {
			return "", at - 1, false
		}
		return out.String(), len(text) - len(after), true
	}
}

// separatorLine reads the line « sep=; » that Excel writes before its tables,
// and takes it away: the sign is 0 if there is none.
func separatorLine(text string) (rest string, comma byte, found bool) {
	first, rest, _ := strings.Cut(text, "\n")
	first = strings.TrimLeft(first, "\" ")
	if len(first) < 4 || !strings.EqualFold(first[:4], "sep=") {
		return text, 0, false
	}
	sign := strings.TrimRight(first[4:], "\" ")
	switch {
	case strings.Trim(sign, ",;\t|") != "":
		return text, 0, false // a name
	case sign == "":
		return rest, 0, true
	}
	return rest, sign[0], true // behind the sign stand separators of empty cells
}
