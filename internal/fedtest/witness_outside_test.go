package fedtest

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/storetest"
	"embraye/internal/translog"
	"embraye/internal/verify"
)

// outsider is a witness that is no Embraye, shows nobody what it signed, and does
// as a test says.
type outsider struct {
	*translog.Cosigner
	clock  time.Duration // how wrong its clock is
	asked  int
	answer func(*translog.Added) (status int, said string)
}

// outside puts a witness on the wire, and has an instance ask it.
func (w *witnesses) outside(in *Instance, host string) *outsider {
	w.t.Helper()
	seed := sha256.Sum256([]byte(host))
	o := &outsider{}
	var err error
	o.Cosigner, err = translog.NewCosigner(host+"/w1", ed25519.NewKeyFromSeed(seed[:]), func() time.Time { return w.Clock.Now().Add(o.clock) })
	w.must(err)
	w.Wire.Serve(host, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/w1/add-checkpoint" {
			http.NotFound(rw, r)
			return
		}
		o.asked++
		a, err := translog.ParseAdded(body)
		if err != nil {
			http.Error(rw, err.Error(), http.StatusBadRequest)
			return
		}
		status, said := o.answer(a)
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, said)
	}))
	_, err = in.Witness.AddOutside(w.t.Context(), embraye.Operator(), o.VKey(), "https://"+host+"/w1")
	w.must(err)
	return o
}

// signs is the answer of a witness that signs whatever it is shown.
func (o *outsider) signs(a *translog.Added) (int, string) {
	tree, err := translog.Unsigned(a.Checkpoint)
	if err != nil {
		return http.StatusBadRequest, err.Error()
	}
	lines, err := o.Lines(tree.Text())
	if err != nil {
		return http.StatusInternalServerError, err.Error()
	}
	return http.StatusOK, lines
}

// row is how a witness of ours stands.
func (w *witnesses) row(in *Instance, name string) embraye.Witness {
	w.t.Helper()
	all, err := in.Witness.List(w.t.Context())
	w.must(err)
	for _, one := range all {
		if one.Name == name {
			return one
		}
	}
	w.t.Fatalf("%s has no witness %s", in.Host, name)
	return embraye.Witness{}
}

// Whatever a witness from outside answers, nothing is kept of it that it did not
// sign, and publishing goes on (C7, C8).
func TestC7WitnessesFromOutside(t *testing.T) {
	w := &witnesses{New(t, Config{Kind: storetest.SQLite}, "a.example", "reader.example"), t}
	a := w.Instances[0]
	o := w.outside(a, "temoin.example")
	said := func(status int, text string) func(*translog.Added) (int, string) {
		return func(*translog.Added) (int, string) { return status, text }
	}
	n := 0
	another := func(*translog.Added) (int, string) {
		n++
		return http.StatusConflict, fmt.Sprintf("%d\n", 1+n%2)
	}
	for _, c := range []struct {
		name   string
		answer func(*translog.Added) (int, string)
		words  string
	}{
		{"rubbish", said(http.StatusOK, "hello"), "answered"},
		{"nothing", said(http.StatusOK, ""), "answered"},
		{"a giant", said(http.StatusOK, strings.Repeat("— x ", 1<<20)), "more than"},
		{"a size that is none", said(http.StatusConflict, "beaucoup\n"), "number"},
		{"another size each time", another, "another size"},
		{"no page", said(http.StatusNotFound, "?"), "404"},
		{"its own trouble", said(http.StatusInternalServerError, "?"), "500"},
		{"a proof that it does not take", said(http.StatusUnprocessableEntity, "?"), "proof"},
		{"the checkpoint before", func(added *translog.Added) (int, string) {
			tree, _ := translog.Unsigned(added.Checkpoint)
			tree.Size--
			lines, _ := o.Lines(tree.Text())
			return http.StatusOK, lines
		}, "answered"},
	} {
		o.answer, o.asked = c.answer, 0
		w.publish(a)
		w.turn(a)
		names, _, err := a.Store.Tables().Log.Signatures(t.Context())
		row := w.row(a, o.Name())
		if err != nil || len(names) != 0 || row.FailedAt == nil || !strings.Contains(row.Error, c.words) || o.asked > 3 {
			t.Errorf("%s: signed by %v after %d questions, %q (%v)", c.name, names, o.asked, row.Error, err)
		}
		if st := w.state(a); st.Frozen != "" {
			t.Errorf("%s: frozen, %s", c.name, st.Frozen)
		}
	}
	t.Run("wrong clock", func(t *testing.T) {
		o.answer, o.clock = o.signs, 6*time.Minute
		w.turn(a)
		if row := w.row(a, o.Name()); !strings.Contains(row.Error, "clocks") {
			t.Errorf("a signature of the future: %+v", row)
		}
		o.clock = 4 * time.Minute
		w.turn(a)
		w.publish(a)
		o.clock = -time.Hour
		w.turn(a)
		signed, err := a.Store.Tables().Witness.Signed(t.Context(), w.state(a))
		w.must(err)
		if len(signed) != 2 || signed[0].Size <= signed[1].Size || !signed[0].At.Before(signed[1].At) {
			t.Errorf("%+v", signed)
		}
	})
	t.Run("it says that it signed more", func(t *testing.T) {
		o.answer = said(http.StatusConflict, "999999\n")
		w.publish(a)
		w.Clock.Advance(time.Minute)
		before := w.state(a)
		if err := a.Witness.Turn(t.Context()); err == nil || w.state(a).Frozen != embraye.LogBehind {
			t.Errorf("%v, frozen %q", err, w.state(a).Frozen)
		}
		u := w.publish(a)
		if w.state(a).Checkpoint != before.Checkpoint {
			t.Error("something was signed meanwhile")
		}
		w.waitsForItsProof(a, u)
		w.must(a.Witness.RemoveOutside(t.Context(), embraye.Operator(), o.Name()))
		w.turn(a)
		if st := w.state(a); st.Frozen != "" || st.Size != before.Size+1 {
			t.Errorf("without it: %d of %d, frozen %q", st.Size, before.Size+1, st.Frozen)
		}
	})
}

