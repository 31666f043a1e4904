package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// The page « Vérifier » says what was learned, and never a yes where nothing was.
func TestReadersVerifyOnAPage(t *testing.T) {
	o := newOfficeStage(t)
	id := o.values["/constats"]["id"]
	for _, c := range []struct {
		form   url.Values
		status int
		says   string
	}{
		{url.Values{}, http.StatusUnprocessableEntity, "Donnez une adresse"},
		{url.Values{}, http.StatusUnprocessableEntity, `aria-describedby="adresse-e" autofocus`},
		{url.Values{"adresse": {o.Site.Base + "/constats/" + id}}, http.StatusOK, "Pas encore témoigné"},
		{url.Values{"adresse": {o.Site.Base + "/constats/" + id + "/versions/1"}}, http.StatusOK, "Pas encore témoigné"},
		{url.Values{"adresse": {"/constats/" + id}}, http.StatusOK, "Pas encore témoigné"}, // as the links of our pages have it
		{url.Values{"adresse": {"ailleurs"}}, http.StatusOK, "Invérifiable"},
		{url.Values{"adresse": {o.Site.Base + "/organisations"}}, http.StatusOK, "Invérifiable"},
		{url.Values{"preuve": {"c2sp.org/tlog-proof@v1\nindex 1\n"}}, http.StatusOK, "Invérifiable"},
		{url.Values{"preuve": {"<script>"}}, http.StatusOK, "Invérifiable"},
	} {
		w := o.form("/verifier", c.form)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) || strings.Contains(w.Body.String(), "Prouvé") {
			t.Errorf("%v: %d, without %q", c.form, w.Code, c.says)
		}
	}
}
