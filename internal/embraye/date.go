package embraye

import (
	"time"
)

// Date is a calendar date of day, month or year precision: 2024-06-12, 2024-06
// or 2024; empty means unknown.
type Date string

// MakeDate is the day of t in UTC.
func MakeDate(t time.Time) Date { return Date(t.UTC().Format(time.DateOnly)) }

// Valid reports whether d is empty or a real date between 1900 and 2199.
func (d Date) Valid() bool {
	if d == "" {
		return true
	}
	t, ok := d.LastDay()
	return ok && t.Year() >= 1900 && t.Year() < 2200
}

// How far ahead of today a date may lie, in days. Somebody east of Greenwich is
// a day ahead of our clock; what is announced may be announced with its day. A
// fact of the next century would stand on top of all others for ever.
const (
	aheadOfClock = 1
	aheadOfFact  = 366
)

// ahead reports whether all of d lies more than some days after today; it does
// not if either is unknown.
func (d Date) ahead(today Date, days int) bool {
	first, ok := d.FirstDay()
	limit, has := today.LastDay()
	return ok && has && first.After(limit.AddDate(0, 0, days))
}

// String is the date as it is written.
func (d Date) String() string { return string(d) }

// FirstDay is the first day that d can mean.
func (d Date) FirstDay() (time.Time, bool) {
	last, ok := d.LastDay()
	switch {
	case ok && len(d) == len("2024"):
		return last.AddDate(-1, 0, 1), true
	case ok && len(d) == len("2024-06"):
		return last.AddDate(0, 0, 1-last.Day()), true
	}
	return last, ok
}

// LastDay is the last day that d can mean; lateness is judged by it.
func (d Date) LastDay() (time.Time, bool) {
	switch len(d) {
	case len("2024"):
		if t, err := time.Parse("2006", string(d)); err == nil {
			return t.AddDate(1, 0, -1), true
		}
	case len("2024-06"):
		if t, err := time.Parse("2006-01", string(d)); err == nil {
			return t.AddDate(0, 1, -1), true
		}
	case len("2024-06-12"):
		if t, err := time.Parse(time.DateOnly, string(d)); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// Day is LastDay as a number that sorts, 20240229; 0 if there is none.
func (d Date) Day() int {
	t, ok := d.LastDay()
	if !ok {
		return 0
	}
	return t.Year()*10000 + int(t.Month())*100 + t.Day()
}

// TimelinessOf judges an effective date by the deadline of the reference text:
// only what is partly done or done can be in time or late.
func TimelinessOf(s Stage, effective, deadline Date) Timeliness {
	if s != PartlyDone && s != Done {
		return NotApplicable
	}
	day, ok := effective.LastDay()
	limit, hasLimit := deadline.LastDay()
	if !ok || !hasLimit {
		return NotApplicable
	}
	if day.After(limit) {
		return Late
	}
	return InTime
}
