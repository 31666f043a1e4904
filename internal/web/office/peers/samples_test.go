package peers

import (
	"time"

	"embraye/internal/app/peers"
	"embraye/internal/embraye"
)

// Samples is every page of the wing with something in each of its corners, by
// template.
func Samples() map[string][]any {
	now := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	org, m1, m2 := embraye.IRI("https://pair.example/actors/organisation"), embraye.IRI("https://pair.example/actors/mesure1"), embraye.IRI("https://pair.example/actors/mesure2")
	known := &embraye.PeerFacts{Reference: []string{"https://textes.example/1"}, Measures: []embraye.IRI{m1, m2}, Keys: map[embraye.IRI]string{org: "aa", m1: "bb"}}
	changed := &embraye.PeerFacts{Reference: []string{"https://textes.example/2"}, Measures: []embraye.IRI{m1, org + "/3"}, Keys: map[embraye.IRI]string{org: "cc", m1: "bb"}}
	full := embraye.KeptPeer{Peer: embraye.Peer{ID: 2, Organisation: org, Host: "pair.example", Handle: "organisation@pair.example", Name: "Pair", CreatedAt: now, Software: "embraye",
		PeerChoices: embraye.PeerChoices{Gather: true, Boost: true, TrustReviews: true, Copies: true}, SoftwareVersion: "1.2", ApprovesFollows: true, ConstatCount: 12, Known: known, Changed: changed,
		LastNewsAt: &now, LastReadAt: &now, SilentSince: &now},
		Follows:   []embraye.Follow{{Target: org, State: embraye.FollowAccepted}, {Target: m1, State: embraye.FollowRejected}},
		Backfills: []embraye.Backfill{{Actor: m1, Kept: 3, Pages: 1, Refused: 2, Reason: "not_understood", DoneAt: &now}}, Constats: 3, MovedTo: "https://new.example/actors/organisation"}
	reading := full
	reading.Changed, reading.SilentSince, reading.LastNewsAt = nil, nil, nil
	reading.Backfills = []embraye.Backfill{{Actor: m1, Kept: 1, Pages: 1, NextAt: &now, Reason: "other"}}
	reading.Follows = []embraye.Follow{{Target: org, State: embraye.FollowAccepted}, {Target: m1, State: embraye.FollowPending}}
	bare := embraye.KeptPeer{Peer: embraye.Peer{ID: 1, Organisation: org, Host: "pair.example", Handle: "organisation@pair.example", Name: "Pair"}}
	silentOnes := bare
	silentOnes.Gather = true
	followers := 4
	look := &peers.Look{Organisation: org, Handle: "organisation@pair.example", Name: "Pair", Software: "embraye", Version: "1.2", Reference: known.Reference, OtherText: true,
		Measures: []*embraye.RemoteActor{{URI: m1, Name: "Mesure 1"}, {URI: m2}}, Constats: 12, Followers: &followers, ApprovesFollows: true,
		Skipped: []peers.SkippedMeasure{{Measure: m2, Why: embraye.ErrGone}}, Peer: &full.Peer}
	stranger := *look
	stranger.Peer = nil
	var lines []peers.Line
	for i, v := range []peers.Verdict{peers.Fresh, peers.Added, peers.Already, peers.Twice, peers.Unseen} {
		lines = append(lines, peers.Line{Number: i + 1, Address: "@organisation@pair.example", Verdict: v, Look: look})
	}
	lines = append(lines, peers.Line{Number: 9, Address: "x", Verdict: peers.Refused, Why: &embraye.Problem{Field: "peer", Code: "does_not_answer", Value: "pair.example"}})
	return map[string][]any{
		"peers": {&embraye.PeersRoom{}, &embraye.PeersRoom{Peers: []embraye.KeptPeer{full, reading, bare, silentOnes}, Next: 1, Total: 40, Waiting: []embraye.Peer{full.Peer}, Listed: true,
			Asking: []embraye.RemoteActor{{URI: m1, Host: "pair.example", Username: "mesure1", Name: "Mesure 1"}, {URI: m2}}}},
		"peer_new":  {&newPage{}, &newPage{Address: "@organisation@pair.example", Look: look}, &newPage{Address: "x", Look: &stranger}, &newPage{Look: &peers.Look{Organisation: org, Handle: "organisation@pair.example"}}},
		"peer_list": {&listPage{}, &listPage{Text: "x", Next: 40, Total: 80, Fresh: 1, Lines: lines}, &listPage{Lines: lines, Added: 1, Done: true}},
		"peer":      {&peerPage{&full, true, ""}, &peerPage{&reading, false, "no"}, &peerPage{&bare, false, ""}, &peerPage{&silentOnes, false, "https://a.example/"}},
	}
}
