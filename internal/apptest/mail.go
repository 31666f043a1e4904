package apptest

import (
	netmail "net/mail"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/mail"
)

// WithMail gives the house a mail server.
func (h *House) WithMail(set func(*fedtest.MailServer)) *fedtest.MailServer {
	h.T.Helper()
	s := fedtest.NewMailServer(h.T, set)
	server, err := mail.ParseServer("smtp://" + s.Address)
	h.Must(err)
	h.App.Mail = mail.New(mail.Options{Server: server, From: netmail.Address{Address: "suivi@ours.example"}, Host: "ours.example", Now: h.Clock.Now})
	return s
}

// Waiting lists the mails that were not sent yet, whenever they are due.
func (h *House) Waiting() []embraye.Mail {
	h.T.Helper()
	list, err := h.Store.Tables().Mails.Due(h.T.Context(), h.Clock.Now().Add(48*time.Hour), 0)
	h.Must(err)
	return list
}

// SendMails sends what is due and returns what the server has by then.
func (h *House) SendMails(s *fedtest.MailServer) []fedtest.Letter {
	h.T.Helper()
	h.Must(h.People.SendMails(h.T.Context()))
	return s.Letters()
}

func (h *House) InviteState(token string) embraye.LinkState {
	h.T.Helper()
	state, _, err := h.People.InviteState(h.T.Context(), token)
	h.Must(err)
	return state
}

func (h *House) ResetState(token string) embraye.LinkState {
	h.T.Helper()
	state, err := h.People.ResetState(h.T.Context(), token)
	h.Must(err)
	return state
}
