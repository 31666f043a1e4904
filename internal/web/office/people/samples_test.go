package people

import (
	"time"

	"embraye/internal/app/people"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// Samples is every page of the wing with something in each of its corners, by
// template.
func Samples() map[string][]any {
	day := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	org := &embraye.Actor{Handle: "organisation", Name: "Organisation", Links: []embraye.ActorLink{{Name: "Site", Href: "https://o.example/"}}, IconFile: "a.png"}
	person := embraye.Person{ID: 2, Name: "Bea", Email: "bea@a.example", Role: embraye.Editor}
	shut := embraye.Person{ID: 3, Name: "Cleo", Email: "cleo@a.example", Role: embraye.Reader, Disabled: true}
	keys := []embraye.Passkey{{ID: "a", Name: "téléphone", CreatedAt: day, UsedAt: &day}, {ID: "b", Name: "clé bleue", CreatedAt: day}}
	both := embraye.Factors{CodeApp: true, Passkeys: keys, Codes: 7}
	return map[string][]any{
		"step":      {&stepPage{Factors: both, Next: "/office", Kept: "eA"}, &stepPage{Factors: embraye.Factors{CodeApp: true}}, &stepPage{Factors: embraye.Factors{Passkeys: keys}}},
		"second":    {&secondPage{Offered: true}, &secondPage{Factors: both, Offered: true}, &secondPage{Factors: both, Proven: true, Offered: true, Owed: true}, &secondPage{Proven: true, Enrolment: &people.Enrolment{Text: "GEZDGNBVGY3TQOJQ", URI: "otpauth://totp/x"}}},
		"codes":     {codesPage{Codes: []string{"0000-1111-2222-3333"}, For: "bea@a.example"}},
		"link":      {linkPage{Kind: embraye.SetupLink, State: embraye.LinkUsed}, linkPage{Kind: embraye.InviteLink, State: embraye.LinkExpired}, linkPage{Kind: embraye.ResetLink, State: embraye.LinkUnknown}},
		"setup":     {&setupPage{Organisation: org, Rows: org.Links, Measures: []embraye.Actor{{Handle: "mesure2", Name: "Mesure 2"}}}, &setupPage{Organisation: org, HandleLocked: true}},
		"login":     {&office.LoginPage{Next: "/office", Kept: "eA", Lost: true}},
		"invite":    {invitePage{Link: &embraye.Link{Email: "bea@a.example", Role: embraye.Editor}}},
		"reset_ask": {resetAskPage{}, resetAskPage{Asked: true}, resetAskPage{Asked: true, Mails: true}},
		"reset":     {nil},
		"people":    {&peoplePage{People: []embraye.Person{person, shut}, Invites: []embraye.Link{{Email: "d@a.example", Role: embraye.Admin}}, NotMailed: map[string]embraye.AuditEntry{"d@a.example": {Detail: "550 5.1.1"}}, Link: "https://x", LinkFor: "d@a.example"}},
		"account":   {&accountPage{TwoSteps: true}, &accountPage{Sessions: []embraye.Session{{TokenHash: "a", UserAgent: "Firefox"}, {TokenHash: "b"}}, Current: "b"}},
	}
}
