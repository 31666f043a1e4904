package organisation_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/app/organisation"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/httpsig"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// renaming is an instance with a peer of its own kind and somebody on another
// server, whatever became of its organisation's handle.
type renaming struct {
	*testing.T
	w        *fedtest.World
	in, peer *fedtest.Instance
	masto    *fedtest.Server
	fan      *fedtest.Actor
}

func eachRenaming(t *testing.T, test func(r *renaming)) {
	t.Helper()
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			w := fedtest.New(t, fedtest.Config{Kind: kind}, "ours.example", "peer.example")
			r := &renaming{T: t, w: w, in: w.Instances[0], peer: w.Instances[1], masto: w.Server("masto.example")}
			r.fan = r.masto.Actor("fan")
			test(r)
		})
	}
}

func (r *renaming) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// asks makes the fan follow an actor.
func (r *renaming) asks(handle string) {
	r.Helper()
	got := r.fan.Post(r.in.Site.Base+"/inbox", map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": r.fan.ID + "#" + handle,
		"type": "Follow", "actor": r.fan.ID, "object": string(r.in.Site.ActorID(handle))})
	if got != http.StatusAccepted {
		r.Fatalf("Follow of %s: %d", handle, got)
	}
}

// heard is what came to the fan's server, as "Type by handle" in order of the
// alphabet, once each signature is checked with the key that its actor shows.
func (r *renaming) heard() (said []string) {
	r.Helper()
	r.w.Settle()
	for _, m := range r.masto.Take() {
		actor, _ := m.JSON["actor"].(string)
		if err := r.verify(m, actor); err != nil {
			r.Errorf("%s by %s: %v", m.Type(), actor, err)
		}
		said = append(said, m.Type()+" by "+strings.TrimPrefix(actor, r.in.Site.Base+"/actors/"))
	}
	slices.Sort(said)
	return said
}

func (r *renaming) verify(m fedtest.Message, actor string) error {
	request, err := http.NewRequest(http.MethodPost, r.masto.Base+m.Path, bytes.NewReader(m.Body))
	if err != nil {
		return err
	}
	request.Header = m.Header
	origin := *request.URL
	origin.Path = ""
	signature, err := httpsig.Parse(request, m.Body, httpsig.Policy{Now: r.w.Clock.Now(), BaseURL: &origin})
	if err != nil {
		return err
	}
	answer := r.w.Get(actor, fedtest.ActivityType)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	var doc struct {
		PublicKey struct{ PublicKeyPem string }
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return err
	}
	key, err := httpsig.ParsePublicKey(doc.PublicKey.PublicKeyPem)
	if err != nil {
		return err
	}
	return signature.Verify(key)
}

func (r *renaming) wantHeard(want ...string) {
	r.Helper()
	slices.Sort(want)
	if got := r.heard(); !slices.Equal(got, want) {
		r.Errorf("they heard %q, want %q", got, want)
	}
}

// speaks holds that all that the organisation says leaves and can be checked.
func (r *renaming) speaks(handle string) {
	r.Helper()
	ctx := r.Context()
	r.asks(handle)
	r.asks("mesure1")
	r.wantHeard("Accept by "+handle, "Accept by mesure1")
	_, err := r.in.Peers.Add(ctx, embraye.Operator(), "@organisation@peer.example", embraye.PeerChoices{Gather: true})
	r.must(err)
	r.w.Settle()
	follows, err := r.in.Store.Tables().Follows.List(ctx)
	r.must(err)
	for _, f := range follows {
		if f.State != embraye.FollowAccepted {
			r.Errorf("the Follow of %s is %v", f.Target, f.State)
		}
	}
	if len(follows) < 2 {
		r.Errorf("%d Follows", len(follows))
	}
	apptest.PublishOne(r.T, r.in)
	r.wantHeard("Announce by "+handle, "Create by mesure1")
	r.must(r.in.Talk.SendReport(ctx, embraye.Operator(), r.fan.ID, "Insulte"))
	r.wantHeard("Flag by " + handle)
}

func TestT01RenamedOrganisationStillSigns(t *testing.T) {
	t.Run("in the office", func(t *testing.T) {
		eachRenaming(t, func(r *renaming) {
			r.must(r.in.Organisation.SetHandle(r.Context(), embraye.Operator(), "premier"))
			r.must(r.in.Organisation.SetHandle(r.Context(), embraye.Operator(), "communs"))
			r.speaks("communs")
		})
	})
	t.Run("in the set-up form", func(t *testing.T) {
		eachRenaming(t, func(r *renaming) {
			link, err := r.in.People.SetupLink(r.Context(), embraye.Operator())
			r.must(err)
			_, err = r.in.People.Setup(r.Context(), apptest.TokenOf(link), apptest.SetupInput())
			r.must(err)
			r.must(r.in.Organisation.RotateKey(r.Context(), embraye.Operator(), "communs"))
			r.speaks("communs")
		})
	})
	t.Run("never, with a key of before", func(t *testing.T) {
		eachRenaming(t, func(r *renaming) {
			r.sealAsBefore("organisation")
			r.must(r.opened("organisation"))
			r.speaks("organisation")
		})
	})
	t.Run("with a key of before", func(t *testing.T) {
		eachRenaming(t, func(r *renaming) {
			r.sealAsBefore("organisation")
			r.must(r.in.Organisation.SetHandle(r.Context(), embraye.Operator(), "communs"))
			r.speaks("communs")
		})
	})
}

