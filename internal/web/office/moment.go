package office

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"time"

	"embraye/internal/embraye"
)

// MomentLayout is how browsers send a date with its time.
const MomentLayout = "2006-01-02T15:04"

// hourTyped is the hour at the end of what somebody types: 14:30, à 14 h 30, 9h.
var hourTyped = regexp.MustCompile(`(?i)(?:^|\s)(?:à |at )?(\d{1,2}) ?(?::|h) ?(\d{2})?$`)

// ReadMoment reads a day and an hour as a browser's field sends them, or as
// people type them where there is no such field.
func ReadMoment(s string, zone *time.Location) (time.Time, bool) {
	s = embraye.OneLine(s)
	if at, err := time.ParseInLocation(MomentLayout, s, zone); err == nil {
		return at, true
	}
	m := hourTyped.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, false
	}
	day := embraye.ReadDate(strings.TrimSuffix(s, m[0]))
	at, err := time.ParseInLocation("2006-01-02 15:04", fmt.Sprintf("%s %02s:%02s", day, m[1], cmp.Or(m[2], "00")), zone)
	return at, err == nil
}
