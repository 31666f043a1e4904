package fedtest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
	"embraye/internal/translog"
)

// witnesses are organisations that add each other and sign each other's logs.
type witnesses struct {
	*World
	t *testing.T
}

func newWitnesses(t *testing.T, hosts ...string) *witnesses {
	t.Helper()
	return witnessing(t, Config{Kind: storetest.SQLite}, hosts...)
}

func witnessing(t *testing.T, c Config, hosts ...string) *witnesses {
	t.Helper()
	w := &witnesses{New(t, c, hosts...), t}
	for _, in := range w.Instances {
		for _, other := range w.Instances {
			if in != other {
				_, err := in.Peers.Add(t.Context(), embraye.Operator(), string(other.Site.ActorID("organisation")), embraye.PeerChoices{})
				w.must(err)
			}
		}
	}
	w.Settle()
	return w
}

func (w *witnesses) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *witnesses) turn(all ...*Instance) {
	w.t.Helper()
	w.Clock.Advance(time.Minute)
	for _, in := range all {
		w.must(in.Witness.Turn(w.t.Context()))
	}
}

func (w *witnesses) publish(in *Instance) *embraye.Update {
	w.t.Helper()
	p, err := in.Constats.Publish(w.t.Context(), embraye.Operator(), sample())
	w.must(err)
	return p.Update
}

func (w *witnesses) state(in *Instance) *embraye.LogState {
	w.t.Helper()
	st, err := in.Store.Tables().Log.State(w.t.Context())
	w.must(err)
	return st
}

// post posts to a witness what a log might.
func (w *witnesses) post(in *Instance, body string) (status int, mediaType, said string) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, in.Site.Base+"/temoin/add-checkpoint", strings.NewReader(body))
	w.must(err)
	resp, err := w.Wire.Client().Do(r)
	w.must(err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	w.must(err)
	return resp.StatusCode, resp.Header.Get("Content-Type"), string(answer)
}

// forged is a checkpoint of an instance's log, signed by its key, over a history
// that it made up.
func (w *witnesses) forged(in *Instance, size int64) string {
	w.t.Helper()
	key, err := in.Store.Tables().Log.PrivateKey(w.t.Context(), store.LogKey, 1)
	w.must(err)
	signer, err := translog.Signer(w.state(in).Origin, key)
	w.must(err)
	signed, err := translog.Checkpoint{Origin: w.state(in).Origin, Size: size, Root: sha256.Sum256([]byte("another history"))}.Sign(signer)
	w.must(err)
	return signed
}

// Three organisations witness each other; a fourth rewrites its history and is
// caught by two of them, told on their pages.
func TestOrganisationsWitnessEachOther(t *testing.T) {
	w := newWitnesses(t, "a.example", "b.example", "c.example", "d.example")
	a, b, c, d := w.Instances[0], w.Instances[1], w.Instances[2], w.Instances[3]
	for _, in := range w.Instances {
		w.publish(in)
	}
	w.turn(w.Instances...)
	for _, in := range w.Instances {
		names, size, err := in.Store.Tables().Log.Signatures(t.Context())
		if err != nil || len(names) != 3 || size != w.state(in).Size {
			t.Fatalf("%s: %v signed %d of %d (%v)", in.Host, names, size, w.state(in).Size, err)
		}
		policy, err := in.Witness.Policy(t.Context())
		w.must(err)
		again, err := translog.ParsePolicy(policy.String())
		w.must(err)
		shown, err := in.Store.Tables().Log.Shown(t.Context(), w.state(in))
		w.must(err)
		if _, v := again.JudgeLog(shown, w.Clock.Now()); v.Outcome != translog.Proved || len(v.Witnesses) != 3 {
			t.Errorf("%s: %+v", in.Host, v)
		}
	}
	resp := w.Get(a.Site.Base+"/journal", "text/html")
	words, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	said := w.Clock.Now().Format(time.RFC3339)
	if page := string(words); err != nil || !strings.Contains(page, "<strong>3\u00a0organisations témoignent</strong> (dernière") || !strings.Contains(page, said) ||
		strings.Contains(page, "%!") || strings.Index(page, "témoignent") > strings.Index(page, "<table") {
		t.Errorf("the journal does not begin with who witnesses, last at %s (%v)\n%s", said, err, page)
	}
	t.Run("C8 what is answered", func(t *testing.T) { w.answers(a, b) })
	t.Run("C7 split view: a rewritten history", func(t *testing.T) {
		st := w.state(d)
		lie := w.forged(d, st.Size)
		for _, in := range []*Instance{b, c} {
			if status, _, said := w.post(in, fmt.Sprintf("old %d\n\n%s", st.Size, lie)); status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d %q", in.Host, status, said)
			}
			splits, err := in.Store.Tables().Witness.Splits(t.Context())
			if err != nil || len(splits) != 1 || splits[0].Second != lie || !strings.Contains(splits[0].First, st.Checkpoint) {
				t.Errorf("%s: %v, %v", in.Host, splits, err)
			}
			resp := w.Get(in.Site.Base+"/journal", "text/html")
			page, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if !bytes.Contains(page, []byte("d.example/journal")) {
				t.Errorf("%s: its journal does not tell", in.Host)
			}
		}
		if splits, err := a.Store.Tables().Witness.Splits(t.Context()); err != nil || len(splits) != 0 {
			t.Errorf("a was shown nothing: %v", splits)
		}
	})
	t.Run("C7 nothing forks between commit and signature", func(t *testing.T) {
		w.publish(a)
		w.Restart(a) // killed before anybody was asked
		w.turn(a)
		names, size, err := a.Store.Tables().Log.Signatures(t.Context())
		if err != nil || len(names) != 3 || size != w.state(a).Size {
			t.Errorf("%v signed %d of %d (%v)", names, size, w.state(a).Size, err)
		}
	})
}

