package people

import (
	"fmt"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/locale"
	"embraye/internal/mail"
)

// mailWords is what a mail says.
type mailWords struct {
	catalogue    *locale.Catalogue
	mail         *embraye.Mail
	organisation string
	site         string
	name         string // of whom it is for, if known
	link         string
	failed       []embraye.Draft // what could not be published at its hour
	until        time.Time       // on the office's clock; of a notice: when it happened
}

func (w mailWords) t(key string, args ...any) string {
	return w.catalogue.T(w.mail.Language, key, args...)
}

func (w mailWords) message() mail.Message {
	m := mail.Message{To: w.mail.Email, Language: w.mail.Language}
	var paragraphs []string
	switch {
	case w.mail.Kind == embraye.NoticePlanFailed:
		m.Subject, paragraphs = w.t("mail.plan_failed.subject", w.organisation), w.plansFailed()
	case w.mail.IsNotice():
		m.Subject, paragraphs = w.t("mail.notice.subject", w.organisation), w.notice()
	case w.mail.Kind == embraye.InviteLink:
		m.Subject, paragraphs = w.t("mail.invite.subject", w.organisation), w.invitation()
	default:
		m.Subject, paragraphs = w.t("mail.reset.subject", w.organisation), w.reset()
	}
	m.Text = strings.Join(paragraphs, "\n\n") + "\n"
	return m
}

func (w mailWords) invitation() []string {
	who := w.mail.AskedBy
	if who == "" {
		who = w.t("mail.admin")
	}
	role := "office.role." + string(w.mail.Role)
	return []string{
		w.t("mail.hello"),
		w.t("mail.invite.who", who, w.organisation, w.site),
		w.t("mail.invite.role", w.t(role), w.t(role+".help")),
		w.t("mail.invite.open", w.deadline()),
		w.link,
		w.t("mail.invite.unexpected"),
		w.t("mail.no_answer"),
	}
}

func (w mailWords) reset() []string {
	why := w.t("mail.reset.asked", w.organisation, w.site)
	if w.mail.AskedBy != "" {
		why = w.t("mail.reset.given", w.mail.AskedBy, w.organisation, w.site)
	}
	return []string{
		w.t("mail.hello_name", w.name),
		why,
		w.t("mail.reset.open", w.deadline()),
		w.link,
		w.t("mail.reset.unexpected"),
		w.t("mail.no_answer"),
	}
}

func (w mailWords) notice() []string {
	return []string{
		w.t("mail.hello_name", w.name),
		w.t("mail.notice."+string(w.mail.Kind), w.organisation, w.site, w.deadline()),
		w.t("mail.notice.unexpected"),
		w.t("mail.no_answer"),
	}
}

// plansFailed names what did not go out, why, and where it waits.
func (w mailWords) plansFailed() []string {
	paragraphs := []string{w.t("mail.hello_name", w.name), w.t("mail.plan_failed", w.organisation, w.site)}
	for _, d := range w.failed {
		title := d.Title
		if title == "" {
			title = w.t("office.untitled")
		}
		paragraphs = append(paragraphs, fmt.Sprintf("* %s\n  %s\n  → %s/office/drafts/%d", title, w.t("office.failure."+d.Failure), w.site, d.ID))
	}
	return append(paragraphs, w.t("mail.no_answer"))
}

// deadline is a minute with its zone, as the office writes it.
func (w mailWords) deadline() string {
	return w.catalogue.Minute(w.mail.Language, w.until) + " " + w.until.Format("MST")
}
