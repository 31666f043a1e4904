package people

import (
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// Samples is every page of the wing with something in each of its corners, by
// template.
func Samples() map[string][]any {
	org := &embraye.Actor{Handle: "organisation", Name: "Organisation", Links: []embraye.ActorLink{{Name: "Site", Href: "https://o.example/"}}, IconFile: "a.png"}
	person := embraye.Person{ID: 2, Name: "Bea", Email: "bea@a.example", Role: embraye.Editor}
	shut := embraye.Person{ID: 3, Name: "Cleo", Email: "cleo@a.example", Role: embraye.Reader, Disabled: true}
	return map[string][]any{
		"link":      {linkPage{Kind: embraye.SetupLink, State: embraye.LinkUsed}, linkPage{Kind: embraye.InviteLink, State: embraye.LinkExpired}, linkPage{Kind: embraye.ResetLink, State: embraye.LinkUnknown}},
		"setup":     {&setupPage{Organisation: org, Rows: org.Links, Measures: []embraye.Actor{{Handle: "mesure2", Name: "Mesure 2"}}}, &setupPage{Organisation: org, HandleLocked: true}},
		"login":     {&office.LoginPage{Next: "/office", Kept: "eA", Lost: true}},
		"invite":    {invitePage{Link: &embraye.Link{Email: "bea@a.example", Role: embraye.Editor}}},
		"reset_ask": {resetAskPage{}, resetAskPage{Asked: true}, resetAskPage{Asked: true, Mails: true}},
		"reset":     {nil},
		"people":    {&peoplePage{People: []embraye.Person{person, shut}, Invites: []embraye.Link{{Email: "d@a.example", Role: embraye.Admin}}, Link: "https://x", LinkFor: "d@a.example"}},
		"account":   {&accountPage{Sessions: []embraye.Session{{TokenHash: "a", UserAgent: "Firefox"}, {TokenHash: "b"}}, Current: "b"}},
	}
}
