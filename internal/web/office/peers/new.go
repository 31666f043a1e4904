package peers

import (
	"errors"
	"net/http"
	"strconv"

	"embraye/internal/app/peers"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// A newPage is a field for an address, and what was found there.
type newPage struct {
	Address string
	Look    *peers.Look // nil: nobody was looked at yet
}

// Choices is what is ticked at first.
func (newPage) Choices() embraye.PeerChoices { return embraye.PeerChoices{Gather: true} }

// showNew is the empty form, or what was typed before the session ended.
func showNew(v *office.Visit) error {
	values, _ := v.TypedBefore()
	return v.Render(http.StatusOK, "peer_new", "office.peers.new", &newPage{Address: values.Get("peer")}, nil, nil)
}

// add looks at an organisation, then adds it with the choices.
func add(v *office.Visit) error {
	switch v.Form("action") {
	case "look":
		page, err := lookAt(v)
		if err != nil {
			return v.Again(err, "peer_new", "office.peers.new", page)
		}
		return v.Show("peer_new", "office.peers.new", page)
	case "add":
		return addLooked(v)
	}
	return embraye.ErrInvalid
}

func lookAt(v *office.Visit) (page *newPage, err error) {
	ctx, done := patiently(v)
	defer done()
	page = &newPage{Address: v.Form("peer")}
	page.Look, err = v.Rooms.Peers.Look(ctx, v.By, page.Address)
	return page, err
}

// addLooked reads the organisation anew: what the page said of it is not
// believed.
func addLooked(v *office.Visit) error {
	ctx, done := patiently(v)
	defer done()
	added, err := v.Rooms.Peers.Add(ctx, v.By, v.Form("peer"), choicesOf(v))
	if err == nil {
		said := "office.said.peer_added"
		if len(added.Skipped) > 0 {
			said = "office.said.peer_added_in_part"
		}
		return v.Said("/office/peers/"+strconv.FormatInt(added.ID, 10), said)
	}
	page := &newPage{Address: v.Form("peer")}
	if aboutChoices(err) { // the choices come back with what they are about
		var lookErr error
		if page, lookErr = lookAt(v); lookErr != nil && !errors.Is(lookErr, embraye.ErrInvalid) {
			return lookErr
		}
	}
	return v.Again(err, "peer_new", "office.peers.new", page)
}
