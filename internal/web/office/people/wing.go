// Package people is who may enter: the first page of an instance, signing in,
// invitations, passwords, the list of people and one's own account.
//
// A one-time link is a key: it is written out nowhere, and what it was for is told
// to nobody else. Start reading at sign_in.go.
package people

import (
	"embed"
	"html/template"

	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

//go:embed templates/*.html
var templateFiles embed.FS

// Wing has the pages of the subject.
func Wing() office.Wing {
	return office.Wing{Routes: routes, Files: templateFiles, Funcs: template.FuncMap{"rolesOf": rolesOf, "drawQR": drawQR, "otpauth": otpauth}}
}

func routes(p office.Plan) {
	p.Door("/setup/{token}", setupForm)
	p.KnockWithFiles("/setup/{token}", setup)
	p.Door("/login", loginForm)
	p.Knock("/login", login)
	p.Door("/login/second", stepForm)
	p.Knock("/login/second", step)
	p.Knock("/logout", logout)
	p.Door("/invite/{token}", inviteForm)
	p.Knock("/invite/{token}", acceptInvite)
	p.Door("/reset", askResetForm)
	p.Knock("/reset", askReset)
	p.Door("/reset/{token}", resetForm)
	p.Knock("/reset/{token}", reset)
	p.See(embraye.Reader, "/office/account", account)
	p.Do(embraye.Reader, "/office/account", changeAccount)
	p.SeeFirst(embraye.Reader, office.SecondPath, showSecond)
	p.DoFirst(embraye.Reader, office.SecondPath, changeSecond)
	p.See(embraye.Admin, "/office/people", showPeople)
	p.Do(embraye.Admin, "/office/people", change)
}
