package activitypub

import "embraye/internal/embraye"

// Claims is what an actor's document says in our terms, wherever that leads:
// ReadActor leaves out what is not on the actor's own server, and whoever
// wants to know why asks here.
type Claims struct {
	Organisation, Measures string // as written, or none
	ApprovesFollows        bool   // somebody decides who follows
}

// ReadClaims reads them.
func ReadClaims(obj map[string]any) Claims {
	t := terms(obj)
	approves, _ := obj["manuallyApprovesFollowers"].(bool)
	return Claims{Organisation: idOf(t.get("organisation")), Measures: idOf(t.get("measures")), ApprovesFollows: approves}
}

// Outside reports whether a claimed address is on another server than the one
// whose document claims it.
func Outside(claimed string, document embraye.IRI) bool {
	return claimed != "" && !embraye.SameOrigin(embraye.IRI(claimed), document)
}
