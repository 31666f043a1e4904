package people

import (
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// A resetAskPage asks for the address, or says what happens now.
type resetAskPage struct{ Asked, Mails bool }

func askResetForm(v *office.Visit) error {
	return v.Show("reset_ask", "office.reset", resetAskPage{Mails: v.Rooms.App.Mails()})
}

// askReset says the same whether the account exists or not; the link goes by
// mail, or the admin finds the wish on the start page and hands one out.
func askReset(v *office.Visit) error {
	if err := v.Rooms.People.AskReset(v.Context(), v.Form("email"), client(v)); err != nil {
		return v.Again(err, "reset_ask", "office.reset", resetAskPage{Mails: v.Rooms.App.Mails()})
	}
	return v.Show("reset_ask", "office.reset", resetAskPage{Asked: true, Mails: v.Rooms.App.Mails()})
}

func resetForm(v *office.Visit) error {
	state, err := v.Rooms.People.ResetState(v.Context(), v.Param("token"))
	if err != nil {
		return err
	}
	if state != embraye.LinkValid {
		return showLink(v, embraye.ResetLink, embraye.LinkUnknown) // whose it was is nobody's business
	}
	return v.Show("reset", "office.reset", nil)
}

func reset(v *office.Visit) error {
	state, err := v.Rooms.People.ResetState(v.Context(), v.Param("token"))
	if err != nil {
		return err
	}
	if state != embraye.LinkValid {
		return showLink(v, embraye.ResetLink, embraye.LinkUnknown) // whose it was is nobody's business
	}
	person, err := v.Rooms.People.ResetPassword(v.Context(), v.Param("token"), v.R.PostFormValue("password"))
	if err != nil {
		if state, stateErr := v.Rooms.People.ResetState(v.Context(), v.Param("token")); stateErr != nil {
			return stateErr
		} else if state != embraye.LinkValid { // used a moment ago
			return showLink(v, embraye.ResetLink, embraye.LinkUnknown)
		}
		return v.Again(err, "reset", "office.reset", nil)
	}
	if asked, err := askStep(v, person, "/office", ""); asked || err != nil { // a link is no second factor
		return err
	}
	if err := signIn(v, person); err != nil {
		return err
	}
	return v.Said("/office", "office.said.password")
}
