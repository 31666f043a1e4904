package settings

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/mail"

	"github.com/google/go-cmp/cmp"
)

func writeFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "embraye.env")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestSettingsHaveDefaults(t *testing.T) {
	got, err := Load([]string{"PATH=/bin"}, "")
	if err != nil {
		t.Fatal(err)
	}
	want := Settings{
		BaseURL: "http://localhost:8080", HandleDomain: "localhost:8080", Listen: "127.0.0.1:8080",
		DataDir: "./data", SecretFile: "data/secret.key", DatabaseURL: "sqlite:data/embraye.db",
		OrgHandle: "organisation", OrgName: "Mon organisation", Language: "fr",
		FederationMode: "open", DeliveryConcurrency: 256, Web: true, Worker: true, RateLimits: true, BackupMaxAge: 48 * time.Hour,
		AlarmMail: true, MirrorLogs: true, Copies: true, CopiesLimit: 2 << 30,
		Warnings: got.Warnings,
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b []string) bool { return len(a) == len(b) })); diff != "" {
		t.Error(diff)
	}
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "has a port") {
		t.Errorf("warnings %q, want the one about the port", got.Warnings)
	}
}

// configs/embraye.env is where operators look: every key, with its default.
func TestTheEnvironmentFileListsEverySetting(t *testing.T) {
	data, err := os.ReadFile("../../configs/embraye.env")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for _, line := range strings.Split(string(data), "\n") {
		if key, value, ok := strings.Cut(strings.TrimPrefix(line, "#"), "="); ok && validKey(key) && strings.HasPrefix(key, KeyPrefix) {
			listed[key] = value
		}
	}
	for _, k := range table() {
		value, ok := listed[k.key]
		if !ok {
			t.Errorf("%s is not listed", k.key)
		} else if value != k.def {
			t.Errorf("%s is listed with %q, its default is %q", k.key, value, k.def)
		}
		delete(listed, k.key)
	}
	for key := range listed {
		t.Errorf("%s is listed and does not exist", key)
	}
	if _, err := Load(nil, "../../configs/embraye.env"); err != nil {
		t.Errorf("the file as it is: %v", err)
	}
	uncommented := writeFile(t, strings.ReplaceAll(string(data), "\n#EMBRAYE_", "\nEMBRAYE_"))
	if _, err := Load(nil, uncommented); err != nil {
		t.Errorf("the file with every line in force: %v", err)
	}
}

func TestSettingsAreListedWithAllMistakesAtOnce(t *testing.T) {
	file := writeFile(t, `EMBRAYE_LANGAGE=fr
EMBRAYE_LOG_LEVEL=loud
no key here
EMBRAYE_ORG_NAME="never closed
`)
	_, err := Load([]string{
		"EMBRAYE_BASE_URL=https://suivi.example/path", "EMBRAYE_HANDLE_DOMAIN=a b", "EMBRAYE_LISTEN=8080",
		"EMBRAYE_TRUSTED_PROXIES=10.0.0.0/8,here", "EMBRAYE_DATABASE_URL=mysql://u:hidden@h/d",
		"EMBRAYE_ORG_HANDLE=Mon-Org", "EMBRAYE_REFERENCE=/nowhere.yaml", "EMBRAYE_LANGUAGE=de",
		"EMBRAYE_LOG_FORMAT=xml", "EMBRAYE_ACCESS_LOG=yes", "EMBRAYE_ALARM_MAIL=sometimes", "EMBRAYE_MIRROR_LOGS=all", "EMBRAYE_METRICS_LISTEN=localhost", "EMBRAYE_FEDERATION_MODE=closed",
		"EMBRAYE_FEDERATION_ALLOW_HTTP=yes", "EMBRAYE_FEDERATION_ALLOW_NETWORKS=127.0.0.1/40",
		"EMBRAYE_DELIVERY_CONCURRENCY=0", "EMBRAYE_ROLES=web,cook", "EMBRAYE_RATE_LIMITS=1", "EMBRAYE_BACKUP_MAX_AGE=2 days",
		"EMBRAYE_SMTP_URL=mail://u:hidden@h:25", "EMBRAYE_MAIL_FROM=nobody", "EMBRAYE_S3_URL=https://hidden@h/bucket",
		"EMBRAYE_ARCHIVE=pages", "EMBRAYE_ARCHIVE_LIMIT=2", "EMBRAYE_SPN_KEYS=hidden",
		"EMBRAYE_TYPO=1", "EMBRAYE_TEST_REQUIRE=postgres", "EMBRAYE_EMPTY_TYPO=",
	}, file)
	var wrong Mistakes
	if !errors.As(err, &wrong) {
		t.Fatalf("error %v, want Mistakes", err)
	}
	text := err.Error()
	for _, k := range table() {
		if k.key == "EMBRAYE_DATA_DIR" || k.key == "EMBRAYE_SECRET_FILE" || k.key == "EMBRAYE_ORG_NAME" || strings.HasSuffix(k.key, fileSuffix) {
			continue // any text is a path or a name
		}
		if !strings.Contains(text, k.key) {
			t.Errorf("%s is not among the Mistakes", k.key)
		}
	}
	for _, want := range []string{
		"line 1: EMBRAYE_LANGAGE is not a setting", "line 3: not of the form", "line 4: EMBRAYE_ORG_NAME: the quote is never closed",
		"EMBRAYE_TYPO is not a setting", "allowed: fr, en", "allowed: open, allowlist", "a key and a secret are needed",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("mistakes do not say %q:\n%s", want, text)
		}
	}
	for _, never := range []string{"hidden", "EMBRAYE_TEST_REQUIRE", "EMBRAYE_EMPTY_TYPO"} {
		if strings.Contains(text, never) {
			t.Errorf("mistakes say %q:\n%s", never, text)
		}
	}
}

