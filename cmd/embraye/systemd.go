package main

import (
	"net"
	"strings"

	"embraye/internal/settings"
)

// systemd tells the service manager our state, as sd_notify(3) says, if it
// asked for it (Type=notify). A state that cannot be told changes nothing for
// anybody else.
func systemd(environ []string, state string) {
	path := settings.Environ(environ)["NOTIFY_SOCKET"]
	if path == "" {
		return
	}
	if strings.HasPrefix(path, "@") {
		path = "\x00" + path[1:] // an abstract socket
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return
	}
	defer conn.Close()
	conn.Write([]byte(state))
}
