package people

import (
	"errors"

	"embraye/internal/app/people"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// An accountPage is one's own password, language and sessions.
type accountPage struct {
	Sessions []embraye.Session
	Current  string
	TwoSteps bool
}

func readAccount(v *office.Visit) (*accountPage, error) {
	sessions, err := v.Rooms.People.Sessions(v.Context(), v.By.PersonID())
	if err != nil {
		return nil, err
	}
	has, err := v.Rooms.People.Second.Of(v.Context(), v.By.PersonID())
	return &accountPage{Sessions: sessions, Current: people.SessionHash(v.Sessions().Token(v.Context())), TwoSteps: has.On()}, err
}

func account(v *office.Visit) error {
	page, err := readAccount(v)
	if err != nil {
		return err
	}
	return v.Show("account", "office.account", page)
}

func changeAccount(v *office.Visit) error {
	var err error
	switch v.Form("action") {
	case "password":
		if err = v.Rooms.People.ChangePassword(v.Context(), v.By, v.R.PostFormValue("old_password"), v.R.PostFormValue("password"), v.Sessions().Token(v.Context())); err == nil {
			err = v.Sessions().RenewToken(v.Context())
		}
	case "language":
		if err = v.Rooms.People.SetLanguage(v.Context(), v.By, v.Form("language")); err == nil {
			v.KeepLanguage(v.Form("language")) // the switch may have said another one before
		}
	case "end":
		if err = v.Rooms.People.EndSession(v.Context(), v.By, v.Form("session")); errors.Is(err, embraye.ErrNotFound) {
			err = nil // it has ended already
		}
	default:
		err = embraye.ErrInvalid
	}
	if err == nil {
		return v.Said("/office/account", "office.said.done")
	}
	page, pageErr := readAccount(v)
	if pageErr != nil {
		return pageErr
	}
	return v.Again(err, "account", "office.account", page)
}
