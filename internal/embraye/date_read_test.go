package embraye

import (
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"
)

func TestK08DatesAsPeopleAndSpreadsheetsWriteThem(t *testing.T) {
	for want, typed := range map[Date][]string{
		"2024": {"2024", " 2024\u00a0"},
		"2024-06": {"2024-06", "2024-6", "2024/06", "06/2024", "6.2024", "06-2024", "juin-24", "Juin-24", "juin 2024", "JUIN 2024", "juin-2024", "June 2024", "Jun. 2024",
			"Jun-24", "juin/24", "juin ’24", "2024 juin", "2024-Jun"},
		"2024-06-12": {"2024-06-12", "2024-6-12", "2024/06/12", "2024.06.12", "20240612", "12/06/2024", "12/6/2024", "12.6.2024", "12-06-2024", "12 / 06 / 2024", "12 06 2024",
			"12/06/24", "12.06.24", "12‑06‑2024", "12 juin 2024", "le 12 juin 2024", "mercredi 12 juin 2024", "Mer. 12 juin 2024", "Wednesday, 12 June 2024", "12-juin-24", "12-Jun-24", "12/juin/2024",
			"June 12, 2024", "Jun 12 2024", "June 12th, 2024", "12th of June 2024", "the 12th of June 2024", "2024-Jun-12", "12 juin 2024 à 10:30", "12 juin 2024 à 10h30",
			"2024-06-12 00:00:00", "2024-06-12T10:11:12Z", "2024-06-12 10:11:12.123+02:00", "12/06/2024 00:00", "12/06/2024 10:30 PM", "１２/０６/２０２４"},
		"2020-12":    {"déc-20", "déc.-20", "Dec-20", "décembre 2020", norm.NFD.String("DÉCEMBRE 2020")},
		"2020-12-31": {"2020-12-31 00:00:00", "31 décembre 2020", "2020/12/31", "31/12/2020 00:00", "31/12/20", norm.NFD.String("31 déc. 2020"), "31\u202fdécembre\u00a02020"},
		"2023-02-01": {"1er février 2023", "1 févr. 2023", "1er fév. 2023", "1ᵉʳ fevrier 2023", "1 Feb 2023", "February 1st, 2023"},
		"2022-08":    {"août 2022", "aout-22", "AOÛT 2022", "Aug 2022", norm.NFD.String("août-22")},
		"1998-03":    {"mars-98"},
		"2024-02-29": {"29/02/2024", "29 février 2024"},
	} {
		for _, s := range typed {
			if got := ReadDate(s); got != want {
				t.Errorf("ReadDate(%q) = %q, want %q", s, got, want)
			}
		}
	}
}

func TestK08WhatIsNoDateOrCouldBeTwoStaysAsTyped(t *testing.T) {
	for _, s := range []string{"", "12/31/2020", "31/02/2024", "29/02/2023", "2024-13", "2024-02-30", "20-12-31", "12-06-24", "32/13/2024", "juin", "24-juin", "juin 12", "June 24",
		"06/24", "12/06-2024", "lundi 12 juin 2024", "31122020", "45455", "bientôt", "12 brumaire 2024", "T2 2024", "été 2024", "0024", "99999", "12 juin", "1899", "mardi", "may be 2024"} {
		got := ReadDate(s)
		if string(got) != s {
			t.Errorf("ReadDate(%q) = %q", s, got)
		}
		if s != "" && got.Valid() {
			t.Errorf("%q is a date", s)
		}
	}
}

// Every month and its abbreviations, in both languages.
func TestK08EveryMonth(t *testing.T) {
	french := []string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}
	for i, name := range french {
		month := time.Month(i + 1)
		want := Date("2021-" + twoDigits(i+1))
		for _, word := range []string{name, month.String(), month.String()[:3]} {
			for _, form := range []string{word + " 2021", word + "-21", word + "-2021"} {
				if got := ReadDate(form); got != want {
					t.Errorf("ReadDate(%q) = %q, want %q", form, got, want)
				}
			}
			if got := ReadDate("5 " + word + " 2021"); got != want+"-05" {
				t.Errorf("the fifth of %s is %q", word, got)
			}
		}
	}
}
