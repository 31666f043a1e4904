package peers

import (
	"cmp"
	"slices"
	"strings"

	"embraye/internal/app/peers"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
	"embraye/internal/web/page"
)

// stateOf is how far our asking a peer has come, in words.
func stateOf(p *office.Page, k embraye.KeptPeer) string {
	return p.Name("office.peers.state", k.State())
}

// followStates counts whom we asked of a peer and who has accepted.
func followStates(p *office.Page, k embraye.KeptPeer) string {
	accepted := 0
	for _, f := range k.Follows {
		if f.State == embraye.FollowAccepted {
			accepted++
		}
	}
	return p.N("office.peers.accounts", len(k.Follows), accepted)
}

// chosen are the choices for a peer, in words.
func chosen(p *office.Page, c embraye.PeerChoices) string {
	var list []string
	for _, choice := range []struct {
		on  bool
		key string
	}{{c.Gather, "gather"}, {c.Boost, "boost"}, {c.TrustReviews, "trust_reviews"}, {c.Copies, "copies"}} {
		if choice.on {
			list = append(list, p.T("office.peers.chosen."+choice.key))
		}
	}
	if len(list) == 0 {
		return p.T("office.peers.chosen.none")
	}
	return strings.Join(list, " · ")
}

// past says how far what a peer published before was read; nothing where
// nothing is gathered.
func past(p *office.Page, k embraye.KeptPeer) string {
	sum, over := k.Gathering(), 0
	for _, b := range k.Backfills {
		if b.DoneAt != nil {
			over++
		}
	}
	switch {
	case !k.Gather:
		return ""
	case len(k.Backfills) == 0:
		return p.T("office.peers.past.none")
	case sum.DoneAt != nil:
		return p.N("office.peers.past.over", sum.Kept, p.Minute(*sum.DoneAt))
	}
	return p.N("office.peers.past.under_way", sum.Kept, over, len(k.Backfills))
}

// An account is an actor of a peer, how far our asking has come, and how far its
// past was read.
type account struct {
	Address, Name, State string
	Past                 *embraye.Backfill
	Why                  string // its past was not read to the end, or not wholly
}

// accounts are all that a peer has, as far as we follow them or should: the
// account of the organisation first.
func accounts(p *office.Page, k embraye.KeptPeer) (list []account) {
	for _, f := range k.Follows {
		a := account{Address: string(f.Target), Name: office.AccountOf(string(f.Target)), State: p.Name("office.peers.state", f.State)}
		if i := slices.IndexFunc(k.Backfills, func(b embraye.Backfill) bool { return b.Actor == f.Target }); i >= 0 {
			a.Past = &k.Backfills[i]
			if key := "office.peers.reason." + a.Past.Reason; p.Catalogue.Has(key) {
				a.Why = p.T(key)
			}
		}
		list = append(list, a)
	}
	if !k.Gather || k.Known == nil {
		return list
	}
	for _, m := range k.Known.Measures {
		if !slices.ContainsFunc(k.Follows, func(f embraye.Follow) bool { return f.Target == m }) {
			list = append(list, account{Address: string(m), Name: office.AccountOf(string(m)), State: p.T("office.peers.unread")})
		}
	}
	return list
}

// A change is one thing that a peer says otherwise now: what, about whom, and
// how it was and is.
type change struct{ What, About, Before, After string }

// changes are what waits for an admin, in words.
func changes(p *office.Page, k embraye.Peer) (list []change) {
	for _, c := range k.Changes() {
		one := change{What: p.T("office.peers.change." + c.What), About: office.AccountOf(c.About)}
		switch c.What {
		case "key":
			one.Before, one.After = k.Known.Keys[embraye.IRI(c.About)], k.Changed.Keys[embraye.IRI(c.About)]
		case "log":
			one.About, one.Before, one.After = k.Changed.Log.Origin, k.Known.Log.VKey, c.About
		case "witness":
			one.About, one.Before, one.After = k.Changed.Witness.Name, k.Known.Witness.VKey, c.About
		case "reference":
			one.About, one.Before, one.After = "", strings.Join(k.Known.Reference, " "), c.About
		}
		list = append(list, one)
	}
	return list
}

// texts are the reference texts that a peer follows.
func texts(p *office.Page, list []string, other bool) string {
	switch {
	case len(list) == 0:
		return p.T("office.peers.text.unsaid")
	case other:
		return p.T("office.peers.text.other", strings.Join(list, ", "))
	}
	return p.T("office.peers.text.ours")
}

// nameOf names an organisation that was looked at.
func nameOf(l *peers.Look) string { return cmp.Or(page.PlainName(l.Name), page.PlainName(l.Handle)) }

// fates are what becomes of the constats of a peer that leaves.
func fates() []string { return []string{"keep", "forget"} }
