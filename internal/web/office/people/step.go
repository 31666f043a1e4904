package people

import (
	"errors"
	"net/http"
	"strings"

	"embraye/internal/app/people"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// A stepPage asks for the second factor of somebody whose password was right.
type stepPage struct {
	Factors    embraye.Factors
	Next, Kept string
}

// stepCookie holds the ticket between the two steps; it is no session, and opens
// no page of the office.
func stepCookie(v *office.Visit, token string, seconds int) *http.Cookie {
	c := &http.Cookie{Name: "embraye-step", Value: token, Path: "/", MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if strings.HasPrefix(v.Site().Base, "https://") {
		c.Name, c.Secure = "__Host-embraye-step", true
	}
	return c
}

// stepTicket is the ticket of the visit, "" without one.
func stepTicket(v *office.Visit) string {
	c, err := v.R.Cookie(stepCookie(v, "", 0).Name)
	if err != nil {
		return ""
	}
	return c.Value
}

// stepSeconds is how long browsers keep a ticket: no shorter than it counts.
const stepSeconds = 300

// askStep asks for the second factor of somebody who has one.
func askStep(v *office.Visit, person *embraye.Person, next, kept string) (asked bool, err error) {
	ticket, err := v.Rooms.People.Second.Begin(v.Context(), person)
	if err != nil || ticket == "" {
		return false, err
	}
	has, err := v.Rooms.People.Second.Waits(v.Context(), ticket)
	if err != nil {
		return false, err
	}
	http.SetCookie(v.W, stepCookie(v, ticket, stepSeconds))
	return true, v.Show("step", "office.step", &stepPage{has, next, kept})
}

// stepForm is the page once more, in another language say.
func stepForm(v *office.Visit) error {
	has, err := v.Rooms.People.Second.Waits(v.Context(), stepTicket(v))
	if errors.Is(err, embraye.ErrForbidden) {
		return v.Redirect("/login")
	}
	if err != nil {
		return err
	}
	return v.Show("step", "office.step", &stepPage{Factors: has, Next: office.NextPath(v.R.URL.Query().Get("next"))})
}

func step(v *office.Visit) error {
	ticket := stepTicket(v)
	if v.Form("action") == "question" {
		options, err := v.Rooms.People.Second.Question(v.Context(), ticket)
		return answerJSON(v, options, err)
	}
	has, err := v.Rooms.People.Second.Waits(v.Context(), ticket)
	if errors.Is(err, embraye.ErrForbidden) {
		return v.Redirect("/login")
	}
	if err != nil {
		return err
	}
	page := &stepPage{has, office.NextPath(v.R.PostFormValue("next")), v.R.PostFormValue("kept")}
	person, err := v.Rooms.People.Second.SignIn(v.Context(), ticket, answerOf(v), client(v))
	if err != nil {
		return stepRefused(v, page, err)
	}
	http.SetCookie(v.W, stepCookie(v, "", -1))
	if err := signIn(v, person); err != nil {
		return err
	}
	return v.GoOn(page.Next, page.Kept)
}

func stepRefused(v *office.Visit, page *stepPage, err error) error {
	var invalid *embraye.InvalidError
	switch {
	case errors.Is(err, embraye.ErrForbidden):
		return v.Redirect("/login")
	case errors.As(err, &invalid):
		logRefusedSignIn(v, "wrong second factor")
		return v.Render(http.StatusUnauthorized, "step", "office.step", page, nil, invalid.Problems)
	case errors.As(err, new(*embraye.TooMany)):
		logRefusedSignIn(v, "too many tries")
	}
	return v.Again(err, "step", "office.step", page)
}

// answerOf is what a form shows besides the password.
func answerOf(v *office.Visit) people.Answer {
	return people.Answer{Code: v.R.PostFormValue("code"), Passkey: v.R.PostFormValue("passkey")}
}

// answerJSON hands a question to the page's script.
func answerJSON(v *office.Visit, body []byte, err error) error {
	if err != nil {
		return err
	}
	v.W.Header().Set("Content-Type", "application/json")
	_, _ = v.W.Write(body) // a reader who hung up is no error of ours
	return nil
}
