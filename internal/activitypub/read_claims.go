package activitypub

import (
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/translog"
)

// Claims is what an actor's document says in our terms, wherever that leads:
// ReadActor leaves out what is not on the actor's own server, and whoever
// wants to know why asks here.
type Claims struct {
	Organisation, Measures string // as written, or none
	ApprovesFollows        bool   // somebody decides who follows
	Log                    *embraye.PeerLog
	Witness                *embraye.PeerWitness
}

// ReadClaims reads them.
func ReadClaims(obj map[string]any) Claims {
	t := terms(obj)
	approves, _ := obj["manuallyApprovesFollowers"].(bool)
	id, _ := obj["id"].(string)
	return Claims{Organisation: idOf(t.get("organisation")), Measures: idOf(t.get("measures")), ApprovesFollows: approves,
		Log: readLog(t.get("log"), embraye.IRI(id)), Witness: readWitness(t.get("witness"), embraye.IRI(id))}
}

// Outside reports whether a claimed address is on another server than the one
// whose document claims it.
func Outside(claimed string, document embraye.IRI) bool {
	return claimed != "" && !embraye.SameOrigin(embraye.IRI(claimed), document)
}

// readLog reads which log an account keeps: one of its own host, or none.
func readLog(value any, actor embraye.IRI) *embraye.PeerLog {
	m, _ := value.(map[string]any)
	l := &embraye.PeerLog{Origin: plain(m, "origin"), VKey: plain(m, "vkey"), Prefix: plain(m, "prefix")}
	name, err := translog.LogName(l.VKey)
	if err != nil || name != l.Origin || !onHost(l.Origin, actor) || !below(l.Prefix, actor) {
		return nil
	}
	return l
}

// readWitness reads how an account signs the logs of others: on its own host, or
// not at all.
func readWitness(value any, actor embraye.IRI) *embraye.PeerWitness {
	m, _ := value.(map[string]any)
	w := &embraye.PeerWitness{Name: plain(m, "name"), VKey: plain(m, "vkey"), Submission: plain(m, "submission"), Monitoring: plain(m, "monitoring")}
	v, err := translog.NewCosignatory(w.VKey)
	if err != nil || v.Name() != w.Name || !onHost(w.Name, actor) || !below(w.Submission, actor) || !below(w.Monitoring, actor) {
		return nil
	}
	return w
}

// onHost tells whether the name of a log or witness is one of the actor's host.
func onHost(name string, actor embraye.IRI) bool { return strings.HasPrefix(name, actor.Host()+"/") }

// below tells whether a prefix is a folder of the actor's server.
func below(prefix string, actor embraye.IRI) bool {
	return strings.HasSuffix(prefix, "/") && sameHost(prefix, actor) == embraye.IRI(prefix)
}
