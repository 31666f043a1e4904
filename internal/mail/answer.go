package mail

import (
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"strings"
)

// Answer is what a mail server said instead of taking a message.
type Answer struct {
	Code      int    // 550
	Status    string // 5.1.1 (RFC 3463), if it gave one
	Recipient bool   // it was about the address that the message is for
	Message   bool   // it was about the message itself, after it knew for whom
}

// Lasting reports whether the server will not take this message for this address,
// however often it is asked (RFC 5321 4.2.1). What it has against our name or
// password is for the operator to mend, and is not lasting.
func (a Answer) Lasting() bool { return a.Code >= 500 && (a.Recipient || a.Message) }

// String is the answer without its words, which may hold the address.
func (a Answer) String() string { return "the mail server answered " + a.Short() }

// Short is its numbers alone.
func (a Answer) Short() string { return strings.TrimSpace(fmt.Sprintf("%d %s", a.Code, a.Status)) }

var enhanced = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}\b`)

// AnswerOf finds the answer in an error of Send; without one nobody answered,
// or not to the end.
func AnswerOf(err error) (Answer, bool) {
	said, ok := errors.AsType[*textproto.Error](err)
	if !ok {
		return Answer{}, false
	}
	_, recipient := errors.AsType[*refusedAddress](err)
	_, message := errors.AsType[*refusedMessage](err)
	return Answer{said.Code, enhanced.FindString(said.Msg), recipient, message}, true
}

// Why is an error of Send as a log may hold it: it says neither the words of the
// server nor the address that the message was for, and is what the error was.
func Why(err error, to string) error {
	if answer, answered := AnswerOf(err); answered {
		return &unaddressed{answer.String(), err}
	}
	return &unaddressed{strings.ReplaceAll(err.Error(), to, "…"), err}
}

// unaddressed is an error in other words.
type unaddressed struct {
	text string
	err  error
}

func (u *unaddressed) Error() string { return u.text }
func (u *unaddressed) Unwrap() error { return u.err }

// refusedAddress is an error that is about the recipient.
type refusedAddress struct {
	to  string
	err error
}

func (r *refusedAddress) Error() string { return fmt.Sprintf("to %s: %v", r.to, r.err) }
func (r *refusedAddress) Unwrap() error { return r.err }

// refusedMessage is an error that is about what is sent.
type refusedMessage struct{ err error }

func (r *refusedMessage) Error() string { return fmt.Sprintf("the message: %v", r.err) }
func (r *refusedMessage) Unwrap() error { return r.err }
