package activitypub

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"embraye/internal/embraye"
	"embraye/internal/markup"
	"embraye/internal/proof"
)

// Limits of what we keep of somebody's profile (F093).
const (
	maxUsername  = 64
	maxActorName = 500
	maxProfile   = 20_000
	maxKeys      = 5
	maxPEM       = 5000
	maxAliases   = 20
	maxKeyID     = 2048
)

// actorTypes are the five types of ActivityStreams.
var actorTypes = map[string]bool{"Person": true, "Group": true, "Organization": true, "Application": true, "Service": true}

// ErrNoActor is the ErrInvalid of a document that is something else than an actor.
var ErrNoActor = fmt.Errorf("not an actor: %w", embraye.ErrInvalid)

// ReadActor reads a fetched actor document. What identifies it must be right:
// id, inbox on the same host, key owned by it; what only decorates is cut or
// left out. FetchedAt is the caller's to set.
func ReadActor(obj map[string]any) (a *embraye.RemoteActor, err error) {
	defer guard(&err)
	a = &embraye.RemoteActor{Type: firstString(obj["type"])}
	if !actorTypes[a.Type] {
		return nil, fmt.Errorf("a %.60q is %w", a.Type, ErrNoActor)
	}
	id, _ := obj["id"].(string)
	if a.URI, err = embraye.ParseIRI(id, true); err != nil {
		return nil, fmt.Errorf("id of the actor: %w", err)
	}
	a.Host = a.URI.Host()
	if a.Inbox = sameHost(obj["inbox"], a.URI); a.Inbox == "" {
		return nil, fmt.Errorf("actor %s: %w", a.URI, invalid(errors.New("no inbox on its own server")))
	}
	username, _ := obj["preferredUsername"].(string)
	if username == "" || len(username) > maxUsername || !visible(username) {
		return nil, fmt.Errorf("actor %s: %w", a.URI, invalid(errors.New("no preferredUsername that can be shown")))
	}
	a.Username = username
	if keys := ReadKeys(obj); len(keys) > 0 {
		a.KeyID, a.KeyPEM = keys[0].ID, keys[0].PEM
	}
	a.Multikeys, a.TakesEd25519 = readMultikeys(obj, a.URI), takesEd25519(obj)
	readProfile(a, obj)
	return a, nil
}

// maxMultikeys is how many Mastodon reads.
const maxMultikeys = 10

// readMultikeys finds the Ed25519 keys with which an actor signs and proves
// (FEP-521a): its own, embedded, under its own id. A key of another kind is
// passed over, and so is one whose end cannot be read.
func readMultikeys(obj map[string]any, actor embraye.IRI) []embraye.Multikey {
	var keys []embraye.Multikey
	for i, v := range many(obj["assertionMethod"]) {
		if i >= maxMultikeys {
			break
		}
		m, _ := v.(map[string]any)
		k := embraye.Multikey{ID: plain(m, "id"), Key: plain(m, "publicKeyMultibase")}
		owner, fragment, _ := strings.Cut(k.ID, "#")
		if !slices.Contains(many(m["type"]), any("Multikey")) || plain(m, "controller") != string(actor) || owner != string(actor) || fragment == "" || len(k.ID) > maxKeyID {
			continue
		}
		if _, err := proof.ParseMultikey(k.Key); err != nil {
			continue
		}
		if _, has := m["expires"]; has {
			end := moment(m["expires"])
			if end.IsZero() {
				continue
			}
			k.Expires = &end
		}
		keys = append(keys, k)
	}
	return keys
}

// takesEd25519 reports whether an actor's server says that it verifies Ed25519
// (FEP-844e).
func takesEd25519(obj map[string]any) bool {
	for _, g := range many(obj["generator"]) {
		m, _ := g.(map[string]any)
		for _, v := range many(m["implements"]) {
			if link, ok := v.(map[string]any); ok && link["href"] == implementsEd25519 || v == implementsEd25519 {
				return true
			}
		}
	}
	return false
}

