package settings

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata" // TZ works on systems without a table of zones, as in the image
)

// wrongZone finds a time zone that nobody knows: Go would take UTC without a
// word, and plan publications by it.
func wrongZone(tz string) Mistakes {
	name := strings.TrimPrefix(tz, ":")
	if name == "" {
		return nil
	}
	if filepath.IsAbs(name) {
		data, err := os.ReadFile(name)
		if err == nil {
			_, err = time.LoadLocationFromTZData(name, data)
		}
		if err == nil {
			return nil
		}
	} else if _, err := time.LoadLocation(name); err == nil {
		return nil
	}
	return Mistakes{fmt.Sprintf("TZ=%s: no time zone has this name; they are called as in Europe/Paris, or UTC", tz)}
}

// ownNames are the domains of the machine and of its own network, and those whose
// network has secrecy of its own.
var ownNames = []string{"localhost", "local", "internal", "lan", "home.arpa", "test", "onion", "i2p"}

// public reports whether a host of the base URL is meant for the whole network.
func public(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return !address.IsLoopback() && !address.IsPrivate() && !address.IsLinkLocalUnicast() && !address.IsUnspecified()
	}
	if !strings.Contains(host, ".") {
		return false // a name of Compose or of /etc/hosts
	}
	for _, domain := range ownNames {
		if strings.HasSuffix(host, "."+domain) {
			return false
		}
	}
	return true
}
