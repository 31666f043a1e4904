package people_test

import (
	"strings"
	"testing"
	"time"

	"embraye/internal/app/people"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
)

const ours = "https://ours.example"

// withPasskey gives somebody of the house a password and a passkey.
func withPasskey(h *apptest.House, who, name string) *apptest.Authenticator {
	h.T.Helper()
	h.WithPassword(who)
	p, err := h.People.Take(h.Context(), h.Who[who].PersonID())
	h.Must(err)
	h.Who[who].Person.PasswordHash = p.PasswordHash
	key := apptest.NewAuthenticator(h.T, ours)
	c := h.Change(who)
	offer, err := h.People.Second.Offer(h.Context(), c)
	h.Must(err)
	_, err = h.People.Second.AddPasskey(h.Context(), c, name, key.Create(offer))
	h.Must(err)
	return key
}

// A key answers its question once, for its holder, at our address alone; a count
// that does not rise is a copy's.
func TestPasskeysAnswerOnce(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, second := h.Context(), h.People.Second
		key, neighbour := withPasskey(h, "editor", "téléphone"), withPasskey(h, "other", "clé")
		ask := func(token string) []byte {
			t.Helper()
			question, err := second.Question(ctx, token)
			h.Must(err)
			return question
		}
		opens := func(token, answer string) bool {
			t.Helper()
			p, err := second.SignIn(ctx, token, people.Answer{Passkey: answer}, apptest.Client)
			if err == nil && p.ID != h.Who["editor"].PersonID() {
				t.Errorf("the door opens for %d", p.ID)
			}
			return err == nil
		}
		token := half(h, "editor")
		if opens(token, neighbour.Get(ask(token))) {
			t.Error("the key of a neighbour opens")
		}
		if opens(token, key.Get(ask(half(h, "other")))) {
			t.Error("the answer to the question of a neighbour opens")
		}
		key.Origin = "https://ours.example.evil.example"
		if opens(token, key.Get(ask(token))) {
			t.Error("an answer given at another address opens")
		}
		h.Must(h.People.Enable(ctx, embraye.Operator(), "editor@ours.example")) // nobody is shut out; what waits ends, and the tries stay
		h.Clock.Advance(16 * time.Minute)
		key.Origin, token = ours, half(h, "editor")
		answer := key.Get(ask(token))
		if !opens(token, answer) {
			t.Fatal("the right answer does not open")
		}
		if opens(half(h, "editor"), answer) {
			t.Error("an answer opens twice")
		}
		key.Count--
		token = half(h, "editor")
		letters := h.WithMail(nil)
		before := len(h.SendMails(letters)) // that the key was added
		if opens(token, key.Get(ask(token))) {
			t.Error("a copied key opens")
		}
		if told := h.SendMails(letters)[before:]; len(told) != 1 || !strings.Contains(told[0].Text(), "une copie de l’une de vos clés") {
			t.Errorf("whose key was copied hears %+v", told)
		}
		key.Count += 5
		late := ask(token)
		h.Clock.Advance(5*time.Minute + time.Second)
		if opens(half(h, "editor"), key.Get(late)) {
			t.Error("an old question is answered")
		}
		for _, bad := range []string{"{}", "x", `{"response":{"clientDataJSON":"e30"}}`} {
			if opens(half(h, "editor"), bad) {
				t.Errorf("%q opens", bad)
			}
		}
		has, err := second.Of(ctx, h.Who["editor"].PersonID())
		if err != nil || len(has.Passkeys) != 1 || has.Passkeys[0].SignCount == 0 || has.Passkeys[0].UsedAt == nil {
			t.Errorf("%+v, %v", has, err)
		}
	})
}

// An offer is taken once, by whoever it was made to; a key is removed by its
// holder alone.
func TestPasskeysAreAddedOnce(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, second := h.Context(), h.People.Second
		first := withPasskey(h, "editor", "clé bleue")
		h.WithPassword("other")
		p, err := h.People.Take(ctx, h.Who["other"].PersonID())
		h.Must(err)
		h.Who["other"].Person.PasswordHash = p.PasswordHash
		c, others := h.Change("editor"), h.Change("other")
		offer, err := second.Offer(ctx, c)
		h.Must(err)
		key := apptest.NewAuthenticator(t, ours)
		taken := key.Create(offer)
		_, err = second.AddPasskey(ctx, others, "volée", taken)
		apptest.WantProblems(t, err, "code")
		_, err = second.AddPasskey(ctx, c, " ", taken)
		apptest.WantProblems(t, err, "passkey_name")
		codes, err := second.AddPasskey(ctx, c, "téléphone", taken)
		if err != nil || codes != nil {
			t.Errorf("a second key: %v, %v", codes, err)
		}
		_, err = second.AddPasskey(ctx, c, "encore", taken)
		apptest.WantProblems(t, err, "code")
		again, err := second.Offer(ctx, c)
		h.Must(err)
		_, err = second.AddPasskey(ctx, c, "la même", first.Create(again))
		apptest.WantProblems(t, err, "code")
		has, err := second.Of(ctx, h.Who["editor"].PersonID())
		if err != nil || len(has.Passkeys) != 2 || has.Codes != 10 {
			t.Fatalf("%+v, %v", has, err)
		}
		h.WantErr(second.RemovePasskey(ctx, others, has.Passkeys[0].ID), embraye.ErrNotFound)
		for _, k := range has.Passkeys {
			h.Must(second.RemovePasskey(ctx, c, k.ID))
		}
		if has, err = second.Of(ctx, h.Who["editor"].PersonID()); err != nil || has.On() || has.Codes != 0 {
			t.Errorf("after the last key: %+v, %v", has, err)
		}
	})
}