func TestTheEnvironmentWinsOverTheFile(t *testing.T) {
	file := writeFile(t, "\ufeff# comment\n; comment\n\nEMBRAYE_ORG_NAME=\"Les \\\"Amis\\\"\"\nEMBRAYE_LANGUAGE = en \nEMBRAYE_ORG_HANDLE='amis'\nEMBRAYE_DATA_DIR=/from/file\nTZ=UTC\r\n")
	got, err := Load([]string{"EMBRAYE_CONFIG=" + file, "EMBRAYE_DATA_DIR=/from/environment", "EMBRAYE_LANGUAGE="}, "")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`Les "Amis"`, "en", "amis", "/from/environment"}
	if diff := cmp.Diff(want, []string{got.OrgName, got.Language, got.OrgHandle, got.DataDir}); diff != "" {
		t.Error(diff)
	}
	if !slicesContain(got.Warnings, "TZ has no effect") {
		t.Errorf("warnings %q do not mention TZ", got.Warnings)
	}
}

// Mail needs both settings, or neither; passwords are in no message.
func TestMailSettings(t *testing.T) {
	s, err := Load([]string{"EMBRAYE_SMTP_URL=smtps://suivi%40ours.example:p%2Fw@mail.example", "EMBRAYE_MAIL_FROM=Les Communs <suivi@ours.example>"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&mail.Server{Host: "mail.example", Port: "465", TLS: true, Username: "suivi@ours.example", Password: "p/w"}, s.MailServer); diff != "" {
		t.Error(diff)
	}
	if s.MailFrom == nil || s.MailFrom.Name != "Les Communs" || s.MailFrom.Address != "suivi@ours.example" {
		t.Errorf("from %v", s.MailFrom)
	}
	for env, want := range map[string]string{
		"EMBRAYE_SMTP_URL=smtp://u:secret@mail.example": "EMBRAYE_SMTP_URL is set: EMBRAYE_MAIL_FROM is needed too",
		"EMBRAYE_MAIL_FROM=suivi@ours.example":          "EMBRAYE_MAIL_FROM is set: EMBRAYE_SMTP_URL is needed too",
		"EMBRAYE_SMTP_URL=smtp://secret@mail.example":   "EMBRAYE_SMTP_URL=…: should have a user and a password",
		"EMBRAYE_MAIL_FROM=suivi":                       "EMBRAYE_MAIL_FROM=suivi: should be an address",
	} {
		_, err := Load([]string{env}, "")
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", env, err)
		}
	}
}

// A password that is no part of an address is told as that, whichever letter it is.
func TestPasswordsInTheAddressOfADatabase(t *testing.T) {
	for value, good := range map[string]bool{
		"postgres://u:p%40w%2F%25@h/d": true, "postgres:///d?host=/run/postgresql&user=u": true, "postgres://h/d?application_name=a@b": true,
		"postgres://u:hidd@en@h/d": false, "postgres://u:hidd/en@h/d": false, "postgres://u:hidd#en@h/d": false, "postgres://u:hidd%en@h/d": false,
	} {
		_, err := Load([]string{"EMBRAYE_DATABASE_URL=" + value}, "")
		if (err == nil) != good {
			t.Errorf("%s: %v", value, err)
		}
		if err != nil && (!strings.Contains(err.Error(), "%XX (%40 for @)") || strings.Contains(err.Error(), "hidd")) {
			t.Errorf("%s: %v", value, err)
		}
	}
}

func slicesContain(list []string, part string) bool {
	return strings.Contains(strings.Join(list, "\n"), part)
}

