package settings

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/files"
	"embraye/internal/mail"
)

func text(field func(*Settings) *string) func(*Settings, string) error {
	return func(s *Settings, value string) error {
		*field(s) = value
		return nil
	}
}

func oneOf(allowed ...string) error {
	return errors.New("allowed: " + strings.Join(allowed, ", "))
}

// networks reads a list of CIDRs; a bare address means itself alone.
func networks(field func(*Settings) *[]netip.Prefix) func(*Settings, string) error {
	return func(s *Settings, value string) error {
		for _, word := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' }) {
			cidr := word
			if addr, err := netip.ParseAddr(word); err == nil {
				cidr = fmt.Sprintf("%s/%d", addr, addr.BitLen())
			}
			p, err := netip.ParsePrefix(cidr)
			if err != nil {
				return fmt.Errorf("%q is not a network such as 10.0.0.0/8 or ::1/128", word)
			}
			*field(s) = append(*field(s), p.Masked())
		}
		return nil
	}
}

// setBaseURL takes an origin and nothing more: ActivityPub wants the root of a
// domain, and every id is this text followed by a path.
func setBaseURL(s *Settings, value string) error {
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("should be an origin such as https://suivi.example.org")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Path != "" && u.Path != "/":
		return errors.New("should be an origin without user, path or query: the program needs the root of its domain")
	}
	host, err := embraye.NormaliseHost(u.Host)
	if err != nil {
		return errors.New("its host is not a host name")
	}
	origin := u.Scheme + "://" + host
	if port := u.Port(); port != "" && port != defaultPort(u.Scheme) {
		origin += ":" + port
	}
	s.BaseURL = origin
	return nil
}

func defaultPort(scheme string) string {
	if scheme == "http" {
		return "80"
	}
	return "443"
}

func setHandleDomain(s *Settings, value string) error {
	h, err := embraye.ParseHandle("x@" + value)
	if err != nil {
		return errors.New("should be a host name such as example.org")
	}
	s.HandleDomain = h.Host
	return nil
}

func setListen(s *Settings, value string) error {
	if err := checkListen(value); err != nil {
		return err
	}
	s.Listen = value
	return nil
}

func setMetricsListen(s *Settings, value string) error {
	if err := checkListen(value); err != nil {
		return err
	}
	s.MetricsListen = value
	return nil
}

func checkListen(value string) error {
	if path, ok := strings.CutPrefix(value, "unix:"); ok {
		if !filepath.IsAbs(path) {
			return errors.New("should be unix: and an absolute path")
		}
		return nil
	}
	_, port, err := net.SplitHostPort(value)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return errors.New("should be an address and a port such as 127.0.0.1:8080, or unix:/path")
	}
	return nil
}

func setDatabaseURL(s *Settings, value string) error {
	path, sqlite := strings.CutPrefix(value, "sqlite:")
	_, authority, _ := strings.Cut(value, "://")
	authority, _, _ = strings.Cut(authority, "/")
	switch u, err := url.Parse(value); {
	case sqlite && path != "" && !strings.ContainsAny(path, "?#"):
	case !sqlite && err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && u.Path != "" && strings.Count(authority, "@") < 2:
	default:
		return errors.New("should be sqlite:PATH or postgres://user:password@host/database; what is not a letter or a digit in the password is written as %XX (%40 for @), or left to PGPASSWORD")
	}
	s.DatabaseURL = value
	return nil
}

func setOrgHandle(s *Settings, value string) error {
	if !embraye.ValidHandle(value) {
		return errors.New("should be small letters, digits and _, with a letter or digit at both ends")
	}
	if value == embraye.InstanceHandle {
		return errors.New("is reserved")
	}
	s.OrgHandle = value
	return nil
}

func setOrgName(s *Settings, value string) error {
	value = embraye.OneLine(value)
	if p := embraye.TextProblem("EMBRAYE_ORG_NAME", value, embraye.MaxName, false); p != nil {
		return errors.New(p.Reason())
	}
	s.OrgName = value
	return nil
}

func setReference(s *Settings, value string) error {
	if info, err := os.Stat(value); err != nil || info.IsDir() {
		return errors.New("is not a file that can be read")
	}
	s.Reference = value
	return nil
}

func setLanguage(s *Settings, value string) error {
	if value != "fr" && value != "en" {
		return oneOf("fr", "en")
	}
	s.Language = value
	return nil
}

