package settings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A secret is the one line of a file, with or without an end of line.
func TestSecretsComeFromFiles(t *testing.T) {
	for _, end := range []string{"", "\n", "\r\n"} {
		s, err := Load([]string{"EMBRAYE_MAIL_FROM=suivi@ours.example",
			"EMBRAYE_S3_URL_FILE=" + writeFile(t, "https://K:p%2Fw@s3.example/evidence?region=gra"+end),
			"EMBRAYE_SMTP_URL_FILE=" + writeFile(t, "smtps://u:p%2Fw@mail.example"+end),
			"EMBRAYE_DATABASE_URL_FILE=" + writeFile(t, "postgres://u:p@db.example/embraye"+end)}, "")
		if err != nil {
			t.Fatalf("%q: %v", end, err)
		}
		if s.Bucket == nil || s.Bucket.Secret != "p/w" || s.Bucket.Name != "evidence" {
			t.Errorf("%q: %+v", end, s.Bucket)
		}
		if s.MailServer == nil || s.MailServer.Password != "p/w" || s.DatabaseURL != "postgres://u:p@db.example/embraye" {
			t.Errorf("%q: %+v, %q", end, s.MailServer, s.DatabaseURL)
		}
	}
	file := writeFile(t, "EMBRAYE_DATABASE_URL_FILE="+writeFile(t, "sqlite:/elsewhere.db\n")+"\n")
	if s, err := Load(nil, file); err != nil || s.DatabaseURL != "sqlite:/elsewhere.db" {
		t.Errorf("named in a settings file: %q, %v", s.DatabaseURL, err)
	}
}

// Whatever is wrong with such a file is said with its name, never with what is
// in it, and beside the other mistakes.
func TestWrongSecretFilesAreMistakes(t *testing.T) {
	folder := t.TempDir()
	empty, blank := writeFile(t, ""), writeFile(t, " \n")
	two, bad := writeFile(t, "smtp://h\nEMBRAYE_MAIL_FROM=x\n"), writeFile(t, "mail://u:hidden@h:25\n")
	good := writeFile(t, "postgres://u:hidden@h/d\n")
	for name, c := range map[string]struct {
		env  []string
		want string
	}{
		"missing":   {[]string{"EMBRAYE_DATABASE_URL_FILE=/nowhere/db"}, "EMBRAYE_DATABASE_URL_FILE=/nowhere/db: it cannot be read: open /nowhere/db: no such file"},
		"a folder":  {[]string{"EMBRAYE_DATABASE_URL_FILE=" + folder}, "EMBRAYE_DATABASE_URL_FILE=" + folder + ": it cannot be read"},
		"empty":     {[]string{"EMBRAYE_SMTP_URL_FILE=" + empty}, "EMBRAYE_SMTP_URL_FILE=" + empty + ": the file is empty"},
		"blank":     {[]string{"EMBRAYE_SMTP_URL_FILE=" + blank}, "EMBRAYE_SMTP_URL_FILE=" + blank + ": the file is empty"},
		"two lines": {[]string{"EMBRAYE_SMTP_URL_FILE=" + two}, "EMBRAYE_SMTP_URL_FILE=" + two + ": the file has more than one line"},
		"bad value": {[]string{"EMBRAYE_SMTP_URL_FILE=" + bad}, "EMBRAYE_SMTP_URL=…: "},
		"both":      {[]string{"EMBRAYE_DATABASE_URL_FILE=" + good, "EMBRAYE_DATABASE_URL=postgres://u:hidden@h/d"}, "EMBRAYE_DATABASE_URL and EMBRAYE_DATABASE_URL_FILE are both set: keep one of them"},
		"S3":        {[]string{"EMBRAYE_S3_URL_FILE=" + good}, "EMBRAYE_S3_URL=…: should be https://KEY:SECRET@host/bucket"},
		"no secret": {[]string{"EMBRAYE_ORG_NAME_FILE=" + good}, "EMBRAYE_ORG_NAME_FILE is not a setting"},
	} {
		_, err := Load(append(c.env, "EMBRAYE_LANGUAGE=de"), "")
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "EMBRAYE_LANGUAGE=de") {
			t.Errorf("%s: %v, want %q beside the language", name, err, c.want)
		} else if strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: a password stands in %v", name, err)
		}
	}
}

// A name that leads nowhere; root, which tests may run as, can read all else.
func TestAnUnreadableSecretFileIsAMistake(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink("loop", filepath.Join(dir, "loop")); err != nil {
		t.Fatal(err)
	}
	_, err := Load([]string{"EMBRAYE_DATABASE_URL_FILE=" + filepath.Join(dir, "loop")}, "")
	if err == nil || !strings.Contains(err.Error(), "loop: it cannot be read") {
		t.Errorf("%v", err)
	}
}
