package people

import (
	"errors"
	"net"
	"net/http"

	"embraye/internal/app/people"
	"embraye/internal/embraye"
	"embraye/internal/web/answer"
	"embraye/internal/web/office"
)

// logRefusedSignIn is the line that fail2ban reads.
func logRefusedSignIn(v *office.Visit, reason string) {
	v.Log().Warn("sign-in refused", "client", answer.ClientOf(v.R), "reason", reason)
}

// signIn begins a new session, so that nobody who knew the old id is in.
func signIn(v *office.Visit, person *embraye.Person) error {
	if err := v.Sessions().RenewToken(v.Context()); err != nil {
		return err
	}
	v.Sessions().Put(v.Context(), people.SessionPerson, person.ID)
	v.Sessions().Put(v.Context(), people.SessionUserAgent, v.R.UserAgent())
	proof, err := v.Rooms.People.Second.Proved(v.Context(), person)
	if err == nil {
		v.Sessions().Put(v.Context(), sessionProof, proof)
	}
	return err
}

func loginForm(v *office.Visit) error {
	return v.Show("login", "office.login", office.SignInPage(v, v.R.URL.Query().Get("next"), ""))
}

// login answers the same whether the account exists or not.
func login(v *office.Visit) error {
	next := office.NextPath(v.R.PostFormValue("next"))
	page := office.SignInPage(v, next, v.R.PostFormValue("kept"))
	person, err := v.Rooms.People.SignIn(v.Context(), v.Form("email"), v.R.PostFormValue("password"), client(v))
	var many *embraye.TooMany
	if errors.As(err, &many) {
		logRefusedSignIn(v, "too many tries")
	}
	if errors.Is(err, embraye.ErrForbidden) {
		logRefusedSignIn(v, "wrong address or password")
		problem := embraye.Problem{Field: "email", Code: "wrong_password"}
		return v.Render(http.StatusUnauthorized, "login", "office.login", page, v.R.PostForm, []embraye.Problem{problem})
	}
	if err != nil {
		return v.Again(err, "login", "office.login", page)
	}
	if asked, err := askStep(v, person, page.Next, page.Kept); asked || err != nil {
		return err
	}
	if err := signIn(v, person); err != nil {
		return err
	}
	return v.GoOn(next, page.Kept)
}

// client is the address of whoever asks, as the guard has settled it.
func client(v *office.Visit) string {
	host, _, err := net.SplitHostPort(v.R.RemoteAddr)
	if err != nil {
		return v.R.RemoteAddr
	}
	return host
}

func logout(v *office.Visit) error {
	if err := v.Sessions().Destroy(v.Context()); err != nil {
		return err
	}
	return v.Redirect("/login")
}
