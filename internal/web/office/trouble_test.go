package office

import (
	"strings"
	"testing"
	"time"

	"embraye/internal/locale"
	"embraye/internal/web/page"
)

func newWordsPage(t *testing.T, lang string) *Page {
	t.Helper()
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	return &Page{Page: page.Page{Lang: lang, Catalogue: words}, Zone: time.FixedZone("CEST", 2*3600)}
}

func TestP04ErrorsAreWords(t *testing.T) {
	for line, want := range map[string][2]string{
		`Post "https://a.example/inbox": dial tcp 192.0.2.1:443: connect: connection refused`:     {"connexion refusée", "connection refused"},
		`unreachable: tls: failed to verify certificate: x509: certificate has expired`:           {"certificat refusé", "certificate refused"},
		`unreachable: lookup gone.example on 127.0.0.53:53: no such host`:                         {"nom de serveur introuvable", "server name not found"},
		`unreachable: context deadline exceeded (Client.Timeout exceeded while awaiting headers)`: {"délai dépassé", "no answer in time"},
		`unreachable: read tcp 10.0.0.1:1->10.0.0.2:443: read: connection reset by peer`:          {"connexion coupée", "connection cut"},
		`503 Service Unavailable: <html>`:                                                         {"panne du serveur (réponse 503)", "the server is out of order (answer 503)"},
		`410 Gone`:                                                                                {"adresse disparue (réponse 410)", "address gone (answer 410)"},
		`refused: host is blocked`:                                                                {"serveur bloqué ici", "server blocked here"},
		`something nobody has thought of`:                                                         {"échec de l’envoi", "sending failed"},
	} {
		for i, lang := range []string{"fr", "en"} {
			got := trouble(newWordsPage(t, lang), 0, line)
			if text := strings.ReplaceAll(got.Text, "\u00a0", " "); text != want[i] || got.Detail != line {
				t.Errorf("%s: %q, %q; want %q", line, text, got.Detail, want[i])
			}
		}
	}
	if got := trouble(newWordsPage(t, "fr"), 401, ""); got == nil || !strings.Contains(got.Text, "401") {
		t.Errorf("a status alone: %+v", got)
	}
	if got := trouble(newWordsPage(t, "fr"), 0, ""); got != nil {
		t.Errorf("nothing: %+v", got)
	}
}

func TestP04HoursAndBrowsersAreWords(t *testing.T) {
	at := time.Date(2026, 5, 1, 19, 37, 0, 0, time.UTC)
	for lang, want := range map[string]string{"fr": "1er mai 2026 à 21 h 37", "en": "1 May 2026 at 21:37"} {
		if got := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(newWordsPage(t, lang).Minute(at)); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0":                                                                  "Firefox, Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0":               "Edge, Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1": "Safari, iPhone",
		"curl/8": "Navigateur inconnu",
		"":       "Navigateur inconnu",
	} {
		if got := browserOf(newWordsPage(t, "fr"), agent); got != want {
			t.Errorf("%s: %q, want %q", agent, got, want)
		}
	}
	for address, want := range map[string]string{"https://a.example/users/ana": "ana (a.example)", "https://a.example/@bob": "bob (a.example)", "https://a.example/": "a.example"} {
		if got := accountOf(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
