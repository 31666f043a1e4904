package check

import (
	"context"

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
		return found("mail", "the message was not taken: %v", err).but(Error, "compare EMBRAYE_SMTP_URL and EMBRAYE_MAIL_FROM with what the mail server wants")
	}
	return ok("mail", "the mail server took a message for %s: see that it arrives, and not among the unwanted", to)
}
