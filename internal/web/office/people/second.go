package people

import (
	"errors"

	"embraye/internal/app/people"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// sessionProof is the key of the proof that its person has shown all they have.
const sessionProof = "proof"

// A secondPage is one's second factor.
type secondPage struct {
	Factors   embraye.Factors
	Enrolment *people.Enrolment // a code generator that waits for its first code
	Proven    bool              // all was shown a moment ago
	Owed      bool              // nothing else is open before
	Offered   bool              // browsers know passkeys at our address
	Kept      []office.Waiting  // where what was being written comes back
}

// changeOf is a change of the visit's person.
func changeOf(v *office.Visit) people.Change {
	return people.Change{By: v.By, Proof: v.Sessions().GetString(v.Context(), sessionProof), Session: v.Sessions().Token(v.Context())}
}

func readSecond(v *office.Visit) (page *secondPage, err error) {
	second, c := v.Rooms.People.Second, changeOf(v)
	page = &secondPage{Offered: second.Passkeys(), Kept: office.KeptFor(v)}
	if page.Factors, err = second.Of(v.Context(), v.By.PersonID()); err != nil {
		return nil, err
	}
	if page.Owed, err = second.Owes(v.Context(), v.By.Person); err != nil {
		return nil, err
	}
	if page.Proven, err = second.Proven(v.Context(), c); err != nil || !page.Proven {
		return page, err
	}
	page.Enrolment, err = second.Enrolment(v.Context(), c)
	if errors.Is(err, embraye.ErrForbidden) { // it has just run out
		page.Proven, err = false, nil
	}
	return page, err
}

func showSecond(v *office.Visit) error {
	page, err := readSecond(v)
	if err != nil {
		return err
	}
	return v.Show("second", "office.second", page)
}

// A codesPage shows recovery codes, in this answer alone.
type codesPage struct {
	Codes []string
	For   string
}

// changeSecond does what the pressed button says.
func changeSecond(v *office.Visit) error {
	second, c := v.Rooms.People.Second, changeOf(v)
	switch v.Form("action") {
	case "question":
		options, err := second.OwnQuestion(v.Context(), v.By)
		return answerJSON(v, options, err)
	case "offer":
		options, err := second.Offer(v.Context(), c)
		return answerJSON(v, options, err)
	}
	codes, err := doSecond(v, c)
	if errors.Is(err, embraye.ErrNotFound) || errors.Is(err, embraye.ErrConflict) {
		return office.Late(v, err, office.SecondPath)
	}
	if errors.Is(err, embraye.ErrForbidden) {
		return v.Said(office.SecondPath, "office.said.prove_again")
	}
	if err != nil {
		page, pageErr := readSecond(v)
		if pageErr != nil {
			return pageErr
		}
		return v.Again(err, "second", "office.second", page)
	}
	if err := v.Sessions().RenewToken(v.Context()); err != nil {
		return err
	}
	if codes != nil {
		return v.Show("codes", "office.codes", codesPage{codes, v.By.Person.Email})
	}
	if v.Form("action") == "prove" || v.Form("action") == "app" {
		return v.Redirect(office.SecondPath)
	}
	return v.Said(office.SecondPath, "office.said.done")
}

// doSecond returns recovery codes that are to be shown.
func doSecond(v *office.Visit, c people.Change) (codes []string, err error) {
	second, ctx := v.Rooms.People.Second, v.Context()
	switch v.Form("action") {
	case "prove":
		proof, err := second.Prove(ctx, v.By, v.R.PostFormValue("old_password"), answerOf(v), client(v))
		if err == nil {
			v.Sessions().Put(ctx, sessionProof, proof)
		}
		return nil, err
	case "app":
		return nil, second.BeginApp(ctx, c)
	case "app_confirm":
		return second.ConfirmApp(ctx, c, v.Form("code"))
	case "app_remove":
		return nil, second.RemoveApp(ctx, c)
	case "passkey":
		return second.AddPasskey(ctx, c, v.Form("passkey_name"), v.R.PostFormValue("passkey"))
	case "passkey_remove":
		return nil, second.RemovePasskey(ctx, c, v.Form("id"))
	case "codes":
		return second.NewCodes(ctx, c)
	}
	return nil, embraye.ErrInvalid
}
