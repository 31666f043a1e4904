package embraye

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// The kinds of failure that the rest of the program tells apart. They are
// wrapped with what was being done to what, and mapped once to HTTP statuses
// and exit codes.
var (
	ErrNotFound    = errors.New("not found")
	ErrForbidden   = errors.New("forbidden")
	ErrInvalid     = errors.New("invalid")
	ErrConflict    = errors.New("conflict")
	ErrGone        = errors.New("gone")
	ErrUnavailable = errors.New("unavailable") // the database is away, locked or full: try again
)

// ErrNoRoom is an ErrUnavailable that ends when the operator makes room: the disk
// is full, or it cannot be written to.
var ErrNoRoom = fmt.Errorf("the disk is full or cannot be written to: %w", ErrUnavailable)

// ErrFilesAway is an ErrUnavailable of the store of files alone: everything but
// files is served meanwhile.
var ErrFilesAway = fmt.Errorf("the store of files is %w", ErrUnavailable)

// TooMany refuses what somebody does too often; it is answered 429 with
// Retry-After.
type TooMany struct{ RetryAfter time.Duration }

// Error says when the next try may succeed.
func (e *TooMany) Error() string {
	return "too many messages: again in " + e.RetryAfter.Round(time.Second).String()
}

// Problem is one mistake in what somebody gave us.
type Problem struct {
	Field   string   // name of the command's flag and of the form's field, "stage"
	Code    string   // key of the catalogue: required, unknown, too_long, bad_date…
	Value   string   // what was given
	Allowed []string // what could have been given, where the list is closed
	Max     int      // for too_long
}

// InvalidError lists everything that is wrong at once; it is ErrInvalid.
type InvalidError struct{ Problems []Problem }

// Error is one English sentence per problem, for commands and logs; pages
// translate Problem.Code with the catalogue.
func (e *InvalidError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Is makes errors.Is(err, ErrInvalid) true.
func (e *InvalidError) Is(target error) bool { return target == ErrInvalid }

// String names the field, the value and what is allowed.
func (p Problem) String() string { return p.Field + ": " + p.Reason() }

// Reason is what is wrong, without the field's name.
func (p Problem) Reason() string {
	s := ""
	switch p.Code {
	case "required":
		s += "is required"
	case "unknown":
		s += "unknown value " + quote(p.Value)
	case "too_long":
		s += "is too long (at most " + itoa(p.Max) + " characters)"
	case "bad_date":
		s += quote(p.Value) + " is not a date (2024-06-12, 12/06/2024 with the day first, June 2024, 2024)"
	case "future_date":
		s += quote(p.Value) + " lies in the future"
	case "not_text":
		if s = "is not plain UTF-8 text"; p.Value != "" {
			s = "has the invisible sign " + p.Value + ", which turns the direction of reading"
		}
	case "too_many":
		s += "has too many entries (at most " + itoa(p.Max) + ")"
	case "bad_url":
		s += quote(p.Value) + " is not a web address (https://…)"
	case "frozen":
		s += "cannot be changed by this correction: if it is a typo make it one of substance, else withdraw and publish anew"
	default:
		s += strings.ReplaceAll(p.Code, "_", " ")
		if p.Value != "" {
			s += " " + quote(p.Value)
		}
	}
	if len(p.Allowed) > 0 {
		s += "; allowed: " + strings.Join(p.Allowed, ", ")
	}
	return s
}
