package draw

import (
	"html/template"
	"strconv"
	"time"
	"unicode/utf8"

	"embraye/internal/embraye"
	"embraye/internal/locale"
)

// MaxLanes is how many scopes one timeline shows; the table has all.
const MaxLanes = 4

// TimelineInput is one measure through time, both subjects.
type TimelineInput struct {
	Words    *locale.Catalogue
	Lang     string
	Lanes    []Lane                     // from Lanes; the MaxLanes that tell most are drawn
	Name     func(embraye.Scope) string // what a lane is called: the institution, else the place
	Deadline embraye.Date               // of the reference text; may be empty
	Since    embraye.Date               // where the picture begins at the latest: the reference text's; may be empty
	Today    embraye.Date               // where the bars end
}

// axis turns days into per cent of the picture's width.
type axis struct {
	from, to time.Time
	end      time.Time // of the bars
}

func (a axis) at(day time.Time) float64 {
	return min(100, max(0, 100*float64(day.Sub(a.from))/float64(a.to.Sub(a.from))))
}

const (
	laneTop    = 42 // first line of words, under the years
	laneHead   = 34 // a subject's heading
	laneHeight = 58
	barHeight  = 26
)

// Timeline draws a bar from each change to the next, its shape at the start. It
// has no viewBox: x is in per cent and y in pixels, so that the words keep their
// size on every screen. Without a lane it is empty.
func Timeline(in TimelineInput) template.HTML {
	lanes := latest(in.Lanes, MaxLanes)
	today, ok := in.Today.LastDay()
	if len(lanes) == 0 || !ok {
		return ""
	}
	a := newAxis(in, lanes, today)
	height := laneTop + laneHeight*len(lanes) + laneHead*countSubjects(lanes) + 4
	var out svg
	out.put(`<svg class="line" width="100%" height="`, height, `" role="img" aria-label="`)
	out.word(in.Words.T(in.Lang, "draw.timeline", strconv.Itoa(a.from.Year()), strconv.Itoa(today.Year())))
	out.put(`">`)
	out.years(a, height)
	out.deadline(in, a, height)
	y, subject := laneTop, embraye.Subject("")
	for _, lane := range lanes {
		if lane.Scope.Subject != subject {
			subject = lane.Scope.Subject
			out.put(`<text class="h" x="0" y="`, y+18, `">`)
			out.word(in.Words.T(in.Lang, "subject."+string(subject)))
			out.put(`</text>`)
			y += laneHead
		}
		out.lane(in, a, lane, y)
		y += laneHeight
	}
	out.put(`</svg>`)
	return out.html()
}

// newAxis begins with the year of the reference text, or of a change before it,
// and ends today; the deadline is always in it, and dates in the future stretch it.
func newAxis(in TimelineInput, lanes []Lane, today time.Time) axis {
	first, last := today, today
	if since, ok := in.Since.LastDay(); ok && since.Before(first) {
		first = since
	}
	for _, lane := range lanes {
		if d := lane.Changes[0].day; d.Before(first) {
			first = d
		}
		if d := lane.Changes[len(lane.Changes)-1].day; d.After(last) {
			last = d
		}
	}
	end := last.AddDate(0, 0, 30) // a change of today keeps a bar that can be seen
	to := end
	if deadline, ok := in.Deadline.LastDay(); ok && deadline.AddDate(0, 0, 30).After(to) && in.Since != "" {
		to = deadline.AddDate(0, 0, 30)
	}
	return axis{from: time.Date(first.Year(), 1, 1, 0, 0, 0, 0, time.UTC), to: to, end: end}
}

// years draws one line a year, and writes as many of them as have room.
func (s *svg) years(a axis, height int) {
	step := max(1, (a.to.Year()-a.from.Year()+1+6)/7)
	for year := a.from.Year(); year <= a.to.Year(); year += step {
		x := a.at(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC))
		s.put(`<line x1="`, x, `%" x2="`, x, `%" y1="20" y2="`, height, `"/>`)
		if x > 93 {
			continue // the number would leave the picture
		}
		s.put(`<text x="`, x, `%" y="13">`, year, `</text>`)
	}
}

// deadline draws the dashed line of « d'ici 2021 », if the picture reaches it.
func (s *svg) deadline(in TimelineInput, a axis, height int) {
	day, ok := in.Deadline.LastDay()
	if !ok || day.Before(a.from) || day.After(a.to) {
		return
	}
	x := a.at(day)
	s.put(`<line class="e" x1="`, x, `%" x2="`, x, `%" y1="20" y2="`, height, `"/>`)
	if x > 80 {
		s.put(`<text class="e b" x="`, x-1, `%" y="33">`)
	} else {
		s.put(`<text class="e" x="`, x+1, `%" y="33">`)
	}
	s.word(in.Words.T(in.Lang, "draw.deadline"))
	s.put(`</text>`)
}

// lane writes the name of a scope, which ends in dots where it is longer than the
// picture is wide, and draws its bars under it.
func (s *svg) lane(in TimelineInput, a axis, lane Lane, y int) {
	s.put(`<foreignObject width="100%" height="18" y="`, y-3, `"><p class="l">`)
	s.word(in.Name(lane.Scope))
	s.put(`</p></foreignObject>`)
	for i, c := range lane.Changes {
		start, end := a.at(c.day), a.at(a.end)
		if i+1 < len(lane.Changes) {
			end = a.at(lane.Changes[i+1].day)
		}
		s.put(`<svg class="`, string(c.Stage), `" x="`, start, `%" y="`, y+19, `" width="`, end-start, `%" height="`, barHeight, `"><rect width="100%" height="`, barHeight,
			`"/><path d="M6 5`, StagePath(c.Stage), `"/>`)
		if word := in.Words.T(in.Lang, "stage."+string(c.Stage)); end-start >= float64(utf8.RuneCountInString(word)+5) {
			s.put(`<text class="w" x="28" y="18">`)
			s.word(word)
			s.put(`</text>`)
		}
		s.put(`</svg>`)
	}
}

func countSubjects(lanes []Lane) int {
	seen := map[embraye.Subject]bool{}
	for _, lane := range lanes {
		seen[lane.Scope.Subject] = true
	}
	return len(seen)
}
