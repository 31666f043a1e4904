package locale

import (
	"strconv"
	"strings"
	"time"
)

// Date writes an ISO date of day, month or year precision for people: « 1er
// avril 2020 », « avril 2020 », « 2020 »; "1 April 2020". What is no date is
// shown as it is.
func (c *Catalogue) Date(lang, iso string) string {
	lang = c.known(lang)
	switch len(iso) {
	case len("2006-01"):
		if t, err := time.Parse("2006-01", iso); err == nil {
			return c.month(lang, t) + " " + strconv.Itoa(t.Year())
		}
	case len("2006-01-02"):
		if t, err := time.Parse(time.DateOnly, iso); err == nil {
			day := strconv.Itoa(t.Day())
			if lang == "fr" && t.Day() == 1 {
				day = "1er"
			}
			return day + noBreak + c.month(lang, t) + " " + strconv.Itoa(t.Year())
		}
	}
	return iso
}

// Day is Date for the day of a moment, in UTC.
func (c *Catalogue) Day(lang string, t time.Time) string {
	return c.Date(lang, t.UTC().Format(time.DateOnly))
}

// Minute is a day with its time, on the clock of the moment's own zone.
func (c *Catalogue) Minute(lang string, t time.Time) string {
	return c.T(lang, "office.at", c.Date(lang, t.Format(time.DateOnly)), c.Hour(lang, t))
}

// Hour is the time of day as people say it: « 21 h 37 », "21:37".
func (c *Catalogue) Hour(lang string, t time.Time) string {
	return c.T(lang, "office.hour", t.Format("15"), t.Format("04"))
}

func (c *Catalogue) month(lang string, t time.Time) string {
	return c.T(lang, "month."+strconv.Itoa(int(t.Month())))
}

// Number groups thousands: « 12 500 » with a narrow no-break space, "12,500".
func (c *Catalogue) Number(lang string, n int) string {
	separator := ","
	if c.known(lang) == "fr" {
		separator = narrowNoBreak
	}
	digits, sign := strconv.Itoa(n), ""
	if n < 0 {
		digits, sign = digits[1:], "-"
	}
	var out strings.Builder
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			out.WriteString(separator)
		}
		out.WriteByte(digits[i])
	}
	return sign + out.String()
}
