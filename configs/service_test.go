package configs

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/jackc/pgx/v5"
)

// unit is what a systemd unit sets; of several lines the last.
func unit(t *testing.T, name string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(key, "#") {
			set[key] = value
		}
	}
	return set
}

// A service that may write nowhere else needs a folder for its socket, and the
// proxy, which is in its group, must be able to pass through it.
func TestH03TheUnitHasAPlaceForASocket(t *testing.T) {
	set := unit(t, "embraye.service")
	for key, want := range map[string]string{"RuntimeDirectory": "embraye", "RuntimeDirectoryMode": "0750", "Group": "embraye", "ProtectSystem": "strict"} {
		if set[key] != want {
			t.Errorf("%s=%s, want %s", key, set[key], want)
		}
	}
	if !strings.Contains(set["RestrictAddressFamilies"], "AF_UNIX") {
		t.Errorf("RestrictAddressFamilies=%s", set["RestrictAddressFamilies"])
	}
}

// A service that hangs is started again, and one that is taken over can do little.
func TestTheUnitIsWatchedAndHardened(t *testing.T) {
	set := unit(t, "embraye.service")
	for key, want := range map[string]string{
		"Type": "notify", "WatchdogSec": "120", "Restart": "on-failure", "User": "embraye", "StateDirectory": "embraye", "StateDirectoryMode": "0700", "UMask": "0077",
		"CapabilityBoundingSet": "", "DevicePolicy": "closed", "ProtectProc": "invisible", "SystemCallArchitectures": "native",
	} {
		if got, there := set[key]; !there || got != want {
			t.Errorf("%s=%s (there: %t), want %s", key, got, there, want)
		}
	}
	for _, key := range []string{"NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome", "ProtectClock", "ProtectHostname", "ProtectControlGroups", "ProtectKernelLogs",
		"ProtectKernelModules", "ProtectKernelTunables", "LockPersonality", "MemoryDenyWriteExecute", "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "RemoveIPC"} {
		if set[key] != "true" {
			t.Errorf("%s=%s", key, set[key])
		}
	}
	if !strings.Contains(set["SystemCallFilter"], "~@privileged") {
		t.Errorf("SystemCallFilter=%s", set["SystemCallFilter"])
	}
}

// The nightly backup may do no more than the server, and writes where systemd has
// made a folder for it.
func TestTheBackupUnitIsHardenedAndHasItsFolder(t *testing.T) {
	server, set := unit(t, "embraye.service"), unit(t, "embraye-backup.service")
	own := []string{"Description", "After", "Type", "ExecStart", "StateDirectory", "TimeoutStartSec", "MemoryHigh", "MemoryMax"}
	only := []string{"Wants", "WatchdogSec", "ExecCondition", "RuntimeDirectory", "RuntimeDirectoryMode", "Restart", "RestartSec", "RestartPreventExitStatus", "TimeoutStopSec", "LimitNOFILE", "WantedBy"}
	for key, want := range server {
		if got, there := set[key]; !slices.Contains(own, key) && !slices.Contains(only, key) && (!there || got != want) {
			t.Errorf("%s=%s (there: %t), and %s of the server", key, got, there, want)
		}
	}
	words := strings.Fields(set["ExecStart"])
	if len(words) != 5 || words[1] != "backup" || words[3] != "--keep" || !slices.Contains(strings.Fields(set["StateDirectory"]), strings.TrimPrefix(words[2], "/var/lib/")) {
		t.Errorf("ExecStart=%s with StateDirectory=%s", set["ExecStart"], set["StateDirectory"])
	}
	if set["Type"] != "oneshot" || unit(t, "embraye-backup.timer")["Persistent"] != "true" {
		t.Errorf("Type=%s", set["Type"])
	}
}

func TestT17TheUnitAndComposeSetLimits(t *testing.T) {
	set := unit(t, "embraye.service")
	if set["MemoryMax"] != "512M" || set["MemoryHigh"] != "448M" {
		t.Errorf("MemoryMax=%s, MemoryHigh=%s", set["MemoryMax"], set["MemoryHigh"])
	}
	if s := compose(t)["embraye"]; s.Memory != "512m" || s.Swap != s.Memory {
		t.Errorf("mem_limit: %q, memswap_limit: %q", s.Memory, s.Swap)
	}
}

type service struct {
	Environment map[string]string `yaml:"environment"`
	Memory      string            `yaml:"mem_limit"`
	Swap        string            `yaml:"memswap_limit"`
}

func compose(t *testing.T) map[string]service {
	t.Helper()
	text, err := os.ReadFile("../docker-compose.yml")
	var file struct {
		Services map[string]service `yaml:"services"`
	}
	if err == nil {
		err = yaml.Unmarshal(text, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	return file.Services
}

// What is for life, or secret, has no default: Compose stops and says what to
// write where.
func TestH09ComposeAsksForWhatHasNoDefault(t *testing.T) {
	services := compose(t)
	asked := regexp.MustCompile(`^\$\{(\w+):\?put \w+=\S+ into \.env\}$`)
	for key, want := range map[string]struct{ service, variable string }{
		"EMBRAYE_BASE_URL":  {"embraye", "EMBRAYE_BASE_URL"},
		"PGPASSWORD":        {"embraye", "POSTGRES_PASSWORD"},
		"POSTGRES_PASSWORD": {"database", "POSTGRES_PASSWORD"},
	} {
		if m := asked.FindStringSubmatch(services[want.service].Environment[key]); m == nil || m[1] != want.variable {
			t.Errorf("%s: %q", key, services[want.service].Environment[key])
		}
	}
}

// Whatever the password is, the program uses that one at that address.
func TestH09PasswordsMayHaveAnyCharacter(t *testing.T) {
	address := compose(t)["embraye"].Environment["EMBRAYE_DATABASE_URL"]
	if strings.Contains(address, "$") {
		t.Fatalf("%s: a value of somebody's in an address", address)
	}
	for _, password := range []string{"embraye", "p@ss", "a:b/c?d#e%40", "à l'école", "$x $$"} {
		t.Setenv("PGPASSWORD", password)
		config, err := pgx.ParseConfig(address)
		if err != nil || config.Password != password || config.Host != "database" || config.User != "embraye" || config.Database != "embraye" {
			t.Errorf("%q: %v", password, err)
		}
	}
}
