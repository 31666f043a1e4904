package export

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
)

func TestCSVCell(t *testing.T) {
	t.Run("W62", func(t *testing.T) {
		for _, s := range []string{"=1+1", "+cmd", "-x", "@SUM(A1)", "\t=1", "\tx", "\rx", "\nx", "\x00x", "＝1", "＋a", "－a", "＠a",
			" =1", "\u00a0=1", "\ufeff=1", "\u200b=1", "\x01=1", "+", "--1", "-1+1", "+33 2 00 00", "=", "-1,2,3", "-1\n=2"} {
			if got := CSVCell(s); got != "'"+s {
				t.Errorf("CSVCell(%q) = %q", s, got)
			}
		}
		for _, s := range []string{"", "a", "-1", "+1", "-12.5", "-12,5", "2024-06-12", "a=b", "'=1", "1e309", "https://a.example/?x=-1", "été"} {
			if got := CSVCell(s); got != s {
				t.Errorf("CSVCell(%q) = %q", s, got)
			}
		}
	})
	if got := uncell("'=1"); got != "=1" {
		t.Errorf("uncell = %q", got)
	}
	if got := uncell("'tis"); got != "'tis" {
		t.Errorf("uncell = %q", got)
	}
}

func FuzzCSVCell(f *testing.F) {
	for _, s := range []string{"=1", "-1", "a,b\"c\nd", "\x00", "＝", "\xff=", "'=1", "\r\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		cell := CSVCell(s)
		if startsFormula(cell) {
			t.Fatalf("%q stays a formula: %q", s, cell)
		}
		if strings.TrimPrefix(cell, "'") != s && cell != s {
			t.Fatalf("%q became %q", s, cell)
		}
		var out bytes.Buffer
		rows := []Row{{ID: "x", Title: s}}
		write(t, NewCSV(&out), rows)
		lines, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(lines) != 2 {
			t.Fatalf("%q cannot be read back: %v", s, err)
		}
	})
}
