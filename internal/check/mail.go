package check

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/mail"
)

// Mail hands in a message for the address; without one it tries nothing.
func Mail(ctx context.Context, mailer *mail.Mailer, to string) Finding {
	switch {
	case mailer == nil && to == "":
		return skipped("mail", "no mail server is set: admins pass links on themselves")
	case mailer == nil:
		return found("mail", "no mail server is set").but(Error, "set EMBRAYE_SMTP_URL and EMBRAYE_MAIL_FROM")
	case to == "":
		return skipped("mail", "no message was sent: `embraye check --mail ADDRESS` sends one")
	}
	err := mailer.Send(ctx, mail.Message{To: to, Subject: "Embraye: a trial", Language: "en", Text: "This message was sent by `embraye check --mail`. Whoever reads it knows that mail goes out.\n"})
	if err != nil {
		return found("mail", "the message was not taken: %v", err).but(Error, "%s", mailRemedy(err))
	}
	return ok("mail", "the mail server took a message for %s: see that it arrives, and not among the unwanted", to)
}

// Invitations says whose did not go by mail; nothing, if all did.
func Invitations(notSent []embraye.AuditEntry) (list []Finding) {
	for _, e := range notSent {
		f := found("mail", "the invitation for %s could not be sent for a day", e.Object)
		if e.Detail != "" {
			f.Sentence = fmt.Sprintf("the mail server refused the invitation for %s for good: %s", e.Object, e.Detail)
		}
		list = append(list, f.but(Warning, "correct the address, or invite again and pass the link on; if the address is right, ask whoever looks after the mail server"))
	}
	return list
}

// alarmMatters is how long an alarm that reached nobody is worth a word: if what it
// was about lasts, there is another one after a week.
const alarmMatters = 8 * 24 * time.Hour

// Alarm says that what is wrong could be told to no admin, by when that was and what
// the mail server answered; nothing, if it could.
func Alarm(untold string, now time.Time) (list []Finding) {
	day, answer, _ := strings.Cut(untold, " ")
	at, err := time.Parse(time.RFC3339, day)
	if err != nil || now.Sub(at) > alarmMatters {
		return nil
	}
	f := found("mail", "the mail server refused for good to tell any admin what was wrong on %s: %s", at.UTC().Format("2006-01-02 15:04 MST"), answer)
	return []Finding{f.but(Error, "correct the addresses of the admins, or ask whoever looks after the mail server; `embraye check --mail ADDRESS` tries it")}
}

func mailRemedy(err error) string {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "write the name in EMBRAYE_SMTP_URL for which the mail server has a certificate; if its authority is your own, name that in SSL_CERT_FILE"
	}
	answer, answered := mail.AnswerOf(err)
	switch {
	case !answered:
		return "see that a mail server answers where EMBRAYE_SMTP_URL leads: smtps:// is TLS from the first byte (port 465), smtp:// is not (587 or 25)"
	case answer.Code < 500:
		return "the mail server takes no mail for now: try again in a few minutes, and see its own log if that lasts"
	case answer.Message:
		return "the mail server refuses the message itself: its own log says why (filter of unwanted mail, size, sender)"
	case answer.Recipient:
		return "see that the address is right, and that the mail server takes mail for it from here"
	case answer.Code == 535 || answer.Code == 534: // RFC 4954
		return "correct user and password of EMBRAYE_SMTP_URL (what is not a letter or a digit is written as %XX)"
	}
	return "compare EMBRAYE_SMTP_URL and EMBRAYE_MAIL_FROM with what the mail server wants"
}
