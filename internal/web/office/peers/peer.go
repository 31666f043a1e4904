package peers

import (
	"cmp"
	"context"
	"errors"

	"embraye/internal/app/peers"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
	"embraye/internal/web/page"
)

// A peerPage is all that is known of a peer.
type peerPage struct {
	*embraye.KeptPeer
	OtherText bool
	Signatory embraye.Signatory
}

// Choices is what is chosen now.
func (p *peerPage) Choices() embraye.PeerChoices { return p.PeerChoices }

// title names a peer in the words of its own, or by its handle.
func (p *peerPage) title() string { return cmp.Or(page.PlainName(p.Name), page.PlainName(p.Handle)) }

func readPeer(v *office.Visit, id int64) (*peerPage, error) {
	kept, err := v.Rooms.Peers.Take(v.Context(), id)
	if err != nil {
		return nil, err
	}
	signed, err := v.Rooms.Organisation.Signatory(v.Context(), kept.Organisation)
	return &peerPage{kept, kept.Known.OtherText(v.Rooms.App.Reference().TextIRI()), signed}, err
}

func showPeer(v *office.Visit) error {
	id, err := v.Number("id")
	if err != nil {
		return err
	}
	kept, err := readPeer(v, id)
	if err != nil {
		return err
	}
	return v.Show("peer", kept.title(), kept)
}

// changePeer does what the pressed button says.
func changePeer(v *office.Visit) error {
	id, err := v.Number("id")
	if err != nil {
		return err
	}
	ctx, done := patiently(v)
	defer done()
	said, err := press(ctx, v, id)
	if errors.Is(err, embraye.ErrNotFound) {
		return office.Late(v, err, "/office/peers")
	}
	if errors.Is(err, embraye.ErrConflict) {
		err = &embraye.InvalidError{Problems: []embraye.Problem{{Field: "peer", Code: "peer_changed_meanwhile"}}}
	}
	if err != nil {
		kept, readErr := readPeer(v, id)
		if readErr != nil {
			return readErr
		}
		return v.Again(err, "peer", kept.title(), kept)
	}
	if said == "office.said.peer_removed" {
		return v.Said("/office/peers", said)
	}
	return v.Said(v.R.URL.Path, said)
}

func press(ctx context.Context, v *office.Visit, id int64) (said string, err error) {
	room := v.Rooms.Peers
	switch v.Form("action") {
	case "choose":
		return "office.said.done", room.Choose(ctx, v.By, id, choicesOf(v))
	case "gather":
		return "office.said.peer_gather", room.Gather(ctx, v.By, id)
	case "read":
		skipped, err := room.Read(ctx, v.By, id)
		return afterReading("office.said.peer_read", skipped), err
	case "ask":
		asked, err := room.Ask(ctx, v.By, id)
		if err != nil {
			return "", err
		}
		return afterReading("office.said.peer_asked", asked.Skipped), nil
	case "signatory":
		return "office.said.done", setSignatory(ctx, v, id)
	case "accept":
		return "office.said.peer_accepted", room.Accept(ctx, v.By, id, v.Form("shown"))
	case "decline":
		return "office.said.peer_declined", room.Decline(ctx, v.By, id, v.Form("shown"))
	case "remove":
		return "office.said.peer_removed", remove(ctx, v, id)
	}
	return "", embraye.ErrInvalid
}

// afterReading says that some measures could not be read, if it is so.
func afterReading(said string, skipped []peers.SkippedMeasure) string {
	if len(skipped) > 0 {
		return "office.said.peer_read_in_part"
	}
	return said
}

// remove wants to know what becomes of what was gathered.
func remove(ctx context.Context, v *office.Visit, id int64) error {
	switch fate := v.Form("fate"); fate {
	case "keep", "forget":
		return v.Rooms.Peers.Remove(ctx, v.By, id, fate == "forget")
	}
	return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "fate", Code: "required"}}}
}

func setSignatory(ctx context.Context, v *office.Visit, id int64) error {
	kept, err := v.Rooms.Peers.Take(ctx, id)
	if err != nil {
		return err
	}
	return office.SetSignatory(v, kept.Organisation)
}
