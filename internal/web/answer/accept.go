package answer

import (
	"net/http"
	"strconv"
	"strings"

	"embraye/internal/embraye"
)

// A face is one representation of an address.
type face uint8

const (
	faceActivity face = iota // application/activity+json
	faceLD                   // application/ld+json with the ActivityStreams profile
	FacePage                 // text/html
	FaceOther                // an address of one type of its own: WebFinger, NodeInfo, pictures
)

// Media types of answers, and how much of an Accept header is read.
const (
	typeActivity = "application/activity+json; charset=utf-8"
	typeLD       = `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`
	TypeHTML     = "text/html; charset=utf-8"
	TypeJSON     = "application/json; charset=utf-8"
	TypeText     = "text/plain; charset=utf-8"

	profileAS = "https://www.w3.org/ns/activitystreams"

	maxAcceptBytes  = 4096
	maxAcceptRanges = 32
)

// An accepted is what an Accept header says about our faces; -1 means that the
// range is not named.
type accepted struct {
	activity, ld   float64
	html           float64
	text, app, any float64 // text/*, application/*, */*
}

// PageFirst chooses for things that people and servers visit alike: the
// ActivityStreams face only for who names such a type and ranks it at least as
// high as text/html (FEDERATION.md). No header, */* and unknown types get the page.
func PageFirst(header http.Header) face {
	a := parseAccept(header["Accept"])
	as := max(a.activity, a.ld)
	if as > 0 && as >= a.page() {
		return a.streams()
	}
	return FacePage
}

// StreamsFirst chooses for actors and activities: ActivityStreams, unless
// text/html ranks higher.
func StreamsFirst(header http.Header) face {
	a := parseAccept(header["Accept"])
	as := max(a.activity, a.ld)
	if as < 0 {
		as = max(a.app, a.any)
	}
	if a.page() > max(as, 0) {
		return FacePage
	}
	return a.streams()
}

// StreamsOnly chooses between the two names of the one representation of
// collections and inboxes.
func StreamsOnly(header http.Header) face { return parseAccept(header["Accept"]).streams() }

// OtherOnly is for addresses of one type of their own.
func OtherOnly(http.Header) face { return FaceOther }

// page is the weight of text/html: its own, else that of the nearest range.
func (a accepted) page() float64 {
	for _, q := range []float64{a.html, a.text, a.any} {
		if q >= 0 {
			return q
		}
	}
	return 0
}

// streams prefers application/activity+json, which every server reads.
func (a accepted) streams() face {
	if a.ld > 0 && a.ld > a.activity {
		return faceLD
	}
	return faceActivity
}

// parseAccept reads the ranges that matter to us and skips the others, broken
// ones among them: an Accept header is a wish, no reason to refuse.
func parseAccept(values []string) accepted {
	a := accepted{-1, -1, -1, -1, -1, -1}
	ranges := 0
	for _, value := range values {
		if len(value) > maxAcceptBytes {
			continue
		}
		for item := range splitQuoted(value) {
			if ranges++; ranges > maxAcceptRanges {
				return a
			}
			a.add(strings.TrimSpace(item))
		}
	}
	return a
}

func (a *accepted) add(item string) {
	var q *float64
	name, rest, hasParams := strings.Cut(item, ";")
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "application/activity+json":
		q = &a.activity
	case "application/ld+json":
		q = &a.ld
	case "text/html", "application/xhtml+xml":
		q = &a.html
	case "text/*":
		q = &a.text
	case "application/*":
		q = &a.app
	case "*/*":
		q = &a.any
	default:
		return
	}
	weight := 1.0
	if value, simple := strings.CutPrefix(rest, "q="); simple && !strings.ContainsAny(value, ` ;"`) {
		// What browsers send; read without the cost of a full parse.
		var ok bool
		if weight, ok = parseWeight(value); !ok {
			return
		}
	} else if hasParams && strings.TrimSpace(rest) != "" {
		_, params, err := embraye.MediaType("x/y;" + rest)
		if err != nil {
			return
		}
		if profile, ok := params["profile"]; ok && q == &a.ld && !HasProfile(profile) {
			return
		}
		if s, given := params["q"]; given {
			var ok bool
			if weight, ok = parseWeight(s); !ok {
				return
			}
		}
	}
	*q = max(*q, weight)
}

func parseWeight(s string) (float64, bool) {
	weight, err := strconv.ParseFloat(s, 64)
	return weight, err == nil && weight >= 0 && weight <= 1
}

// HasProfile reads the space-separated list of a profile parameter (RFC 6906).
func HasProfile(list string) bool {
	for profile := range strings.FieldsSeq(list) {
		if profile == profileAS {
			return true
		}
	}
	return false
}

// splitQuoted cuts at commas outside of quoted strings.
func splitQuoted(s string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		start, quoted := 0, false
		for i := 0; i < len(s); i++ {
			switch s[i] {
			case '\\':
				if quoted {
					i++
				}
			case '"':
				quoted = !quoted
			case ',':
				if quoted {
					continue
				}
				if !yield(s[start:i]) {
					return
				}
				start = i + 1
			}
		}
		yield(s[start:])
	}
}