// sealAsBefore seals the organisation's key as earlier versions did: under a
// handle.
func (r *renaming) sealAsBefore(handle string) {
	r.Helper()
	ctx := r.Context()
	org, err := r.in.Organisation.Profile(ctx)
	r.must(err)
	signer, err := r.in.Store.Tables().Keys.Signer(ctx, org.KeyID)
	r.must(err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(signer)
	r.must(err)
	block, err := aes.NewCipher(storetest.Secret)
	r.must(err)
	aead, err := cipher.NewGCMWithRandomNonce(block)
	r.must(err)
	r.sql("UPDATE actor_keys SET private_enc = $1 WHERE id = $2", aead.Seal(nil, nil, pkcs8, []byte(handle)), org.KeyID)
}

// renameAsBefore gives the organisation another handle as earlier versions did:
// the bytes of its key stay.
func (r *renaming) renameAsBefore(to string) {
	r.Helper()
	ctx, from := r.Context(), r.in.App.Organisation()
	r.sql("UPDATE actors SET handle = $1 WHERE handle = $2", to, from)
	r.sql("UPDATE actor_keys SET actor = $1 WHERE actor = $2", to, from)
	r.must(r.in.Store.InTx(ctx, func(t store.Tables) error {
		return t.Audit.Add(ctx, &embraye.AuditEntry{At: r.w.Clock.Now(), Who: "Ana", Action: "organisation.handle", Object: string(r.in.Site.ActorID(to))})
	}))
	r.must(r.in.App.Reload(ctx))
}

func (r *renaming) sql(query string, args ...any) {
	r.Helper()
	r.must(r.in.Store.InTx(r.Context(), func(t store.Tables) error {
		_, err := t.SQLTx().ExecContext(r.Context(), query, args...)
		return err
	}))
}

// restarted is the instance as a new process sees it: no key is open yet.
func (r *renaming) restarted() {
	r.Helper()
	r.w.Restart(r.in)
}

// opened is the start of a process.
func (r *renaming) opened(first string) error {
	r.restarted()
	return organisation.OpenKeys(r.Context(), r.in.App.Options, first)
}

// What an instance says that an earlier version renamed: nothing of the
// organisation, which holds up nobody else, until a start heals it.
func TestT01InstancesThatWereRenamedHeal(t *testing.T) {
	eachRenaming(t, func(r *renaming) {
		r.sealAsBefore("organisation")
		r.renameAsBefore("communs")
		r.restarted()
		r.asks("communs")
		r.asks("mesure1")
		r.wantHeard("Accept by mesure1")
		for range 5 {
			r.w.Clock.Advance(24 * time.Hour)
			r.wantHeard()
		}
		r.must(r.opened("organisation"))
		r.wantHeard("Accept by communs")
		r.must(r.opened("organisation")) // once more changes nothing
		r.wantHeard()
	})
	for name, c := range map[string]struct {
		first   string // handle at the first start
		renames []string
		setting string
	}{
		"T01 the handle of the settings":        {"collectif", []string{"communs"}, "collectif"},
		"T01 the usual handle, settings differ": {"organisation", []string{"communs"}, "autre"},
		"T01 renamed twice":                     {"organisation", []string{"premier", "communs"}, "organisation"},
		"T01 a key made under a handle between": {"premier", []string{"premier", "second", "communs"}, "organisation"},
	} {
		t.Run(name, func(t *testing.T) {
			eachRenaming(t, func(r *renaming) {
				r.sealAsBefore(c.first)
				for _, to := range c.renames {
					r.renameAsBefore(to)
				}
				r.must(r.opened(c.setting))
				r.speaks("communs")
			})
		})
	}
}

// A key that nothing opens is named before anybody is answered.
func TestT01AStartNamesTheKeyThatFails(t *testing.T) {
	eachRenaming(t, func(r *renaming) {
		r.sealAsBefore("inconnu")
		r.renameAsBefore("communs")
		err := r.opened("organisation")
		if err == nil || !strings.Contains(err.Error(), "@communs") || !strings.Contains(err.Error(), "EMBRAYE_ORG_HANDLE") {
			r.Errorf("a key sealed under an unknown name: %v", err)
		}
		r.must(r.opened("inconnu"))
		// The key of one actor in the row of another opens nowhere.
		r.sql("UPDATE actor_keys SET private_enc = (SELECT private_enc FROM actor_keys WHERE actor = 'mesure1') WHERE actor = 'mesure3'")
		err = r.opened("organisation")
		if err == nil || !strings.Contains(err.Error(), "@mesure3") || strings.Contains(err.Error(), "EMBRAYE_ORG_HANDLE") {
			r.Errorf("a measure's key: %v", err)
		}
	})
}
