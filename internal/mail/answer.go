package mail

import (
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
)

// Answer is what a mail server said instead of taking a message.
type Answer struct {
	Code      int    // 550
	Status    string // 5.1.1 (RFC 3463), if it gave one
	Recipient bool   // it was about the address that the message is for
}

// String is the answer without its words, which may hold the address.
func (a Answer) String() string {
	return fmt.Sprintf("the mail server answered %d %s", a.Code, a.Status)
}

var enhanced = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}\b`)

// AnswerOf finds the answer in an error of Send; without one nobody answered,
// or not to the end.
func AnswerOf(err error) (Answer, bool) {
	said, ok := errors.AsType[*textproto.Error](err)
	if !ok {
		return Answer{}, false
	}
	_, recipient := errors.AsType[*refusal](err)
	return Answer{said.Code, enhanced.FindString(said.Msg), recipient}, true
}

// refusal is an error that is about the recipient.
type refusal struct {
	to  string
	err error
}

func (r *refusal) Error() string { return fmt.Sprintf("to %s: %v", r.to, r.err) }
func (r *refusal) Unwrap() error { return r.err }
