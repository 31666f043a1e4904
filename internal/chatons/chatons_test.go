package chatons_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"embraye/internal/chatons"
	"embraye/internal/embraye"
)

var own = chatons.Own{Base: "https://ours.example", Name: "Les Communs", Description: "Une association.\nDeux lignes\r\nhost.name = ailleurs", Mention: "https://ours.example/@nous",
	Email: "nous@ours.example", Version: "1.2.3"}

// read is a file as its reader has it: each key once.
func read(t *testing.T, text []byte) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, pair := range chatons.Pairs(string(text)) {
		if _, twice := found[pair[0]]; twice || strings.ContainsAny(pair[0], " \t#") {
			t.Errorf("the key %q is there twice, or is none:\n%s", pair[0], text)
		}
		found[pair[0]] = pair[1]
	}
	return found
}

// What is written is read again as it was meant, whatever values hold.
func TestFilesAreReadAgain(t *testing.T) {
	info, err := chatons.Info{On: true, Separator: ";", Values: map[string]string{"organization.type": "ASSOCIATION", "organization.startdate": "2016-10-12",
		"host.name": "a = b # c\nservice.name = eux", "host.description": "  é\t\"=\" \\u0041 ", "host.server.type": "VIRTUAL"},
		More: "# une remarque\r\norganization.funding.liberapay=https://liberapay.com/x?a=b\r\n\r\nmetrics.http.visits.humans.2026.months=,73,33;10\nservice.status.level = DOWN\nsubs.autre=https://ours.example/autre.properties"}.Check()
	if err != nil {
		t.Fatal(err)
	}
	info.SavedAt = time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	for name, want := range map[string]struct {
		file   []byte
		values map[string]string
	}{
		"organization": {chatons.Organization(own, info), map[string]string{"file.class": "Organization", "file.protocol": "ChatonsInfos-0.5", "file.datetime": "2026-05-01T10:00:00",
			"file.generator": "Embraye 1.2.3", "organization.name": "Les Communs", "organization.description": "Une association. Deux lignes host.name = ailleurs",
			"organization.type": "ASSOCIATION", "organization.startdate": "2016-10-12", "organization.contact.email": "nous@ours.example", "host.name": "",
			"organization.funding.liberapay": "https://liberapay.com/x?a=b", "organization.legal.url": "https://ours.example/mentions-legales",
			"subs.embraye": "https://ours.example/.well-known/chatonsinfos/embraye.properties", "subs.autre": "https://ours.example/autre.properties"}},
		"service": {chatons.Service(own, info), map[string]string{"service.name": "Les Communs", "host.name": "a = b # c service.name = eux", "host.description": `é "=" \u0041`,
			"host.server.type": "VIRTUAL", "software.name": "Embraye", "software.version": "1.2.3", "software.license.name": "AGPL-3.0-or-later", "service.status.level": "DOWN",
			"subs.metrics": "https://ours.example/.well-known/chatonsinfos/embraye-metrics.properties", "organization.type": ""}},
		"metrics": {chatons.Metrics(own, info), map[string]string{"metrics.http.visits.humans.2026.months": ";73;33;10", "service.name": ""}},
	} {
		found := read(t, want.file)
		for key, value := range want.values {
			if found[key] != value {
				t.Errorf("%s: %s is %q, want %q", name, key, found[key], value)
			}
		}
	}
}

// All that is wrong is named at once, by the field of the form.
func TestMistakesAreNamed(t *testing.T) {
	_, err := chatons.Info{Separator: "|", Values: map[string]string{"organization.type": "CLUB", "organization.startdate": "12/10/2016", "service.startdate": "2026-02-30",
		"organization.guide.technical": "doc", "host.server.type": "NANO", "host.provider.type": "OUTSOURCED"}, More: "metrics.a=1\nfile.class=Service"}.Check()
	var wrong *embraye.InvalidError
	if !errors.As(err, &wrong) {
		t.Fatal(err)
	}
	var fields []string
	for _, p := range wrong.Problems {
		fields = append(fields, p.Field+" "+p.Code)
	}
	want := "chatons_organization_type unknown, chatons_organization_startdate chatons_date, chatons_organization_guide_technical bad_url, chatons_service_startdate chatons_date, " +
		"chatons_host_provider_type chatons_pair, chatons_separator unknown, chatons_more chatons_line"
	if got := strings.Join(fields, ", "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, bad := range []string{"organization", "=x", "organization.=x", "ORGANIZATION.name=x", "x.y=1", "organization.a b=1"} {
		if _, err := (chatons.Info{Separator: ",", More: bad}).Check(); err == nil {
			t.Errorf("%q is a line", bad)
		}
	}
}
