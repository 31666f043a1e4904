package passkey

import (
	"encoding/json"
	"fmt"

	"github.com/go-webauthn/webauthn/webauthn"
)

// user is a holder as the library sees one.
type user struct {
	Holder
	credentials []webauthn.Credential
}

func newUser(h Holder) (*user, error) {
	u := &user{Holder: h, credentials: make([]webauthn.Credential, len(h.Records))}
	for i, record := range h.Records {
		if err := json.Unmarshal(record, &u.credentials[i]); err != nil {
			return nil, fmt.Errorf("passkey: a kept key: %w", err)
		}
	}
	return u, nil
}

// WebAuthnID names the holder to the key.
func (u *user) WebAuthnID() []byte { return []byte(u.Handle) }

// WebAuthnName tells accounts apart where a key shows several.
func (u *user) WebAuthnName() string { return u.Name }

// WebAuthnDisplayName is what a key shows.
func (u *user) WebAuthnDisplayName() string { return u.Display }

// WebAuthnCredentials are the holder's keys.
func (u *user) WebAuthnCredentials() []webauthn.Credential { return u.credentials }
