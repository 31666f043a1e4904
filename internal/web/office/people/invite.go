package people

import (
	"embraye/internal/app/people"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

type invitePage struct{ Link *embraye.Link }

func inviteForm(v *office.Visit) error {
	state, link, err := v.Rooms.People.InviteState(v.Context(), v.Param("token"))
	if err != nil {
		return err
	}
	if state != embraye.LinkValid {
		return showLink(v, embraye.InviteLink, state)
	}
	return v.Show("invite", "office.invite", invitePage{link})
}

func acceptInvite(v *office.Visit) error {
	person, err := v.Rooms.People.AcceptInvite(v.Context(), v.Param("token"), people.NewPerson{Name: v.Form("name"), Password: v.R.PostFormValue("password"), Language: v.Lang})
	if err != nil {
		state, link, stateErr := v.Rooms.People.InviteState(v.Context(), v.Param("token"))
		if stateErr != nil {
			return stateErr
		}
		if state != embraye.LinkValid {
			return showLink(v, embraye.InviteLink, state)
		}
		return v.Again(err, "invite", "office.invite", invitePage{link})
	}
	if err := signIn(v, person); err != nil {
		return err
	}
	return v.Said("/office", "office.said.welcome")
}