func setLogLevel(s *Settings, value string) error {
	levels := []string{"debug", "info", "warn", "error"}
	if !slices.Contains(levels, value) {
		return oneOf(levels...)
	}
	return s.LogLevel.UnmarshalText([]byte(value))
}

func setLogFormat(s *Settings, value string) error {
	if value != "text" && value != "json" {
		return oneOf("text", "json")
	}
	s.LogJSON = value == "json"
	return nil
}

func setFederationMode(s *Settings, value string) error {
	if value != modeOpen && value != modeAllowlist {
		return oneOf(modeOpen, modeAllowlist)
	}
	s.FederationMode = value
	return nil
}

func setAllowHTTP(s *Settings, value string) error {
	if value != "true" && value != "false" {
		return oneOf("true", "false")
	}
	s.AllowHTTP = value == "true"
	return nil
}

func setDeliveryConcurrency(s *Settings, value string) error {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > 4096 {
		return errors.New("should be a number from 1 to 4096")
	}
	s.DeliveryConcurrency = n
	return nil
}

func setRoles(s *Settings, value string) error {
	for _, role := range strings.Split(value, ",") {
		switch strings.TrimSpace(role) {
		case "web":
			s.Web = true
		case "worker":
			s.Worker = true
		default:
			return oneOf("web", "worker", "web,worker")
		}
	}
	return nil
}

func onOff(field func(*Settings) *bool) func(*Settings, string) error {
	return func(s *Settings, value string) error {
		if value != "on" && value != "off" {
			return oneOf("on", "off")
		}
		*field(s) = value == "on"
		return nil
	}
}

func setSMTP(s *Settings, value string) error {
	server, err := mail.ParseServer(value)
	s.MailServer = &server
	return err
}

func setMailFrom(s *Settings, value string) error {
	from, err := mail.ParseSender(value)
	s.MailFrom = &from
	return err
}

func setBackupMaxAge(s *Settings, value string) error {
	age, err := time.ParseDuration(value)
	if err != nil || age < time.Hour {
		return errors.New("should be a time of at least an hour, such as 48h")
	}
	s.BackupMaxAge = age
	return nil
}

func setBucket(s *Settings, value string) error {
	b, err := files.ParseBucket(value)
	if err == nil {
		s.Bucket = &b
	}
	return err
}

// finish fills what follows from other settings, and collects the warnings.
func (s *Settings) finish(env map[string]string) {
	u, _ := url.Parse(s.BaseURL) // setBaseURL wrote it
	if s.HandleDomain == "" {
		s.HandleDomain = u.Host // a non-default port belongs to the handle
	}
	if s.SecretFile == "" {
		s.SecretFile = filepath.Join(s.DataDir, "secret.key")
	}
	if s.DatabaseURL == "" {
		s.DatabaseURL = "sqlite:" + filepath.Join(s.DataDir, "embraye.db")
	}
	warn := func(when bool, text string) {
		if when {
			s.Warnings = append(s.Warnings, text)
		}
	}
	warn(u.Port() != "", "EMBRAYE_BASE_URL has a port: for tests only, Mastodon and others drop the port of a handle")
	warn(u.Scheme == "http" && public(u.Hostname()), "EMBRAYE_BASE_URL is http:// with a public name: other servers refuse it or are lied to on the way, and it cannot be changed after the first start")
	for _, p := range s.TrustedProxies {
		warn(p.Bits() < 8, "EMBRAYE_TRUSTED_PROXIES has "+p.String()+": whoever is in there can claim any address, and pass by every limit; name the proxy's own network")
	}
	warn(s.AllowHTTP, "EMBRAYE_FEDERATION_ALLOW_HTTP is on: http:// servers are spoken to, for tests only")
	warn(len(s.AllowNetworks) > 0, "EMBRAYE_FEDERATION_ALLOW_NETWORKS is set: addresses that are not public can be reached, for tests and private networks only")
	if b := s.Bucket; b != nil && !b.Secure {
		host := (&url.URL{Host: b.Host}).Hostname()
		warn(public(host), s3Key+" is http:// with a public name: whoever is on the way reads the files and can change them")
	}
	warn(!s.RateLimits, "EMBRAYE_RATE_LIMITS is off: for load tests only")
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		warn(env[name] != "", name+" is ignored: requests to other servers never go through a proxy, which would hide the address that is really reached")
	}
}

func setMirrorLogs(s *Settings, value string) error {
	if value != "peers" && value != "none" {
		return oneOf("peers", "none")
	}
	s.MirrorLogs = value == "peers"
	return nil
}
