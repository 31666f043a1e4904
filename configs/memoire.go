package configs

import (
	_ "embed"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed memoire.txt
var memoireText string

// ParagraphKind tells how a part of the mémoire is set.
type ParagraphKind string

// The kinds of paragraphs; items belong to a numbered list.
const (
	Heading      ParagraphKind = "heading"
	PlainText    ParagraphKind = "paragraph"
	NumberedItem ParagraphKind = "item"
)

// How the mémoire itself begins, and what the publisher added after it.
const (
	textBegins      = "Mémoire Covid-19 pour du libre et"
	afterwordBegins = "NB : le texte publié"
)

// Memoire is the whole text that the measures come from, as it was republished.
// The part under CC BY 4.0 has numbered paragraphs; the words of the publisher
// before and after it have none.
type Memoire struct {
	Foreword  []Paragraph
	Text      []Paragraph
	Afterword []Paragraph
}

// Paragraph is one heading, paragraph or item of a list.
type Paragraph struct {
	Number int // of paragraphs and items of the mémoire, from 1: its anchor is #p1; else 0
	Kind   ParagraphKind
	Item   int    // its own number in its list, for items
	Text   string // plain, without emphasis or links
}

// ReadMemoire reads the embedded text.
func ReadMemoire() (Memoire, error) {
	var m Memoire
	part := &m.Foreword
	for _, block := range blocks(memoireText) {
		switch {
		case strings.HasPrefix(block, textBegins):
			part = &m.Text
		case strings.HasPrefix(block, afterwordBegins):
			part = &m.Afterword
		}
		*part = append(*part, paragraph(block))
	}
	if len(m.Foreword) == 0 || len(m.Text) == 0 || len(m.Afterword) == 0 {
		return Memoire{}, fmt.Errorf("reading the embedded mémoire: one of its three parts is missing")
	}
	number := 0
	for i := range m.Text {
		if m.Text[i].Kind != Heading {
			number++
			m.Text[i].Number = number
		}
	}
	return m, nil
}

// Paragraph finds a numbered paragraph.
func (m Memoire) Paragraph(number int) (Paragraph, bool) {
	for _, p := range m.Text {
		if number > 0 && p.Number == number {
			return p, true
		}
	}
	return Paragraph{}, false
}

// blocks are the lines that have words. The pages of the printed text cut
// paragraphs in two: a line that begins with a small letter goes on where the
// one before it stopped.
func blocks(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		first, _ := utf8.DecodeRuneInString(line)
		switch {
		case line == "":
		case unicode.IsLower(first) && len(list) > 0:
			list[len(list)-1] += " " + line
		default:
			list = append(list, line)
		}
	}
	return list
}

var (
	listItem = regexp.MustCompile(`^([0-9]+)\. (.*)$`)
	markLink = regexp.MustCompile(`\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(#\)`) // the addresses are lost, # is all there is
	unmarked = strings.NewReplacer("*", "", `\(`, "(", `\)`, ")", `\[`, "[", `\]`, "]")
)

func paragraph(block string) Paragraph {
	p := Paragraph{Kind: PlainText, Text: block}
	if m := listItem.FindStringSubmatch(block); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			p.Kind, p.Item, p.Text = NumberedItem, n, m[2]
		}
	}
	p.Text = unmarked.Replace(markLink.ReplaceAllString(strings.TrimPrefix(p.Text, "- "), "$1"))
	if p.Kind == PlainText && block == p.Text && looksLikeHeading(p.Text) {
		p.Kind = Heading
	}
	return p
}

// looksLikeHeading: the text's headings are short lines without a full stop or
// colon at their end; its paragraphs are none of it.
func looksLikeHeading(s string) bool {
	return utf8.RuneCountInString(s) < 110 && !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, ":")
}
