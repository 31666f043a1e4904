package organisation_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/app/reviews"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/storetest"
	"embraye/internal/translog"
)

// A play is two organisations that publish and judge each other.
type play struct {
	*testing.T
	w        *fedtest.World
	a, b     *fedtest.Instance
	constats []string // of a, that stand
	reviews  []string // by a
	erased   []string // constats and reviews
	random   *rand.Rand
}

func (p *play) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

func newPlay(t *testing.T, kind string) *play {
	w := fedtest.New(t, fedtest.Config{Kind: kind}, "a.example", "b.example")
	p := &play{T: t, w: w, a: w.Instances[0], b: w.Instances[1], random: rand.New(rand.NewPCG(2020, 4))}
	for _, pair := range [][2]*fedtest.Instance{{p.a, p.b}, {p.b, p.a}} {
		_, err := pair[0].Peers.Add(t.Context(), embraye.Operator(), string(pair[1].Site.ActorID("organisation")), embraye.PeerChoices{Gather: true, TrustReviews: true})
		p.must(err)
		w.Settle()
	}
	return p
}

func (p *play) publish(in *fedtest.Instance) string {
	out, err := in.Constats.Publish(p.Context(), embraye.Operator(), constats.PublishInput{Scope: apptest.Complete().Scope, Content: apptest.Complete().Content})
	p.must(err)
	return out.Update.ID
}

func judgement(of embraye.IRI) reviews.Input {
	return reviews.Input{Of: string(of), ReviewContent: embraye.ReviewContent{Verdict: embraye.Contests, Reason: "L'appel n'a pas été ouvert.",
		Evidence: []embraye.Evidence{{Href: "https://preuve.example/contre", Name: "Contre-preuve"}}}}
}

// take removes one of a list, by chance.
func take[T any](p *play, list *[]T) (one T, ok bool) {
	if len(*list) == 0 {
		return one, false
	}
	i := p.random.IntN(len(*list))
	one = (*list)[i]
	*list = append((*list)[:i:i], (*list)[i+1:]...)
	return one, true
}

// act does one thing in public, by chance.
func (p *play) act(n int) {
	ctx, op := p.Context(), embraye.Operator()
	p.w.Clock.Advance(time.Minute)
	switch p.random.IntN(9) {
	case 0, 1:
		p.constats = append(p.constats, p.publish(p.a))
	case 2, 3:
		if id, ok := take(p, &p.constats); ok {
			c := apptest.Complete().Content
			c.Summary = fmt.Sprintf("Corrigé %d fois.", n)
			_, err := p.a.Constats.Revise(ctx, op, id, constats.ReviseInput{Kind: embraye.RevisionKinds()[p.random.IntN(2)], Reason: "relu", Content: c})
			p.must(err)
			p.constats = append(p.constats, id)
		}
	case 4:
		if id, ok := take(p, &p.constats); ok && len(p.constats) > 0 {
			erase := n%2 == 0
			p.must(p.a.Constats.Withdraw(ctx, op, id, constats.WithdrawInput{Reason: "faux", Erase: erase}))
			if erase {
				p.erased = append(p.erased, string(p.a.Site.UpdateID(id)))
			}
		}
	case 5:
		theirs := p.b.Site.UpdateID(p.publish(p.b))
		p.w.Settle()
		out, err := p.a.Reviews.Publish(ctx, op, judgement(theirs))
		p.must(err)
		p.reviews = append(p.reviews, out.Review.ID)
	case 6:
		if id, ok := take(p, &p.reviews); ok {
			in := reviews.ReviseInput{Kind: embraye.Substance, Change: "relu", ReviewContent: judgement("").ReviewContent}
			in.Reason = fmt.Sprintf("Revu %d fois.", n)
			_, err := p.a.Reviews.Revise(ctx, op, id, in)
			p.must(err)
			if n%2 == 0 {
				p.must(p.a.Reviews.Withdraw(ctx, op, id, "trop vite", true))
				p.erased = append(p.erased, string(p.a.Site.ReviewID(id)))
			}
		}
	case 7:
		if len(p.constats) > 0 {
			p.w.Settle()
			id := p.publish(p.a)
			p.w.Settle()
			out, err := p.b.Reviews.Publish(ctx, op, judgement(p.a.Site.UpdateID(id)))
			p.must(err)
			p.w.Settle()
			_, err = p.a.Reviews.Answer(ctx, op, string(p.b.Site.ReviewID(out.Review.ID)), "Voici la délibération.", true)
			p.must(err)
			p.constats = append(p.constats, id)
		}
	case 8:
		p.must(p.a.Talk.Block(ctx, op, embraye.DomainBlock{Domain: fmt.Sprintf("spam%d.example", n), Severity: embraye.Suspend, Comment: "publicité"}))
	}
	p.w.Settle()
}

