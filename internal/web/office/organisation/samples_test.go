package organisation

import (
	"time"

	"embraye/internal/chatons"
	"embraye/internal/embraye"
)

// Samples is every page of the wing with something in each of its corners, by
// template.
func Samples() map[string][]any {
	org := &embraye.Actor{Handle: "organisation", Name: "Organisation", Links: []embraye.ActorLink{{Name: "Site", Href: "https://o.example/"}}, IconFile: "a.png"}
	now := time.Date(2026, 5, 8, 10, 0, 0, 0, time.UTC)
	return map[string][]any{
		"jobs": {[]embraye.ChoreState{}, []embraye.ChoreState{{Chore: embraye.ChoreMail, DoneAt: &now, Took: 1200 * time.Millisecond, NextAt: &now, Waiting: 2},
			{Chore: embraye.ChoreFiles, Error: "no disk", FailedAt: &now, FailingSince: &now}}},
		"organisation": {&organisationPage{Organisation: org, Rows: org.Links, Off: []embraye.Actor{{Handle: "mesure3", Measure: "m3", Name: "Mesure 3"}}},
			&organisationPage{Organisation: &embraye.Actor{Handle: "organisation"}, HandleLocked: true}},
		"health":  {&healthPage{}, &healthPage{Inside: everyFinding(), Outside: &outsideLook{now, everyFinding()[:1]}}},
		"legal":   {legalPage{Names: embraye.LegalTexts(), Texts: map[string]string{"director": "Ana"}}},
		"chatons": {newChatonsPage(chatons.Info{Separator: ","}), newChatonsPage(chatons.Info{On: true, Separator: ";", Values: map[string]string{"organization.type": "OTHER"}, More: "metrics.x=1"})},
		"audit":   {&embraye.AuditPage{}, &embraye.AuditPage{Entries: []embraye.AuditEntry{{Action: "update.publish", Who: "Ana", Public: true, Reason: "r", Detail: "d"}, {Action: "other"}}, Next: 2}},
	}
}
