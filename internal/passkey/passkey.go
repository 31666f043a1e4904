// Package passkey asks the keys of authenticators (WebAuthn) and checks what they
// answer. It alone knows the library for it, and keeps nothing: a question and
// what is needed to check its answer go to the caller, who sees to it that each is
// answered once.
//
// What always holds: keys belong to the host of the configured origin, never to
// what a request calls us; a counter that does not rise is a copied key, and
// refused (WebAuthn 3, 7.2).
package passkey

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// maxAnswer bounds what an authenticator says, in bytes.
const maxAnswer = 64 << 10

// ErrWrong is an answer that is not the one of this question and these keys.
var ErrWrong = errors.New("passkey: not the answer")

// ErrCopied is an answer of a key that has signed elsewhere since: its counter did not
// rise. It is ErrWrong, too.
var ErrCopied = fmt.Errorf("%w: the key has signed elsewhere, or was copied", ErrWrong)

// A Party asks for keys in the name of an origin.
type Party struct{ auth *webauthn.WebAuthn }

// New makes the party of an origin. Where it is no name, as 127.0.0.1, browsers
// know no keys: it is nil, and offers none.
func New(origin string) *Party {
	u, err := url.Parse(origin)
	if err != nil || protocol.ValidateRPID(u.Hostname()) != nil {
		return nil
	}
	auth, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: u.Host, RPOrigins: []string{origin},
		AttestationPreference:  protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementDiscouraged, UserVerification: protocol.VerificationPreferred}})
	if err != nil {
		return nil
	}
	return &Party{auth}
}

// A Key is what is kept of one.
type Key struct {
	ID     string // base64url
	Count  uint32 // of signatures, as the key counts them
	Record []byte // what the next check needs
}

// A Holder is whose keys they are. The handle is opaque to the key.
type Holder struct {
	Handle, Name, Display string
	Records               [][]byte
}

// A Question is what a browser hands to an authenticator, and what the answer is
// checked with. Its challenge is its name, never used twice.
type Question struct {
	Challenge      string
	Options, State []byte
}

// Offer asks an authenticator for a new key; those that the holder has refuse.
func (p *Party) Offer(h Holder) (*Question, error) {
	user, err := newUser(h)
	if err != nil {
		return nil, err
	}
	creation, session, err := p.auth.BeginRegistration(user, webauthn.WithExclusions(webauthn.Credentials(user.credentials).CredentialDescriptors()))
	if err != nil {
		return nil, fmt.Errorf("passkey: offering: %w", err)
	}
	return question(creation.Response, session)
}

// Take checks the answer to an offer.
func (p *Party) Take(h Holder, state, answer []byte) (*Key, error) {
	user, session, err := reopened(h, state, answer)
	if err != nil {
		return nil, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrWrong, err)
	}
	credential, err := p.auth.CreateCredential(user, *session, parsed)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrWrong, err)
	}
	return kept(credential)
}

// Ask asks for one of the holder's keys.
func (p *Party) Ask(h Holder) (*Question, error) {
	user, err := newUser(h)
	if err != nil {
		return nil, err
	}
	assertion, session, err := p.auth.BeginLogin(user)
	if err != nil {
		return nil, fmt.Errorf("passkey: asking: %w", err)
	}
	return question(assertion.Response, session)
}

// Check tells which key has answered, with its new count.
func (p *Party) Check(h Holder, state, answer []byte) (*Key, error) {
	user, session, err := reopened(h, state, answer)
	if err != nil {
		return nil, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrWrong, err)
	}
	credential, err := p.auth.ValidateLogin(user, *session, parsed)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrWrong, err)
	}
	if credential.Authenticator.CloneWarning {
		return nil, ErrCopied
	}
	return kept(credential)
}

// ChallengeOf is the question that an answer says it answers.
func ChallengeOf(answer []byte) (string, error) {
	var outer struct {
		Response struct {
			ClientData string `json:"clientDataJSON"`
		} `json:"response"`
	}
	if len(answer) > maxAnswer || json.Unmarshal(answer, &outer) != nil {
		return "", ErrWrong
	}
	data, err := base64.RawURLEncoding.DecodeString(outer.Response.ClientData)
	var client struct {
		Challenge string `json:"challenge"`
	}
	if err != nil || json.Unmarshal(data, &client) != nil || client.Challenge == "" {
		return "", ErrWrong
	}
	return client.Challenge, nil
}

func question(options any, session *webauthn.SessionData) (*Question, error) {
	q := &Question{Challenge: session.Challenge}
	var err error
	if q.Options, err = json.Marshal(options); err != nil {
		return nil, err
	}
	q.State, err = json.Marshal(session)
	return q, err
}

func reopened(h Holder, state, answer []byte) (*user, *webauthn.SessionData, error) {
	if len(answer) > maxAnswer {
		return nil, nil, fmt.Errorf("%w: %d bytes", ErrWrong, len(answer))
	}
	session := new(webauthn.SessionData)
	if err := json.Unmarshal(state, session); err != nil {
		return nil, nil, fmt.Errorf("passkey: a kept question: %w", err)
	}
	u, err := newUser(h)
	return u, session, err
}

// kept leaves away who made the key: nobody asks for it, and it would say more
// about a person than is needed.
func kept(c *webauthn.Credential) (*Key, error) {
	c.Attestation, c.Extensions = webauthn.CredentialAttestation{}, webauthn.CredentialExtensions{}
	record, err := json.Marshal(c)
	return &Key{ID: base64.RawURLEncoding.EncodeToString(c.ID), Count: c.Authenticator.SignCount, Record: record}, err
}