// answers are the statuses of C2SP tlog-witness; nothing of it is kept.
func (w *witnesses) answers(a, b *Instance) {
	t, st := w.t, w.state(a)
	before, err := b.Store.Tables().Witness.Log(t.Context(), st.Origin)
	w.must(err)
	stranger := strings.Replace(st.Checkpoint, "a.example/journal", "z.example/journal", 1)
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"rubbish":          {"hello", http.StatusBadRequest},
		"too large":        {strings.Repeat("x", translog.MaxAddBytes+1), http.StatusRequestEntityTooLarge},
		"64 lines":         {"old 1\n" + strings.Repeat("QC3NztluUMLZGvKXszbzJbm60HpR1bFm8Gju+7dk6rM=\n", 64) + "\n" + st.Checkpoint, http.StatusBadRequest},
		"a stranger":       {"old 0\n\n" + stranger, http.StatusNotFound},
		"a name with plus": {"old 0\n\n" + strings.Replace(st.Checkpoint, "a.example/journal", "a+b.example/journal", 1), http.StatusBadRequest},
		"changed":          {"old 0\n\n" + strings.Replace(st.Checkpoint, fmt.Sprintf("\n%d\n", st.Size), "\n7777\n", 1), http.StatusForbidden},
		"for the size":     {"old 0\n\n" + st.Checkpoint, http.StatusConflict},
		"beyond":           {"old 999999\n\n" + st.Checkpoint, http.StatusBadRequest},
		"again":            {fmt.Sprintf("old %d\n\n%s", st.Size, st.Checkpoint), http.StatusOK},
	} {
		status, mediaType, said := w.post(b, c.body)
		if status != c.status || status == http.StatusConflict && (mediaType != translog.SizeType || said != fmt.Sprintf("%d\n", st.Size)) {
			t.Errorf("%s: %d %s %.100q", name, status, mediaType, said)
		}
	}
	after, err := b.Store.Tables().Witness.Log(t.Context(), st.Origin)
	w.must(err)
	if after.Size != before.Size || !bytes.Equal(after.Root, before.Root) {
		t.Errorf("signed %d, then %d", before.Size, after.Size)
	}
	monitored, err := b.Witness.Checkpoint(t.Context(), translog.OriginHash(st.Origin))
	if err != nil || !strings.HasPrefix(monitored, st.Checkpoint) {
		t.Errorf("what is monitored: %q, %v", monitored, err)
	}
	if _, err := b.Witness.Checkpoint(t.Context(), strings.Repeat("0", 64)); !errors.Is(err, embraye.ErrNotFound) {
		t.Error(err)
	}
}