// Of a witness nothing is noted that is our own trouble.
func TestC7OurOwnTroubleIsNotedOfNoWitness(t *testing.T) {
	w := &witnesses{New(t, Config{Kind: storetest.SQLite}, "a.example"), t}
	a := w.Instances[0]
	o := w.outside(a, "temoin.example")
	o.answer = func(*translog.Added) (int, string) {
		w.sql(a, "ALTER TABLE domain_blocks RENAME TO away")
		w.Clock.Advance(2 * time.Second) // what is remembered of them is read again
		return http.StatusUnprocessableEntity, "?"
	}
	w.publish(a)
	if err := a.Witness.Ask(t.Context()); !errors.Is(err, embraye.ErrUnavailable) {
		t.Errorf("%v", err)
	}
	w.sql(a, "ALTER TABLE away RENAME TO domain_blocks")
	if row := w.row(a, o.Name()); row.FailedAt != nil || row.Error != "" {
		t.Errorf("noted of the witness: %q", row.Error)
	}
}

// waitsForItsProof holds that a constat whose leaf waits says so wherever its proof
// would be.
func (w *witnesses) waitsForItsProof(in *Instance, u *embraye.Update) {
	t := w.t
	t.Helper()
	below := in.Site.Base + "/constats/" + u.ID
	for _, address := range []string{below, below + "/versions", below + "/versions/1"} {
		resp := w.Get(address, "text/html")
		page, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || !strings.Contains(string(page), "attente d’inscription") || strings.Contains(string(page), "tlog-proof") {
			t.Errorf("%s does not say that it waits (%v)\n%s", address, err, page)
		}
	}
	resp := w.Get(below+"/versions/1/preuve.tlog-proof", "")
	resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound || resp.Header.Get("Retry-After") == "" {
		t.Errorf("its proof: %d, %v", resp.StatusCode, resp.Header)
	}
	reader, web := verify.Reader{Now: w.Clock.Now}, verify.Web{Client: w.Instances[1].Remote}
	_, act, _ := verify.Parse(below)
	if r, err := reader.Act(t.Context(), web, act, nil); err != nil || r.Outcome != translog.Unverifiable || r.Why != verify.Waits {
		t.Errorf("verified as %+v, %v", r, err)
	}
	whole, err := reader.Instance(t.Context(), web, in.Site.Base)
	if err != nil || whole.Outcome != translog.Unverifiable || len(whole.Findings) != 1 || whole.Findings[0].Why != verify.Waits {
		t.Errorf("the whole: %+v, %v", whole, err)
	}
	page, err := w.Wire.Client().PostForm(in.Site.Base+"/verifier", url.Values{"adresse": {below}})
	w.must(err)
	words, err := io.ReadAll(page.Body)
	page.Body.Close()
	if err != nil || !strings.Contains(string(words), "attend d’être inscrite") {
		t.Errorf("/verifier: %v\n%s", err, words)
	}
}
