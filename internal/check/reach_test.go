package check

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/netip"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	mailer "embraye/internal/mail"
	"embraye/internal/remote"
)

// somewhere is a site at which something answers, us or not.
func somewhere(t *testing.T, answers http.HandlerFunc) Site {
	t.Helper()
	server := httptest.NewServer(answers)
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	client := remote.New(remote.Options{AllowHTTP: true, AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AllowOwn: true, BaseURL: server.URL})
	t.Cleanup(client.CloseIdle)
	return Site{Site: embraye.Site{Base: server.URL, HandleDomain: host}, Client: client, Organisation: "communs", Now: func() time.Time { return noon }}
}

func TestWhatAnswersAtTheNameIsUs(t *testing.T) {
	for name, c := range map[string]struct {
		answer  http.HandlerFunc
		remedy  string
		working bool
	}{
		"us": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/activity+json")
			fmt.Fprintf(w, `{"id":"http://%s/actors/instance","type":"Application"}`, r.Host)
		}, "", true},
		"a page":         {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<p>Apache") }, "what answers there is not this program", false},
		"a wrong name":   {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(421) }, "proxy_set_header Host", false},
		"nothing behind": {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(502) }, "the proxy does not reach the program", false},
		"a firewall":     {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(403) }, "application/activity+json", false},
		"not passed":     {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(404) }, "every path of this name", false},
		"another id": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/activity+json")
			fmt.Fprint(w, `{"id":"https://other.example/actors/instance","type":"Application"}`)
		}, "is not this program", false},
	} {
		want := OK
		if !c.working {
			want = Error
		}
		is(t, name, somewhere(t, c.answer).Fetch(t.Context()), want, c.remedy)
	}
	gone := somewhere(t, nil)
	gone.Base = "http://127.0.0.1:1"
	is(t, "nobody", gone.Fetch(t.Context()), Error, "see that the server and the proxy run")
}

func TestHandlesAreFound(t *testing.T) {
	jrd := func(subject, self string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/jrd+json")
			fmt.Fprintf(w, `{"subject":"%s","links":[{"rel":"self","type":"application/activity+json","href":"%s"}]}`,
				strings.ReplaceAll(subject, "HOST", r.Host), strings.ReplaceAll(self, "HOST", r.Host))
		}
	}
	s := somewhere(t, jrd("acct:communs@HOST", "http://HOST/actors/communs"))
	is(t, "found", s.WebFinger(t.Context(), s.HandleDomain), OK, "@communs@127.0.0.1")
	for name, h := range map[string]http.HandlerFunc{
		"somebody else": jrd("acct:communs@HOST", "https://mastodon.example/users/communs"),
		"another name":  jrd("acct:blog@HOST", "http://HOST/actors/communs"),
	} {
		s := somewhere(t, h)
		is(t, name, s.WebFinger(t.Context(), s.HandleDomain), Error, "something else answers")
	}
	s = somewhere(t, http.NotFound)
	is(t, "not passed", s.WebFinger(t.Context(), s.HandleDomain), Error, "/.well-known included")
	// The organisation's own site should redirect, and does not.
	apex := somewhere(t, http.NotFound)
	s.HandleDomain = apex.HandleDomain
	is(t, "apex", s.WebFinger(t.Context(), apex.HandleDomain), Error, "redirect /.well-known/webfinger to "+s.Base)
}

