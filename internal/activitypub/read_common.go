package activitypub

import (
	"fmt"
	"time"

	"embraye/internal/embraye"
)

// How everything of strangers is read. Programs differ in what they make of an
// optional property, and a message is not lost for one that we cannot read:
//
//   - what tells who speaks, about what, and to whom (id, type, actor, object,
//     attributedTo, to and cc, the text itself) has to be right: strict;
//   - of a list, an entry that cannot be read is dropped and the others are
//     taken; a list in which nothing can be read is as wrong as a single value;
//   - any other property that cannot be read is as good as absent.

// common is what any activity or post may carry besides its object.
type common struct {
	to, cc             []string
	published, updated time.Time
	content            string
}

func readCommon(m map[string]any) (c common, err error) {
	if c.to, err = audience(m["to"]); err != nil {
		return common{}, fmt.Errorf("to: %w", err)
	}
	if c.cc, err = audience(m["cc"]); err != nil {
		return common{}, fmt.Errorf("cc: %w", err)
	}
	if c.content, err = plainText(m["content"]); err != nil {
		return common{}, fmt.Errorf("content: %w", err)
	}
	c.published, c.updated = moment(m["published"]), moment(m["updated"])
	return c, nil
}

// audience reads to or cc. Only what can be an address of somebody is kept,
// besides the short names of Public, which Mastodon accepts too.
func audience(value any) ([]string, error) {
	var out []string
	understood := false
	for _, v := range many(value) {
		s := idOf(v)
		if s == "" {
			continue
		}
		understood = true
		if s == "as:Public" || s == "Public" {
			s = string(Public)
		}
		if _, err := embraye.ParseID(s, true); err == nil {
			out = append(out, s)
		}
	}
	if !understood && len(many(value)) > 0 {
		return nil, invalid(fmt.Errorf("no address in it but %T", many(value)[0]))
	}
	return out, nil
}

// plainText is a string, or the first of a list.
func plainText(value any) (string, error) {
	if s := firstString(value); s != "" || len(many(value)) == 0 {
		return s, nil
	}
	if _, empty := many(value)[0].(string); empty {
		return "", nil
	}
	return "", invalid(fmt.Errorf("not a text but %T", value))
}

// moments are the forms of a date that are met, the rule first: programs leave
// out the seconds, or the zone, and mean UTC.
var moments = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05"}

// moment reads a date, or none.
func moment(value any) time.Time {
	s := firstString(value)
	if s == "" {
		return time.Time{}
	}
	for _, form := range moments {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// many is the single-or-many of JSON-LD; null is none.
func many(value any) []any {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{value}
}

// idOf is an address or the id of an object, the first in a list that is
// either, without judging it.
func idOf(value any) string {
	for _, v := range many(value) {
		switch v := v.(type) {
		case string:
			return v
		case map[string]any:
			if s, ok := v["id"].(string); ok {
				return s
			}
		}
	}
	return ""
}

// firstString is the first text of a list, or the one that there is.
func firstString(value any) string {
	for _, v := range many(value) {
		if s, ok := v.(string); ok {
			return s
		}
	}
	return ""
}
