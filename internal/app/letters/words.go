package letters

import (
	"context"
	"errors"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/locale"
	"embraye/internal/mail"
	"embraye/internal/store"
)

// shown is how many constats one mail tells in full.
const shown = 40

// address is where the links of a reader lead: always the configured origin.
func address(site embraye.Site, token string) string { return site.Base + "/suivre/courriel/" + token }

// words is what letters to one reader are written with.
type words struct {
	*Letters
	to           *embraye.Subscriber
	organisation string
}

func (l *Letters) words(ctx context.Context, t store.Tables, to *embraye.Subscriber) (*words, error) {
	org, err := t.Actors.Take(ctx, l.desk.Organisation())
	if err != nil {
		return nil, err
	}
	return &words{l, to, org.Name}, nil
}

func (w *words) t(key string, args ...any) string {
	return w.desk.Catalogue.T(w.to.Language, key, args...)
}

func (w *words) link() string { return address(w.desk.Site, w.to.Token) }

// message is a mail with its way out (RFC 8058), in the headers and in words.
func (w *words) message(subject string, paragraphs []string) mail.Message {
	return mail.Message{To: w.to.Address, Language: w.to.Language, Subject: subject, Text: strings.Join(paragraphs, "\n\n") + "\n",
		List: &mail.List{Label: "suivi", Leave: w.link() + "/quitter"}}
}

// Subject names something that can be followed.
func (l *Letters) Subject(lang, measure, territory string) string {
	place := locale.Typography(lang, l.desk.Territories.Name(territory, lang))
	name := l.desk.Catalogue.T(lang, "letters.everything")
	if measure != "" {
		name = l.measure(lang, measure)
	}
	if territory == "" {
		return name
	}
	return name + l.desk.Catalogue.T(lang, "site.colon") + place
}

func (l *Letters) measure(lang, id string) string {
	m, ok := l.desk.Reference().Measure(id)
	if !ok {
		return id
	}
	title := locale.Typography(lang, m.Title.In(lang))
	if n := embraye.MeasureNumber(id); n != "" {
		return l.desk.Catalogue.T(lang, "site.measure_n", n) + ", " + title
	}
	return title
}

// invitation is the mail with the link: it says what was asked for, and that
// nothing comes of it by itself.
func (l *Letters) invitation(ctx context.Context, t store.Tables, s *embraye.Subscriber, subjects []embraye.Subscription) (mail.Message, error) {
	w, err := l.words(ctx, t, s)
	if err != nil {
		return mail.Message{}, err
	}
	var lines []string
	for _, one := range subjects {
		lines = append(lines, "- "+l.Subject(s.Language, one.Measure, one.Territory))
	}
	asked := w.t("letters.mail.asked", w.organisation, l.desk.Site.Base)
	return w.message(w.t("letters.mail.confirm", w.organisation), []string{w.t("mail.hello"), asked, strings.Join(lines, "\n"),
		w.t("letters.mail.open"), w.link(), w.t("letters.mail.unexpected"), w.t("mail.no_answer")}), nil
}

// news is one constat that is to be told, as it stands now.
type news struct {
	embraye.Update
	kind   embraye.LetterKind
	reason string // of its correction, or of its withdrawal
}

// news reads what letters are about. What was withdrawn before anybody heard of
// it is no news; the withdrawal of what was corrected has a letter of its own.
func (l *Letters) news(ctx context.Context, t store.Tables, told []embraye.Letter) ([]news, error) {
	var all []news
	for _, one := range told {
		u, err := t.Updates.Take(ctx, one.UpdateID)
		if errors.Is(err, embraye.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if u.Withdrawn() != (one.Kind == embraye.LetterWithdrawn) {
			continue
		}
		n := news{Update: *u, kind: one.Kind, reason: u.WithdrawReason}
		if one.Kind == embraye.LetterCorrected {
			r, err := t.Revisions.Take(ctx, u.ID, u.Substance)
			if err != nil {
				return nil, err
			}
			n.reason = r.Reason
		}
		all = append(all, n)
	}
	return all, nil
}

// digest is the mail that tells what is new.
func (l *Letters) digest(ctx context.Context, t store.Tables, s *embraye.Subscriber, all []news) (mail.Message, error) {
	w, err := l.words(ctx, t, s)
	if err != nil {
		return mail.Message{}, err
	}
	subject := l.desk.Catalogue.N(s.Language, "letters.mail.news", len(all), w.organisation)
	if len(all) == 1 {
		subject = w.t("letters.mail.one", w.organisation, w.headline(all[0]))
	}
	paragraphs := []string{w.t("mail.hello")}
	for _, n := range all[:min(len(all), shown)] {
		paragraphs = append(paragraphs, w.one(n))
	}
	if more := len(all) - shown; more > 0 {
		paragraphs = append(paragraphs, l.desk.Catalogue.N(s.Language, "letters.mail.more", more)+"\n"+l.desk.Site.Base+"/chronologie")
	}
	return w.message(subject, append(paragraphs, "-- \n"+w.t("letters.mail.why", w.organisation)+"\n"+w.t("letters.mail.change")+"\n"+w.link()+"\n"+
		w.t("letters.mail.leave")+"\n"+w.link()+"/quitter")), nil
}

// headline is the title of a constat; that of a withdrawn one is shown no more.
func (w *words) headline(n news) string {
	if n.kind == embraye.LetterWithdrawn {
		return w.t("letters.mail.withdrawn", w.Subject(w.to.Language, n.Measure, n.Territory))
	}
	return n.Title
}

// one is what a mail says of one constat.
func (w *words) one(n news) string {
	lines := []string{w.headline(n)}
	if n.kind != embraye.LetterWithdrawn {
		lines = append(lines, w.t("stage."+string(n.Stage))+" - "+w.Subject(w.to.Language, n.Measure, n.Territory), n.Summary)
	}
	switch n.kind {
	case embraye.LetterCorrected:
		lines = append(lines, w.t("letters.mail.corrected", n.reason))
	case embraye.LetterWithdrawn:
		lines = append(lines, w.t("letters.mail.withdrawn_why", w.desk.Catalogue.Day(w.to.Language, *n.WithdrawnAt), n.reason))
	}
	return strings.Join(append(lines, string(w.desk.Site.UpdateID(n.ID))), "\n")
}
