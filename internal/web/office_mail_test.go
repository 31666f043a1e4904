package web_test

import (
	"fmt"
	"net/http"
	netmail "net/mail"
	"net/url"
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/mail"
)

// withMail gives the site a mail server.
func (s *site) withMail() *fedtest.MailServer {
	s.t.Helper()
	m := fedtest.NewMailServer(s.t, nil)
	server, err := mail.ParseServer("smtp://" + m.Address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.App.Mail = mail.New(mail.Options{Server: server, From: netmail.Address{Address: "suivi@ours.example"}, Host: "ours.example", Now: s.Clock.Now})
	return m
}

// W04: whoever asks for a password link reads the same, known or not; W11: the
// link in the mail is ours, whatever the request says.
func TestW04W11ResetsByMail(t *testing.T) {
	s := newSite(t)
	m := s.withMail()
	s.person("ana", embraye.Editor)
	if w := s.visitor().get("/reset?lang=en"); !strings.Contains(w.Body.String(), "a link will be sent to it by mail") {
		t.Errorf("%s", w.Body)
	}
	var first string
	for i, name := range []string{"ana", "eve"} {
		v := s.visitor()
		v.address = fmt.Sprintf("203.0.113.%d:4000", 10+i)
		w := v.post("/reset?lang=en", url.Values{"email": {name + "@ours.example"}}, "X-Forwarded-Host: evil.example", "Forwarded: host=evil.example")
		body := strings.ReplaceAll(w.Body.String(), name, "ana")
		if w.Code != http.StatusOK || !strings.Contains(body, "on its way to it by mail") || first != "" && body != first {
			t.Errorf("%s: %d %s", name, w.Code, body)
		}
		first = body
	}
	if err := s.People.SendMails(t.Context()); err != nil {
		t.Fatal(err)
	}
	letters := m.Letters()
	if len(letters) != 1 || letters[0].To != "ana@ours.example" || !strings.Contains(letters[0].Text(), "\n"+base+"/reset/") || strings.Contains(letters[0].Text(), "evil") {
		t.Fatalf("%+v", letters)
	}
}

// The page of the people still shows the link, and says that another is on its
// way; without a mail server it does not.
func TestInvitingShowsTheLinkAndMailsAnother(t *testing.T) {
	s := newSite(t)
	admin := s.as("admin", embraye.Admin)
	form := url.Values{"action": {"invite"}, "email": {"new@asso.example"}, "role": {"editor"}}
	const mailed = "is on its way to this address by mail"
	if page := admin.post("/office/people?lang=en", form).Body.String(); !strings.Contains(page, `id="lien">`+base+"/invite/") || strings.Contains(page, mailed) {
		t.Errorf("without mail: %s", page)
	}
	m := s.withMail()
	if page := admin.post("/office/people?lang=en", form).Body.String(); !strings.Contains(page, `id="lien">`+base+"/invite/") || !strings.Contains(page, mailed) {
		t.Errorf("with mail: %s", page)
	}
	if err := s.People.SendMails(t.Context()); err != nil {
		t.Fatal(err)
	}
	if letters := m.Letters(); len(letters) != 1 || letters[0].To != "new@asso.example" {
		t.Errorf("%+v", letters)
	}
}