func TestBaseURLIsAnOrigin(t *testing.T) {
	for value, want := range map[string]string{
		"https://suivi.example":         "https://suivi.example",
		"https://Suivi.Example/":        "https://suivi.example",
		"https://suivi.example:443":     "https://suivi.example",
		"http://127.0.0.1:8390":         "http://127.0.0.1:8390",
		"http://localhost:80":           "http://localhost",
		"https://éval.example":          "https://xn--val-9la.example",
		"https://suivi.example/a":       "",
		"https://suivi.example?x":       "",
		"https://suivi.example?":        "",
		"https://suivi.example#x":       "",
		"https://u@suivi.example":       "",
		"ftp://suivi.example":           "",
		"suivi.example":                 "",
		"https://":                      "",
		"https://suivi.example:9999999": "",
	} {
		var s Settings
		err := setBaseURL(&s, value)
		if s.BaseURL != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v; want %q", value, s.BaseURL, err, want)
		}
	}
}

func TestH08WhatIsOpenToEverybodyIsWarnedAbout(t *testing.T) {
	for setting, want := range map[string]string{
		"EMBRAYE_BASE_URL=http://suivi.example.org":   "http:// with a public name",
		"EMBRAYE_BASE_URL=http://203.0.113.7":         "http:// with a public name",
		"EMBRAYE_BASE_URL=http://localhost:80":        "",
		"EMBRAYE_BASE_URL=http://192.168.1.7":         "",
		"EMBRAYE_BASE_URL=https://suivi.example.org":  "",
		"EMBRAYE_TRUSTED_PROXIES=0.0.0.0/0":           "0.0.0.0/0: whoever is in there can claim any address",
		"EMBRAYE_TRUSTED_PROXIES=127.0.0.1, ::/0":     "::/0: whoever",
		"EMBRAYE_TRUSTED_PROXIES=10.0.0.0/8 fd00::/8": "",
	} {
		s, err := Load([]string{setting}, "")
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(s.Warnings, "\n")
		if said := strings.Contains(got, "public name") || strings.Contains(got, "whoever"); said != (want != "") || !strings.Contains(got, want) {
			t.Errorf("%s: warnings %q, want %q", setting, got, want)
		}
	}
	for zone, good := range map[string]bool{"": true, "UTC": true, "Europe/Paris": true, ":Europe/Paris": true, "Europe/Pariss": false, "CET-1CEST": false, "/nowhere": false, "../etc": false} {
		if _, err := Load([]string{"TZ=" + zone}, ""); (err == nil) != good {
			t.Errorf("TZ=%s: %v", zone, err)
		}
	}
}

func TestDangerousSettingsAreWarnedAbout(t *testing.T) {
	s, err := Load([]string{"EMBRAYE_BASE_URL=https://suivi.example", "EMBRAYE_FEDERATION_ALLOW_HTTP=true",
		"EMBRAYE_FEDERATION_ALLOW_NETWORKS=127.0.0.0/8 ::1", "EMBRAYE_RATE_LIMITS=off", "HTTPS_PROXY=http://proxy.example:3128"}, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ALLOW_HTTP is on", "ALLOW_NETWORKS is set", "RATE_LIMITS is off", "HTTPS_PROXY is ignored"} {
		if !slicesContain(s.Warnings, want) {
			t.Errorf("no warning %q in %q", want, s.Warnings)
		}
	}
	if len(s.Warnings) != 4 {
		t.Errorf("%d warnings, want 4: %q", len(s.Warnings), s.Warnings)
	}
	if got := s.AllowNetworks[1].String(); got != "::1/128" {
		t.Errorf("a bare address means %s, want itself alone", got)
	}
}

func TestWhatWasSetIsLinesOfASettingsFile(t *testing.T) {
	password := writeFile(t, "smtp://u:p@mail.example\n")
	file := writeFile(t, "EMBRAYE_LANGUAGE=en\nEMBRAYE_MAIL_FROM=a@ours.example\nEMBRAYE_SMTP_URL_FILE="+password+"\nEMBRAYE_DATA_DIR=\n")
	s, err := Load([]string{"EMBRAYE_LANGUAGE=fr", "EMBRAYE_SECRET_FILE=/run/secret.key", "PATH=/bin"}, file)
	want := []string{"EMBRAYE_SECRET_FILE=/run/secret.key", "EMBRAYE_LANGUAGE=fr", "EMBRAYE_SMTP_URL=smtp://u:p@mail.example", "EMBRAYE_MAIL_FROM=a@ours.example"}
	if err != nil || !slices.Equal(s.Given, want) {
		t.Errorf("%q, %v", s.Given, err)
	}
}
