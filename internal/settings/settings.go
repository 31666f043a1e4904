// Package settings is what the operator decided: environment variables and a
// file of the same lines, checked, with their defaults. It reads no environment
// by itself: Load is given it.
//
// All mistakes are found at once, and none of them repeats a password.
//
// Start reading at Settings, then the table of keys below it.
package settings

import (
	"fmt"
	"log/slog"
	netmail "net/mail"
	"net/netip"
	"slices"
	"strings"
	"time"

	"embraye/internal/files"
	"embraye/internal/mail"
)

// Settings is what the operator decided, checked. No other package reads the
// environment.
type Settings struct {
	BaseURL             string // origin, no slash at the end
	HandleDomain        string
	SecretFile          string
	Listen              string // host:port or unix:/path
	DataDir             string
	DatabaseURL         string // sqlite:PATH or postgres://…
	OrgHandle           string
	OrgName             string
	Reference           string // path; empty: the embedded text
	Language            string
	TrustedProxies      []netip.Prefix
	LogLevel            slog.Level
	LogJSON             bool
	AccessLog           bool   // a line for each request
	MirrorLogs          bool   // copies of the logs of peers are kept
	AlarmMail           bool   // admins are told by mail of what stays wrong
	MetricsListen       string // empty: off
	FederationMode      string // open or allowlist
	AllowHTTP           bool
	AllowNetworks       []netip.Prefix
	DeliveryConcurrency int // hosts served at once
	Web, Worker         bool
	RateLimits          bool
	MailServer          *mail.Server // nil: links are shown to admins and not sent
	MailFrom            *netmail.Address
	BackupMaxAge        time.Duration // older than that, the last backup is told of
	Bucket              *files.Bucket // nil: evidence files lie in the folder evidence of DataDir
	Copies              bool          // pages that constats name as evidence are copied
	CopiesLimit         int64         // bytes of all copies
	SPNKeys             string        // access:secret of the Internet Archive; empty: it is not asked

	// Given is what was set, as lines of a settings file, secrets included.
	Given []string

	// Warnings are said once when serving starts.
	Warnings []string
}

// Mistakes is everything wrong with the settings, at once: an operator should
// not find them one restart at a time.
type Mistakes []string

func (m Mistakes) Error() string {
	if len(m) == 1 {
		return "wrong setting: " + m[0]
	}
	return "wrong settings:\n  " + strings.Join(m, "\n  ")
}

// The two values of EMBRAYE_FEDERATION_MODE.
const (
	modeOpen      = "open"
	modeAllowlist = "allowlist"
)

const (
	configKey   = "EMBRAYE_CONFIG"
	databaseKey = "EMBRAYE_DATABASE_URL"
	smtpKey     = "EMBRAYE_SMTP_URL"
	s3Key       = "EMBRAYE_S3_URL"
	mailFromKey = "EMBRAYE_MAIL_FROM"
	spnKey      = "EMBRAYE_SPN_KEYS"
	testPrefix  = "EMBRAYE_TEST_" // for tests, ignored by the program
)

// KeyPrefix begins the name of every setting.
const KeyPrefix = "EMBRAYE_"

// setting is one key: its default, and what turns its text into a value.
type setting struct {
	key, def string
	set      func(s *Settings, value string) error
}

// table lists every key of the program in the order of configs/embraye.env.
func table() []setting {
	return []setting{
		{"EMBRAYE_BASE_URL", "http://localhost:8080", setBaseURL},
		{"EMBRAYE_HANDLE_DOMAIN", "", setHandleDomain},
		{"EMBRAYE_LISTEN", "127.0.0.1:8080", setListen},
		{"EMBRAYE_TRUSTED_PROXIES", "", networks(func(s *Settings) *[]netip.Prefix { return &s.TrustedProxies })},
		{"EMBRAYE_DATA_DIR", "./data", text(func(s *Settings) *string { return &s.DataDir })},
		{databaseKey, "", setDatabaseURL},
		{databaseKey + fileSuffix, "", readBefore},
		{"EMBRAYE_SECRET_FILE", "", text(func(s *Settings) *string { return &s.SecretFile })},
		{"EMBRAYE_ORG_HANDLE", "organisation", setOrgHandle},
		{"EMBRAYE_ORG_NAME", "Mon organisation", setOrgName},
		{"EMBRAYE_REFERENCE", "", setReference},
		{"EMBRAYE_LANGUAGE", "fr", setLanguage},
		{"EMBRAYE_LOG_LEVEL", "info", setLogLevel},
		{"EMBRAYE_LOG_FORMAT", "text", setLogFormat},
		{"EMBRAYE_ALARM_MAIL", "on", onOff(func(s *Settings) *bool { return &s.AlarmMail })},
		{"EMBRAYE_ACCESS_LOG", "off", onOff(func(s *Settings) *bool { return &s.AccessLog })},
		{"EMBRAYE_METRICS_LISTEN", "", setMetricsListen},
		{"EMBRAYE_MIRROR_LOGS", "peers", setMirrorLogs},
		{"EMBRAYE_FEDERATION_MODE", modeOpen, setFederationMode},
		{"EMBRAYE_FEDERATION_ALLOW_HTTP", "false", setAllowHTTP},
		{"EMBRAYE_FEDERATION_ALLOW_NETWORKS", "", networks(func(s *Settings) *[]netip.Prefix { return &s.AllowNetworks })},
		{"EMBRAYE_DELIVERY_CONCURRENCY", "256", setDeliveryConcurrency},
		{"EMBRAYE_ROLES", "web,worker", setRoles},
		{"EMBRAYE_RATE_LIMITS", "on", onOff(func(s *Settings) *bool { return &s.RateLimits })},
		{smtpKey, "", setSMTP},
		{smtpKey + fileSuffix, "", readBefore},
		{mailFromKey, "", setMailFrom},
		{"EMBRAYE_BACKUP_MAX_AGE", "48h", setBackupMaxAge},
		{s3Key, "", setBucket},
		{s3Key + fileSuffix, "", readBefore},
		{"EMBRAYE_ARCHIVE", "links", setArchive},
		{"EMBRAYE_ARCHIVE_LIMIT", "2GB", setArchiveLimit},
		{spnKey, "", setSPNKeys},
		{spnKey + fileSuffix, "", readBefore},
	}
}

