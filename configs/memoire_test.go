package configs

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func readMemoire(t *testing.T) Memoire {
	t.Helper()
	m, err := ReadMemoire()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A sum that changes means that somebody edited other people's words.
func TestMemoireIsVerbatim(t *testing.T) {
	sum := sha256.Sum256([]byte(memoireText))
	if got := hex.EncodeToString(sum[:]); got != "df7e2be5dafdcaf24e6cdc2d2f4d05442c697205fc383728832f66de0a838818" {
		t.Errorf("the text changed: SHA-256 %s", got)
	}
}

func TestMemoireParts(t *testing.T) {
	m := readMemoire(t)
	var headings []string
	next := 1
	for _, p := range m.Text {
		if p.Kind == Heading {
			headings = append(headings, p.Text)
			if p.Number != 0 {
				t.Errorf("heading %q has number %d", p.Text, p.Number)
			}
			continue
		}
		if p.Number != next {
			t.Errorf("%q has number %d, want %d", p.Text, p.Number, next)
		}
		next++
	}
	want := []string{"Mémoire Covid-19 pour du libre et de l'open en conscience : enseignements et impulsions futures",
		"Libre, ouvert et co-opératif, un modèle qui coule de source", "Open sans pérennité (& fondement juridique) n'est que ruine de l'âme",
		"Qui veut aller loin ménage ses infrastructures", "Ne te limite pas à m'apporter des solutions, apprends-moi à les construire",
		"Concrètement : pourquoi et comment ?", "Mesures actionnables"}
	if diff := cmp.Diff(want, headings); diff != "" {
		t.Error(diff)
	}
	if next != 56 || len(m.Foreword) != 6 || len(m.Afterword) != 3 {
		t.Errorf("%d paragraphs, foreword %d, afterword %d", next-1, len(m.Foreword), len(m.Afterword))
	}
	for _, p := range slices.Concat(m.Foreword, m.Afterword) {
		if p.Number != 0 {
			t.Errorf("the publisher's words have number %d: %s", p.Number, p.Text)
		}
	}
	if _, ok := m.Paragraph(0); ok {
		t.Error("there is a paragraph 0")
	}
}

// No word is lost: what is left without marks is what the file says without
// them.
func TestMemoireLosesNoWord(t *testing.T) {
	m := readMemoire(t)
	var got []string
	for _, p := range slices.Concat(m.Foreword, m.Text, m.Afterword) {
		got = append(got, strings.Fields(p.Text)...)
		if strings.ContainsAny(p.Text, "*\\") || strings.Contains(p.Text, "](") {
			t.Errorf("marks remain: %s", p.Text)
		}
	}
	// Escaped brackets are words, the others marks.
	unmarked := strings.NewReplacer("](#)", "", "*", "", `\[`, "[", `\]`, "]", `\(`, "(", `\)`, ")", "[", "").Replace(memoireText)
	var want []string
	for word := range strings.FieldsSeq(unmarked) {
		if word != "-" && !(len(word) == 2 && word[1] == '.' && word[0] >= '1' && word[0] <= '7') {
			want = append(want, word)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The measures and lessons of the reference are items of this text.
func TestMemoireHoldsTheReference(t *testing.T) {
	m, r := readMemoire(t), defaultReference(t)
	holds := func(words string) bool {
		return slices.ContainsFunc(m.Text, func(p Paragraph) bool { return p.Kind == NumberedItem && p.Text == words })
	}
	for _, measure := range r.Measures {
		if measure.ID != "m0" && !holds(measure.Text["fr"]) {
			t.Errorf("%s is not in the text: %s", measure.ID, measure.Text["fr"])
		}
	}
	for _, lesson := range r.Lessons {
		if !holds(lesson.Text["fr"]) {
			t.Errorf("%s is not in the text: %s", lesson.ID, lesson.Text["fr"])
		}
	}
	if p, ok := m.Paragraph(50); !ok || p.Item != 2 || p.Text != r.Measures[1].Text["fr"] {
		t.Errorf("paragraph 50 = %+v", p)
	}
}
