package storetest

import (
	"fmt"

	"embraye/internal/embraye"
)

// Sample rows: complete enough for every constraint, different by number.

// ID is a valid ULID; a higher number sorts later.
func ID(n int) string { return fmt.Sprintf("01k0000000%016d", n) }

// Object is the address of the constat with that ID on an instance of ours.
func Object(n int) embraye.IRI { return embraye.IRI("https://ours.example/constats/" + ID(n)) }

// Someone is an actor on a host.
func Someone(host string, n int) embraye.IRI {
	return embraye.IRI(fmt.Sprintf("https://%s/users/u%d", host, n))
}

// SharedInbox is the shared inbox of a host.
func SharedInbox(host string) embraye.IRI { return embraye.IRI("https://" + host + "/inbox") }

// Update is a constat of measure m1.
func Update(n int) *embraye.Update {
	u := &embraye.Update{
		ID:          ID(n),
		Scope:       embraye.Scope{Measure: "m1", Subject: embraye.BySubjectCivilSociety, Territory: "FR"},
		Actor:       "mesure1",
		Content:     embraye.Content{Stage: embraye.UnderWay, Title: "T", Summary: "S", Confidence: embraye.Primary, Licence: "CC0-1.0", Language: "fr"},
		Revision:    1,
		Substance:   1,
		PublishedAt: Start,
		Wire:        []byte(`{"type":"Note"}`),
		WireVersion: 1,
	}
	u.ScopeKey = u.Scope.Key()
	return u
}

// Activity is a Create of mesure1 about Object(n).
func Activity(n int) *embraye.Activity {
	return &embraye.Activity{
		ID: ID(n), Actor: "mesure1", Type: "Create", Object: string(Object(n)), Audience: embraye.ToMany,
		Public: true, InOutbox: true, Body: []byte(`{"type":"Create"}`), KeyID: 1, CreatedAt: Start,
	}
}

// Follower follows mesure1 through the shared inbox of the host.
func Follower(host string, n int) *embraye.Follower {
	who := Someone(host, n)
	return &embraye.Follower{
		Actor: "mesure1", Follower: who, Host: host, Inbox: who + "/inbox", Delivery: SharedInbox(host),
		FollowID: fmt.Sprintf("https://%s/follows/%d", host, n), CreatedAt: Start,
	}
}

// Interaction is a reaction of somebody to Object(object).
func Interaction(kind embraye.InteractionKind, host string, n, object int) *embraye.Interaction {
	who := Someone(host, n)
	return &embraye.Interaction{
		Kind: kind, Actor: who, Object: Object(object), ActivityID: fmt.Sprintf("%s#%ss/%d", who, kind, object),
		Delivery: SharedInbox(host), CreatedAt: Start,
	}
}