// Load reads the environment and, below it, the file that the flag or
// EMBRAYE_CONFIG names. An empty value counts as unset.
func Load(environ []string, file string) (Settings, error) {
	env := Environ(environ)
	if file == "" {
		file = env[configKey]
	}
	var wrong Mistakes
	values := map[string]string{}
	s := Settings{}
	if file != "" {
		lines, bad, err := readConfigFile(file)
		if err != nil {
			return s, err
		}
		wrong = append(wrong, bad...)
		for _, l := range lines {
			values[l.key] = l.value
			if _, known := find(l.key); !known && !strings.HasPrefix(l.key, testPrefix) {
				if !strings.HasPrefix(l.key, KeyPrefix) || l.key == configKey {
					s.Warnings = append(s.Warnings, fmt.Sprintf("%s line %d: %s has no effect in a settings file", file, l.number, l.key))
				} else {
					wrong = append(wrong, fmt.Sprintf("%s line %d: %s is not a setting%s", file, l.number, l.key, guess(l.key)))
				}
			}
		}
	}
	for key, value := range env {
		if value != "" {
			values[key] = value
		}
	}
	wrong = append(wrong, unknownKeys(env)...)
	wrong = append(wrong, readSecrets(values)...)
	wrong = append(wrong, s.apply(values)...)
	wrong = append(wrong, wrongZone(env["TZ"])...)
	if len(wrong) > 0 {
		return s, wrong
	}
	s.Given = given(values)
	s.finish(env)
	return s, nil
}

// given lists what was set; a file that named a secret has been read.
func given(values map[string]string) (lines []string) {
	for _, k := range table() {
		named, isFile := strings.CutSuffix(k.key, fileSuffix)
		if value := strings.TrimSpace(values[k.key]); value != "" && !(isFile && slices.Contains(secrets(), named)) {
			lines = append(lines, k.key+"="+value)
		}
	}
	return lines
}

// apply sets every key of the table to its value or default.
func (s *Settings) apply(values map[string]string) (wrong Mistakes) {
	for _, k := range table() {
		value := strings.TrimSpace(values[k.key])
		if value == "" {
			value = k.def
		}
		if value == "" {
			continue
		}
		if err := k.set(s, value); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s=%s: %v", k.key, shown(k.key, value), err))
		}
	}
	server, from := strings.TrimSpace(values[smtpKey]), strings.TrimSpace(values[mailFromKey])
	if server != "" && from == "" {
		wrong = append(wrong, smtpKey+" is set: "+mailFromKey+" is needed too")
	}
	if server == "" && from != "" {
		wrong = append(wrong, mailFromKey+" is set: "+smtpKey+" is needed too")
	}
	return wrong
}

// unknownKeys lists EMBRAYE_* variables that mean nothing: a typing mistake
// must not leave a default in force silently.
func unknownKeys(env map[string]string) (wrong Mistakes) {
	for key, value := range env {
		_, known := find(key)
		if !known && value != "" && strings.HasPrefix(key, KeyPrefix) && !strings.HasPrefix(key, testPrefix) && key != configKey {
			wrong = append(wrong, fmt.Sprintf("%s is not a setting%s", key, guess(key)))
		}
	}
	slices.Sort(wrong)
	return wrong
}

func find(key string) (setting, bool) {
	all := table()
	i := slices.IndexFunc(all, func(k setting) bool { return k.key == key })
	if i < 0 {
		return setting{}, false
	}
	return all[i], true
}

// guess names the setting that a wrong key was probably meant to be.
func guess(key string) string {
	best, score := "", 0
	for _, k := range table() {
		n := 0
		for _, word := range strings.Split(strings.TrimPrefix(key, KeyPrefix), "_") {
			if slices.Contains(strings.Split(strings.TrimPrefix(k.key, KeyPrefix), "_"), word) {
				n++
			}
		}
		if n > score {
			best, score = k.key, n
		}
	}
	if best == "" {
		return "; configs/embraye.env lists all"
	}
	return "; did you mean " + best + "?"
}

// Environ is a list of KEY=value, as of os.Environ, by key.
func Environ(environ []string) map[string]string {
	env := map[string]string{}
	for _, line := range environ {
		if key, value, ok := strings.Cut(line, "="); ok {
			env[key] = value
		}
	}
	return env
}