// one is a stored public act.
type one struct {
	kind   translog.Kind
	id     string
	n      int
	object []byte
	salt   []byte
	null   bool
}

// acts reads what an instance has done in public, from its tables.
func acts(t testing.TB, in *fedtest.Instance) (all []one) {
	t.Helper()
	line := `SELECT id, action, at, object, reason, salt, salt IS NULL FROM audit_entries WHERE public ORDER BY id`
	for kind, query := range map[translog.Kind]string{
		translog.Revision: "SELECT update_id, number, wire, salt, salt IS NULL FROM revisions",
		translog.Review:   "SELECT review_id, number, wire, salt, salt IS NULL FROM review_revisions",
	} {
		rows, err := in.Store.Pool().QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			o := one{kind: kind}
			if err := rows.Scan(&o.id, &o.n, &o.object, &o.salt, &o.null); err != nil {
				t.Fatal(err)
			}
			o.id = map[translog.Kind]string{translog.Revision: string(in.Site.UpdateID(o.id)), translog.Review: string(in.Site.ReviewID(o.id))}[kind]
			all = append(all, o)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := in.Store.Pool().QueryContext(t.Context(), line)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var number int64
		var action, object, reason string
		var at time.Time
		o := one{kind: translog.Moderation}
		if err := rows.Scan(&number, &action, &at, &object, &reason, &o.salt, &o.null); err != nil {
			t.Fatal(err)
		}
		switch what, verb, _ := strings.Cut(action, "."); {
		case verb == "withdraw":
			o.kind, o.id = translog.Withdrawal, object
		case (what == "update" || what == "review") && (verb == "publish" || verb == "typo" || verb == "substance") || verb == "answer":
			continue // the version has the leaf
		default:
			o.id = fmt.Sprintf("%s/journal#d%d", in.Site.Base, number)
		}
		o.object, err = json.Marshal(map[string]string{"action": action, "at": at.UTC().Format(time.RFC3339), "object": object, "reason": reason})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, o)
	}
	return all
}

// answers are those of the organisation that stand or stood in public.
func answers(t testing.TB, in *fedtest.Instance) (ids []string) {
	t.Helper()
	rows, err := in.Store.Pool().QueryContext(t.Context(), "SELECT id FROM notes WHERE kind = 'answer' AND NOT private")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, string(in.Site.NoteID(id)))
	}
	return ids
}

// everyActHasItsLeaf checks an instance's tables against its log.
func everyActHasItsLeaf(t testing.TB, in *fedtest.Instance, keys int) []translog.Leaf {
	t.Helper()
	log := in.Store.Tables().Log
	stored := acts(t, in)
	for _, o := range stored {
		p, bytes, err := log.Proof(t.Context(), o.kind, o.id, o.n)
		if err != nil {
			t.Errorf("%s %s (%d) has no leaf: %v", o.kind, o.id, o.n, err)
			continue
		}
		c, err := translog.Unsigned(p.Checkpoint)
		if err == nil {
			err = p.Check(bytes, c)
		}
		if err != nil {
			t.Errorf("%s %s is not proved: %v", o.kind, o.id, err)
		}
		l, err := translog.ParseLeaf(bytes)
		switch {
		case err != nil || o.null:
			t.Errorf("%s %s: salt %x, %v", o.kind, o.id, o.salt, err)
		case len(o.object) == 0 && len(o.salt) > 0:
			t.Errorf("%s %s is erased and keeps its salt", o.kind, o.id)
		case len(o.object) > 0 && translog.Commitment(o.salt, o.object) != l.Commit:
			t.Errorf("%s %s is not what its leaf stands for", o.kind, o.id)
		}
	}
	said := answers(t, in)
	for _, id := range said {
		if _, _, err := log.Find(t.Context(), translog.Answer, id, 0); err != nil {
			t.Errorf("the answer %s has no leaf: %v", id, err)
		}
	}
	st, err := log.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := len(stored) + len(said) + keys; int(st.Size) != want {
		t.Errorf("the log has %d leaves, and there were %d acts", st.Size, want)
	}
	all, err := log.Leaves(t.Context(), st, 0, int(st.Size))
	if err != nil {
		t.Fatal(err)
	}
	leaves := make([]translog.Leaf, len(all))
	for i := range all {
		if leaves[i], err = translog.ParseLeaf(all[i]); err != nil {
			t.Error(err)
		}
	}
	return leaves
}

