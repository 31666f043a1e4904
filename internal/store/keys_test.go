package store_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

func TestKeysAreSealed(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			ctx, url := t.Context(), storetest.URL(t, kind)
			s := storetest.OpenURL(t, url, nil)
			var id int64
			write(t, s, func(ctx context.Context, tx store.Tables) error {
				row, err := tx.Keys.Insert(ctx, &embraye.Actor{Handle: "mesure1", Kind: embraye.MeasureActor}, key)
				if id = row.ID; !strings.HasPrefix(row.PublicPEM, "-----BEGIN PUBLIC KEY-----") {
					t.Errorf("public key = %q", row.PublicPEM)
				}
				if _, err := tx.Keys.Signer(ctx, id); err != nil {
					t.Errorf("signer inside the transaction: %v", err)
				}
				return err
			})
			signer, err := s.Tables().Keys.Signer(ctx, id)
			must(t, err)
			digest := sha256.Sum256([]byte("x"))
			signature, err := signer.Sign(rand.Reader, digest[:], crypto.SHA256)
			must(t, err)
			must(t, rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest[:], signature))

			for _, c := range []struct {
				secret []byte
				want   string
			}{{[]byte(strings.Repeat("x", 32)), "secret does not fit"}, {nil, "no secret"}} {
				other, err := store.Open(ctx, store.Options{URL: url, Secret: c.secret})
				must(t, err)
				if _, err := other.Tables().Keys.Signer(ctx, id); err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("with secret %q: %v; want %q", c.secret, err, c.want)
				}
				must(t, other.Close())
			}
			if n, err := s.Tables().Keys.Count(ctx); n != 1 || err != nil {
				t.Errorf("Count = %d, %v", n, err)
			}
		})
	}
	if _, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + t.TempDir() + "/x.db", Secret: []byte("short")}); err == nil {
		t.Error("a short secret was accepted")
	}
}
