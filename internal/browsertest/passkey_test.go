package browsertest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"embraye/internal/embraye"
)

// withKey plugs a security key into a tab, touched as soon as it asks.
func withKey() Step {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		if _, err := cdp.Call(ctx, tab, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, tab, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportUsb,
			HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
		return err
	})
}

// A passkey is added with a press, and opens the office after the password; a
// browser that runs no script is told so, and comes in with a recovery code.
func TestPasskeyInABrowser(t *testing.T) {
	in := NewAt(t, "localhost") // browsers know passkeys of names alone
	in.AddPerson(adminEmail, embraye.Admin, password)
	browser, judge, validator := Browser(t), NewJudge(t), NewValidator(t)
	p := in.Sit(browser, true)
	look := func(name string) { // pages that only somebody with a factor sees
		t.Helper()
		judge.Check(t, p.Tab)
		source := Read(t, p.Tab, chromedp.Evaluate[string]("fetch(location).then((r) => r.text())", chromedp.EvalAwaitPromise))
		validator.Add(t, name, []byte(source))
	}
	Run(t, p.Tab, withKey())
	p.SignIn(adminEmail, password)
	p.Open("/office/account/second")
	p.Write("passkey_name", "clé bleue")
	p.Press(`[data-key="create"]`)
	p.Sees("Vos codes de secours")
	recovery := p.Text("main ol code")
	judge.Check(t, p.Tab)
	p.Press(`main .acts a`)
	p.Sees("clé bleue", "Il en reste 10.")
	p.Write("passkey_name", "la même")
	Run(t, p.Tab, chromedp.Click(chromedp.CSS(`[data-key="create"]`)), chromedp.WaitVisible(chromedp.CSS(`#cle-neuve`)))
	p.Sees("Cette clé est déjà ajoutée")
	p.Press(`main button[value="app"]`)
	p.Sees("copiez-y la clé")
	look("a code app that waits")
	for range 2 { // its count rises
		p.Press(`header form button`)
		p.Write("email", adminEmail)
		p.Write("password", password)
		p.Press("main form button[type=submit]")
		p.Sees("Seconde étape", "Servez-vous de votre clé d’accès")
		p.Open("/login/second")
		look("the second step")
		p.Press(`[data-key="get"]`)
		if !strings.HasPrefix(p.Path(), "/office") {
			t.Fatalf("the key led to %s: %s", p.Path(), p.Text("main"))
		}
	}

	// What has run out meanwhile is no fault of the key: the next page says what to do.
	in.Clock.Advance(time.Minute)
	p.Open("/office/account/second")
	p.Write("passkey_name", "trop tard")
	in.Clock.Advance(11 * time.Minute)
	p.Press(`[data-key="create"]`)
	p.Sees("Les dix minutes sont passées")

	plain := in.Sit(browser, false)
	plain.Open("/login")
	plain.Write("email", adminEmail)
	plain.Write("password", password)
	plain.Press("main form button[type=submit]")
	plain.Sees("demande un navigateur récent, avec script")
	if shown := Read(t, plain.Tab, chromedp.Evaluate[bool](`!document.querySelector('[data-key]').hidden`)); shown {
		t.Error("a button that does nothing is shown")
	}
	plain.Write("code", recovery)
	plain.Press("main form button[type=submit]")
	if !strings.HasPrefix(plain.Path(), "/office") {
		t.Errorf("the recovery code led to %s", plain.Path())
	}
	validator.Check(t)
}
