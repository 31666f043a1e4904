package fedtest

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
	"embraye/internal/translog"
	"embraye/internal/verify"
)

// A reader who takes no log's word: an act, a whole instance, and what a server
// can lie about on the way.
func TestReadersVerify(t *testing.T) {
	w := newWitnesses(t, "a.example", "b.example")
	a, b := w.Instances[0], w.Instances[1]
	u := w.publish(a)
	w.turn(a, b)
	policy, err := b.Witness.Policy(t.Context())
	w.must(err)
	reader, web := verify.Reader{Policy: policy, Now: w.Clock.Now}, verify.Web{Client: b.Remote}
	constat := string(a.Site.UpdateID(u.ID))
	act := func(r verify.Reader) *verify.Report {
		t.Helper()
		origin, act, ok := verify.Parse(constat)
		if !ok || origin != a.Site.Base {
			t.Fatal(constat)
		}
		own, _ := web.Own(t.Context(), origin)
		report, err := r.Act(t.Context(), web, act, own)
		w.must(err)
		return report
	}
	if r := act(reader); r.Outcome != translog.Proved || r.Why != "proved" || r.Act.N != 1 {
		t.Errorf("%+v", r)
	}
	if r := act(verify.Reader{Now: w.Clock.Now}); r.Outcome != translog.Unwitnessed || r.Why != verify.OwnWord {
		t.Errorf("without a policy: %+v", r)
	}
	whole, err := reader.Instance(t.Context(), web, a.Site.Base)
	if err != nil || whole.Outcome != translog.Proved || whole.Why != verify.Whole || whole.Checked != 1 || len(whole.Findings) != 0 {
		t.Errorf("%+v, %v", whole, err)
	}

	// What stands in front of the instance lies.
	lie := func(path string, change func(status int, body []byte) (int, []byte)) {
		b.Remote.CloseIdle()
		w.Wire.Serve(a.Host, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			answer := httptest.NewRecorder()
			r.Header.Del("Accept-Encoding")
			a.Web.ServeHTTP(answer, r)
			status, body := answer.Code, answer.Body.Bytes()
			if strings.Contains(r.URL.Path, path) {
				status, body = change(status, body)
			}
			for name, values := range answer.Header() {
				if name != "Content-Length" && name != "Content-Encoding" {
					rw.Header()[name] = values
				}
			}
			rw.WriteHeader(status)
			_, _ = rw.Write(body)
		}))
	}
	another := func(status int, body []byte) (int, []byte) {
		return status, bytes.Replace(body, []byte("published"), []byte("Published"), 1)
	}
	lie("/versions/1", func(status int, body []byte) (int, []byte) {
		if bytes.HasPrefix(body, []byte("{")) {
			return another(status, body)
		}
		return status, body
	})
	if r := act(reader); r.Outcome != translog.Inconsistent || r.Why != "object_differs" {
		t.Errorf("another text: %+v", r)
	}
	if whole, err := reader.Instance(t.Context(), web, a.Site.Base); err != nil || whole.Outcome != translog.Inconsistent || len(whole.Findings) != 1 || whole.Findings[0].Why != "object_differs" {
		t.Errorf("%+v, %v", whole, err)
	}
	for path, want := range map[string]string{"/preuve.tlog-proof": verify.NoneThere, "/journal/tile/entries": verify.RootWrong, "/journal/policy": verify.NoJournal} {
		lie(path, func(int, []byte) (int, []byte) { return http.StatusNotFound, nil })
		whole, err := reader.Instance(t.Context(), web, a.Site.Base)
		if err != nil || whole.Outcome == translog.Proved || whole.Why != want {
			t.Errorf("without %s: %+v, %v", path, whole, err)
		}
	}
	if r, err := reader.Instance(t.Context(), web, "https://nowhere.example"); err != nil || r.Outcome != translog.Unverifiable || r.Why != verify.NoAnswer || r.Act.ID != "https://nowhere.example" {
		t.Errorf("nobody there: %+v, %v", r, err)
	}
	lie("", func(status int, body []byte) (int, []byte) { return status, body })
	err = a.Constats.Withdraw(t.Context(), embraye.Operator(), u.ID, constats.WithdrawInput{Reason: "Erreur", Erase: true})
	w.must(err)
	w.turn(a, b)
	if whole, err := reader.Instance(t.Context(), web, a.Site.Base); err != nil || whole.Outcome == translog.Inconsistent {
		t.Errorf("once withdrawn: %+v, %v", whole, err)
	}
	for _, wrong := range []string{"", "hello", "https://a.example/organisations", "https://a.example/constats/x", "https://a.example/constats/" + u.ID + "/versions/0", "https://a.example/constats/" + u.ID + "/versions/1/other"} {
		if _, _, ok := verify.Parse(wrong); ok {
			t.Errorf("%q names an act", wrong)
		}
	}
}
