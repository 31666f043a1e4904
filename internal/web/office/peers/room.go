package peers

import (
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// showRoom lists the peers, and what waits.
func showRoom(v *office.Visit) error {
	before, err := v.Before()
	if err != nil {
		return err
	}
	room, err := v.Rooms.Peers.Room(v.Context(), v.By, before)
	if err != nil {
		return err
	}
	return v.Show("peers", "office.peers", room)
}

// changeRoom says whether everybody may read the list.
func changeRoom(v *office.Visit) error {
	if v.Form("action") != "listed" {
		return embraye.ErrInvalid
	}
	if err := v.Rooms.Peers.SetListed(v.Context(), v.By, v.Form("organisations_txt") != ""); err != nil {
		return err
	}
	return v.Said("/office/peers", "office.said.done")
}