// keysAtFirst are the leaves of a new instance: every actor's key, the log's and the
// witness's.
func keysAtFirst(t testing.TB, in *fedtest.Instance) int {
	t.Helper()
	actors, err := in.Store.Tables().Actors.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return len(actors) + 2
}

// Whatever an organisation does in public, in whatever order, is in its log; and
// what it did before it had one enters when it gets one.
func TestEveryPublicActIsInTheLog(t *testing.T) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			p := newPlay(t, kind)
			p.constats = append(p.constats, p.publish(p.a), p.publish(p.a))
			for n := range 30 {
				p.act(n)
			}
			keys := keysAtFirst(t, p.a)
			everyActHasItsLeaf(t, p.a, keys)
			everyActHasItsLeaf(t, p.b, keysAtFirst(t, p.b))
			if len(p.erased) == 0 {
				t.Error("the play erased nothing")
			}
			p.must(p.a.Organisation.RotateKey(t.Context(), embraye.Operator(), "mesure2"))
			p.w.Restart(p.a)
			before := everyActHasItsLeaf(t, p.a, keys+1)

			forgetLog(t, p.a)
			p.w.Restart(p.a)
			after := everyActHasItsLeaf(t, p.a, keys)
			for i, l := range after[:len(after)-2] {
				if !l.Before || i > 0 && l.Kind != translog.Key && l.At.Before(after[i-1].At) {
					t.Errorf("leaf %d entered as %+v", i, l)
				}
			}
			if len(before) != len(after)+1 { // the key that was before the rotation
				t.Errorf("%d leaves, then %d", len(before), len(after))
			}
			p.constats = append(p.constats, p.publish(p.a))
			if l := everyActHasItsLeaf(t, p.a, keys); l[len(l)-1].Before {
				t.Errorf("what is new is marked as before: %+v", l[len(l)-1])
			}
		})
	}
}

// forgetLog makes of a database one of before the log.
func forgetLog(t testing.TB, in *fedtest.Instance) {
	t.Helper()
	root := "'\\xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'"
	if !in.Store.IsPostgres() {
		root = "x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'"
	}
	for _, query := range []string{"DELETE FROM log_leaves", "DELETE FROM log_keys", "UPDATE log_state SET origin = '', size = 0, checkpoint = '', frozen = 'opening', root = " + root,
		"UPDATE revisions SET salt = NULL", "UPDATE review_revisions SET salt = NULL", "UPDATE notes SET salt = NULL", "UPDATE audit_entries SET salt = NULL"} {
		if _, err := in.Store.Pool().ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
}

// Filling a log can be cut off anywhere: it goes on from there, and no act is in
// it twice.
func TestFillingTheLogGoesOnWhereItWasCutOff(t *testing.T) {
	w := fedtest.New(t, fedtest.Config{Kind: storetest.SQLite}, "a.example")
	in := w.Instances[0]
	forgetLog(t, in)
	run := func(query string) {
		t.Helper()
		if _, err := in.Store.Pool().ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	run(`INSERT INTO audit_entries (at, person, who, action, object, reason, detail, public)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450) SELECT '2026-01-01 00:00:00+00:00', 0, '', 'block.add', 'spam.example', '', '', true FROM n`)
	run(`CREATE TRIGGER cut BEFORE INSERT ON log_leaves WHEN NEW.idx >= 300 BEGIN SELECT RAISE(ABORT, 'cut off'); END`)
	if err := in.Open(t.Context()); err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Fatalf("filling went through: %v", err)
	}
	st, err := in.Store.Tables().Log.State(t.Context())
	if err != nil || st.Size != 200 || st.Frozen != embraye.LogOpening {
		t.Fatalf("cut off at %+v, %v", st, err)
	}
	if !strings.HasPrefix(st.Checkpoint, "a.example/journal\n200\n") {
		t.Errorf("the checkpoint is %q", st.Checkpoint)
	}
	run("DROP TRIGGER cut")
	w.Restart(in)
	everyActHasItsLeaf(t, in, keysAtFirst(t, in))
}