func TestWhatProxiesDoToMessages(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	signer := httpsig.Signer{KeyID: "https://suivi.example/actors/instance#main-key", Key: key}
	said := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", noon.Format(http.TimeFormat))
			fmt.Fprint(w, text)
		}
	}
	for name, c := range map[string]struct {
		base   string
		answer http.HandlerFunc
		want   []State
		says   string
	}{
		"no proxy":      {"http", said(`{"bytes":1572864,"host":"h","peer":"127.0.0.1"}`), []State{OK, Skipped, OK}, "there is no proxy"},
		"silent proxy":  {"https", said(`{"bytes":1572864,"host":"h","peer":"192.0.2.1"}`), []State{OK, Warning, OK}, "X-Forwarded-For"},
		"unknown proxy": {"https", said(`{"bytes":1572864,"peer":"192.0.2.1","forwardedFor":["198.51.100.7"]}`), []State{OK, Error, OK}, "192.0.2.1 is not known"},
		"no scheme":     {"https", said(`{"bytes":1572864,"trusted":true,"forwardedFor":["198.51.100.7"]}`), []State{OK, Warning, OK}, "X-Forwarded-Proto"},
		"other scheme":  {"https", said(`{"bytes":1572864,"trusted":true,"forwardedFor":["198.51.100.7"],"forwardedProto":["http"]}`), []State{OK, Warning, OK}, "asked by http"},
		"good proxy":    {"https", said(`{"bytes":1572864,"trusted":true,"client":"198.51.100.7","forwardedFor":["198.51.100.7"],"forwardedProto":["https"]}`), []State{OK, OK, OK}, "(198.51.100.7)"},
		"cut":           {"https", said(`{"bytes":1048576}`), []State{Error}, "something else answers"},
		"a page":        {"https", said(`<p>nginx`), []State{Error}, "something else answers"},
		"small bodies":  {"https", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(413) }, []State{Error}, "client_max_body_size"},
		"rewritten":     {"https", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(401) }, []State{Error}, "Digest and Signature"},
		"wrong name":    {"https", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(421) }, []State{Error}, "ProxyPreserveHost"},
	} {
		s := somewhere(t, c.answer)
		asked := s.Base
		list := s.post(t.Context(), signer, embraye.IRI(asked+"/check"), c.base+"://suivi.example")
		var got []State
		text := ""
		for _, f := range list {
			got = append(got, f.State)
			text += f.Sentence + " " + f.Remedy + "\n"
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) || !strings.Contains(text, c.says) {
			t.Errorf("%s: %v, want %v with %q:\n%s", name, got, c.want, c.says, text)
		}
	}
}

func TestTheServerIsAskedPastTheProxy(t *testing.T) {
	listens := func(status int, body string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}))
		t.Cleanup(server.Close)
		return strings.TrimPrefix(server.URL, "http://")
	}
	is(t, "ready", Server(t.Context(), listens(200, `{"status":"ok","version":"1.2.3"}`)), OK, "1.2.3")
	is(t, "not ready", Server(t.Context(), listens(503, `{"status":"unavailable","version":"1.2.3","reason":"the disk is full"}`)), Error, "the disk is full")
	is(t, "another program", Server(t.Context(), listens(200, `<p>`)), Error, "something else answers")
	is(t, "nobody", Server(t.Context(), "127.0.0.1:1"), Error, "systemctl start")
	is(t, "no socket", Server(t.Context(), "unix:/nowhere.sock"), Error, "no server answers at unix:/nowhere.sock")
}

func TestMailIsSentWhenAskedFor(t *testing.T) {
	refused := mailer.New(mailer.Options{Server: mailer.Server{Host: "mail.example", Port: "25"}, From: mail.Address{Address: "a@ours.example"},
		Dial: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("connection refused") }})
	is(t, "no server", Mail(t.Context(), nil, ""), Skipped, "admins pass links on")
	is(t, "no server, asked", Mail(t.Context(), nil, "b@ours.example"), Error, "EMBRAYE_SMTP_URL")
	is(t, "not asked", Mail(t.Context(), refused, ""), Skipped, "--mail ADDRESS")
	is(t, "refused", Mail(t.Context(), refused, "b@ours.example"), Error, "connection refused", "where EMBRAYE_SMTP_URL leads")
	if list := Invitations([]embraye.AuditEntry{{Object: "c@asso.example", Detail: "550 5.1.1"}, {Object: "d@asso.example"}}); len(list) != 2 {
		t.Errorf("%v", list)
	} else {
		is(t, "refused for good", list[0], Warning, "c@asso.example for good: 550 5.1.1", "pass the link on")
		is(t, "given up", list[1], Warning, "d@asso.example could not be sent for a day")
	}
	for err, want := range map[error]string{
		&textproto.Error{Code: 535, Msg: "5.7.8 no"}:                      "user and password of EMBRAYE_SMTP_URL",
		&textproto.Error{Code: 550, Msg: "5.7.1 not as this sender"}:      "EMBRAYE_MAIL_FROM",
		&textproto.Error{Code: 421, Msg: "4.3.2 closing"}:                 "for now",
		&tls.CertificateVerificationError{Err: errors.New("of nobody's")}: "SSL_CERT_FILE",
	} {
		if got := mailRemedy(fmt.Errorf("sending: %w", err)); !strings.Contains(got, want) {
			t.Errorf("%v: %s", err, got)
		}
	}
}
