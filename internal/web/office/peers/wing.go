// Package peers is the room for other organisations' instances: who they are,
// what is done with what they say, and what waits for an answer of ours.
//
// What always holds: everything is decided by app/peers, as for the commands;
// an address is looked at before anybody is asked to choose; a refusal comes
// back as one sentence beside the field, with what was typed.
//
// Start reading at room.go.
package peers

import (
	"context"
	"embed"
	"errors"
	"html/template"
	"slices"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

//go:embed templates/*.html
var templateFiles embed.FS

// Wing has the pages of the subject.
func Wing() office.Wing {
	return office.Wing{Routes: routes, Files: templateFiles, Funcs: template.FuncMap{"stateOf": stateOf, "followStates": followStates, "chosen": chosen,
		"past": past, "accounts": accounts, "changes": changes, "texts": texts, "fates": fates, "nameOf": nameOf}}
}

func routes(p office.Plan) {
	p.See(embraye.Admin, "/office/peers", showRoom)
	p.Do(embraye.Admin, "/office/peers", changeRoom)
	p.See(embraye.Admin, "/office/peers/new", showNew)
	p.Do(embraye.Admin, "/office/peers/new", add)
	p.See(embraye.Admin, "/office/peers/list", showList)
	p.Send(embraye.Admin, "/office/peers/list", changeList)
	p.See(embraye.Admin, "/office/peers/{id}", showPeer)
	p.Do(embraye.Admin, "/office/peers/{id}", changePeer)
}

// patience is how long a browser waits while other servers are asked: less than
// proxies do.
const patience = 50 * time.Second

// patiently is the time of a visit in which others are asked.
func patiently(v *office.Visit) (context.Context, context.CancelFunc) {
	return context.WithTimeout(v.Context(), patience)
}

// choicesOf are the boxes of a form.
func choicesOf(v *office.Visit) embraye.PeerChoices {
	return embraye.PeerChoices{Gather: v.Form("gather") != "", Boost: v.Form("boost") != "", TrustReviews: v.Form("trust_reviews") != "", Copies: v.Form("copies") != ""}
}

// aboutChoices reports whether an error is about the boxes of a form and nothing else.
func aboutChoices(err error) bool {
	var invalid *embraye.InvalidError
	return errors.As(err, &invalid) && !slices.ContainsFunc(invalid.Problems, func(p embraye.Problem) bool { return p.Field != "boost" && p.Field != "copies" })
}
