package check

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
)

// Server asks the program itself, past any proxy, at the address that it listens
// on: host:port or unix:/path.
func Server(ctx context.Context, listens string) Finding {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	network := "tcp"
	address, unix := strings.CutPrefix(listens, "unix:")
	if unix {
		network = "unix"
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/readyz", nil)
	if err != nil {
		return found("server", "%v", err).but(Error, "correct EMBRAYE_LISTEN")
	}
	resp, err := client.Do(req)
	if err != nil {
		return found("server", "no server answers at %s: %v", listens, err).but(Error, "start it (systemctl start embraye), and read what it says (journalctl -u embraye)")
	}
	defer resp.Body.Close()
	said := struct{ Status, Version, Reason string }{}
	text, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err == nil {
		err = json.Unmarshal(text, &said)
	}
	switch {
	case err != nil || said.Version == "":
		return found("server", "something else answers at %s", listens).but(Error, "give the program an address of its own (EMBRAYE_LISTEN)")
	case resp.StatusCode != http.StatusOK:
		return found("server", "the server is not ready: %s", said.Reason).but(Error, "read what it says (journalctl -u embraye)")
	}
	return ok("server", "embraye %s is ready at %s", said.Version, listens)
}