func readProfile(a *embraye.RemoteActor, obj map[string]any) {
	if endpoints, ok := obj["endpoints"].(map[string]any); ok {
		a.SharedInbox = sameHost(endpoints["sharedInbox"], a.URI)
	}
	a.Followers, a.Outbox = sameHost(obj["followers"], a.URI), sameHost(obj["outbox"], a.URI)
	a.Name = cut(embraye.Straight(embraye.OneLine(firstString(obj["name"]))), maxActorName)
	a.Summary = cut(embraye.Straight(firstString(obj["summary"])), maxProfile) // PostgreSQL keeps no NUL either
	a.URL = pageURL(obj["url"], a.URI)
	a.IconURL = iconURL(obj["icon"])
	for _, v := range many(obj["alsoKnownAs"]) {
		if i, err := embraye.ParseIRI(idOf(v), true); err == nil && len(a.AlsoKnownAs) < maxAliases {
			a.AlsoKnownAs = append(a.AlsoKnownAs, string(i))
		}
	}
	if i, err := embraye.ParseIRI(idOf(obj["movedTo"]), true); err == nil {
		a.MovedTo = string(i)
	}
	t := terms(obj)
	a.Organisation = string(sameHost(t.get("organisation"), a.URI))
	a.Measures = string(sameHost(t.get("measures"), a.URI))
	if template := t.text("reviewsAbout"); strings.Count(template, embraye.DigestPlace) == 1 &&
		sameHost(strings.Replace(template, embraye.DigestPlace, "0", 1), a.URI) != "" {
		a.ReviewsAbout = template
	}
	if measure := idOf(t.get("measure")); embraye.WebAddress(measure) {
		a.Measure = measure
	}
}

// sameHost is a canonical address on the actor's own server, or none: an actor
// may not point our deliveries at somebody else (F119).
func sameHost(value any, actor embraye.IRI) embraye.IRI {
	i, err := embraye.ParseIRI(idOf(value), true)
	if err != nil || !embraye.SameOrigin(i, actor) {
		return ""
	}
	return i
}

// iconURL is the first image of a profile that has a web address.
func iconURL(value any) string {
	for _, v := range many(value) {
		m, ok := v.(map[string]any)
		if !ok {
			continue
		}
		for _, u := range many(m["url"]) {
			href, _ := u.(string)
			if link, ok := u.(map[string]any); ok {
				href, _ = link["href"].(string)
			}
			if embraye.WebAddress(href) {
				return href
			}
		}
	}
	return ""
}

// visible reports whether a name has only characters that show: no spaces,
// controls or invisible ones (F143).
func visible(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r == 0x7f || r >= 0x80 && markup.Hidden(r) || strings.ContainsRune(`@/<>"`, r)
	})
}

// cut shortens to at most max bytes, at a character.
func cut(s string, max int) string {
	if len(s) <= max {
		return s
	}
	for max > 0 && !utf8.RuneStart(s[max]) {
		max--
	}
	return s[:max]
}

// Key is a public key as a document names it.
type Key struct {
	ID, Owner, PEM string
}

// ReadKeys finds the keys of a document: of an actor, of the stub that
// GoToSocial serves to strangers, or of a document that is only a key. At most
// five are read (Mastodon 4.6 lists several); each must be owned by the
// document that shows it, its id be on the same server, and it must not be the
// private half: nobody makes us keep one (F054).
func ReadKeys(obj map[string]any) []Key {
	owner, _ := obj["id"].(string)
	candidates := many(obj["publicKey"])
	if _, isKey := obj["publicKeyPem"]; isKey {
		owner, _ = obj["owner"].(string)
		candidates = []any{obj}
	}
	var keys []Key
	for i, c := range candidates {
		m, ok := c.(map[string]any)
		if i >= maxKeys {
			break
		}
		if !ok {
			continue
		}
		k := Key{ID: plain(m, "id"), Owner: idOf(m["owner"]), PEM: plain(m, "publicKeyPem")}
		id, err := embraye.ParseID(k.ID, true)
		if err == nil && k.Owner == owner && owner != "" && len(k.PEM) <= maxPEM && strings.Contains(k.PEM, "-----BEGIN ") && !strings.Contains(k.PEM, "PRIVATE KEY") && embraye.SameOrigin(id, embraye.IRI(owner)) {
			keys = append(keys, k)
		}
	}
	return keys
}
