package embraye

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// The forms in which people and spreadsheets write dates, of what has been
// folded by dateWords. The day comes before the month where both are numbers,
// as France, Britain and most others write it; a year of two digits is read
// where nothing else can be meant.
var (
	yearFirst  = regexp.MustCompile(`^(\d{4})[-/. ](\d{1,2})(?:[-/. ](\d{1,2}))?$`)
	compact    = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	dayFirst   = regexp.MustCompile(`^(\d{1,2})([-/. ])(\d{1,2})([-/. ])(\d{4}|\d{2})$`)
	monthYear  = regexp.MustCompile(`^(\d{1,2})[-/.](\d{4})$`)
	timeOfDay  = regexp.MustCompile(`(?:[t ] ?|, ?| a )\d{1,2}(?::\d{2}(?::\d{2}(?:[.,]\d+)?)?|h(?:\d{2})?)(?: ?[ap]\.?m\.?)?(?: ?(?:z|utc|[+-]\d{2}:?\d{2}))?$`)
	dayMonth   = regexp.MustCompile(`^(\d{1,2})(?:er|st|nd|rd|th)?[ ./-]*(?:of |de )?([a-z]+)[ .,/-]*(\d{4}|\d{2})$`)
	monthDay   = regexp.MustCompile(`^([a-z]+)[ .]*(\d{1,2})(?:st|nd|rd|th)?(?:, ?| )(\d{4})$`)
	monthWord  = regexp.MustCompile(`^([a-z]+)(?:[ ./-]|\. )*(\d{4})$`)
	monthShort = regexp.MustCompile(`^([a-z]+)\.? ?[-/'’](\d{2})$`)
	yearMonth  = regexp.MustCompile(`^(\d{4})[ .-]+([a-z]+)(?:[ .-]+(\d{1,2}))?$`)
)

// ReadDate reads a date as people type it in French or English and as
// spreadsheets write it: 12/06/2024, 12.6.24, 2024/06/12, 2024-06-12 00:00:00,
// 12 juin 2024, mercredi 12 juin 2024, June 12, 2024, 12-juin-24, juin 2024,
// juin-24, 06/2024, 2024. What is no date, or could be two, is returned as it
// was typed, so that the refusal quotes it: 12/31/2020, 31/02/2024, juin.
func ReadDate(s string) Date {
	typed := OneLine(s)
	text := dateWords(typed)
	text = timeOfDay.ReplaceAllString(text, "")
	text, weekday := cutWeekday(text)
	year, month, day, ok := datePart(text)
	if !ok {
		return Date(typed)
	}
	d := makeDate(year, month, day)
	last, _ := d.LastDay()
	if !d.Valid() || weekday >= 0 && (day == "" || last.Weekday() != weekday) {
		return Date(typed)
	}
	return d
}

// datePart finds the parts of a date; month and day may be empty.
func datePart(s string) (year, month, day string, ok bool) {
	if m := yearFirst.FindStringSubmatch(s); m != nil {
		return m[1], m[2], m[3], true
	}
	if m := compact.FindStringSubmatch(s); m != nil {
		return m[1], m[2], m[3], true
	}
	if m := dayFirst.FindStringSubmatch(s); m != nil {
		// 20-12-31 is a year before or a day: nobody can tell.
		return fullYear(m[5]), m[3], m[1], m[2] == m[4] && (len(m[5]) == 4 || m[2] == "/" || m[2] == ".")
	}
	if m := monthYear.FindStringSubmatch(s); m != nil {
		return m[2], m[1], "", true
	}
	if len(s) == 4 && allDigits(s) {
		return s, "", "", true
	}
	return wordedPart(s)
}

// wordedPart is datePart where the month is a word.
func wordedPart(s string) (year, month, day string, ok bool) {
	if m := dayMonth.FindStringSubmatch(s); m != nil {
		return fullYear(m[3]), monthOf(m[2]), m[1], monthOf(m[2]) != ""
	}
	if m := monthDay.FindStringSubmatch(s); m != nil {
		return m[3], monthOf(m[1]), m[2], monthOf(m[1]) != ""
	}
	if m := monthWord.FindStringSubmatch(s); m != nil {
		return m[2], monthOf(m[1]), "", monthOf(m[1]) != ""
	}
	if m := monthShort.FindStringSubmatch(s); m != nil {
		return fullYear(m[2]), monthOf(m[1]), "", monthOf(m[1]) != ""
	}
	if m := yearMonth.FindStringSubmatch(s); m != nil {
		return m[1], monthOf(m[2]), m[3], monthOf(m[2]) != ""
	}
	return "", "", "", false
}

func makeDate(year, month, day string) Date {
	d := year
	for _, part := range []string{month, day} {
		if n, err := strconv.Atoi(part); err == nil {
			d += "-" + twoDigits(n)
		}
	}
	return Date(d)
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// fullYear reads two digits as POSIX does: 69 to 99 are of the last century.
func fullYear(digits string) string {
	switch {
	case len(digits) == 4:
		return digits
	case digits >= "69":
		return "19" + digits
	}
	return "20" + digits
}

// dateWords writes a date in small letters without accents, the many dashes
// and apostrophes as one.
func dateWords(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case accent(r):
			return -1
		case r >= '\u2010' && r <= '\u2015', r == '\u2212':
			return '-'
		case r == '\u2044', r == '\u2215':
			return '/'
		}
		return r
	}, norm.NFKD.String(strings.ToLower(s)))
	s = strings.TrimPrefix(strings.TrimPrefix(s, "le "), "the ")
	for _, sign := range []string{"/", "-", "."} { // 12 / 06 / 2024
		s = strings.ReplaceAll(s, " "+sign+" ", sign)
	}
	return s
}

// months are the folded names and abbreviations of both languages.
var months = strings.Fields(`
	1 janvier janv jan january  2 fevrier fevr fev february febr feb  3 mars mar march  4 avril avr april apr
	5 mai may  6 juin june jun  7 juillet juil jul july  8 aout aou august aug  9 septembre sept sep september
	10 octobre oct october  11 novembre nov november  12 decembre dec december`)

// monthOf is the number of a month, empty if the word is none.
func monthOf(word string) string {
	number := ""
	for _, w := range months {
		if allDigits(w) {
			number = w
		} else if w == word {
			return number
		}
	}
	return ""
}

var weekdays = strings.Fields(`
	dimanche dim sunday sun lundi lun monday mon mardi tues tuesday tue mercredi mer wednesday wed
	jeudi jeu thursday thu vendredi ven friday fri samedi sam saturday sat`)

// cutWeekday takes the day of the week from the front; it is checked, for
// « lundi 12 juin 2024 » is one of two other days.
func cutWeekday(s string) (rest string, day time.Weekday) {
	word, rest, ok := strings.Cut(s, " ")
	word = strings.TrimSuffix(word, ",")
	for i, w := range weekdays {
		if ok && (word == w || word == w+".") {
			return strings.TrimSpace(rest), time.Weekday(i / 4)
		}
	}
	return s, -1
}
