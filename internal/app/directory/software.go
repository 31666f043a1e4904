package directory

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/remote"
)

const (
	// askSoftwareAgain is after how long a server is asked again what it runs.
	askSoftwareAgain = 7 * 24 * time.Hour
	// askedAtOnce bounds the servers that one turn asks.
	askedAtOnce = 200
)

// AskSoftware asks servers that take what we send, and do not say of themselves
// that they verify Ed25519, what software they run: of some it is known.
func AskSoftware(ctx context.Context, d *Directory) error {
	hosts := d.desk.Store.Tables().Hosts
	names, err := hosts.Unasked(ctx, d.desk.Now().Add(-askSoftwareAgain).UnixMilli(), askedAtOnce)
	if err != nil {
		return err
	}
	for _, host := range names {
		info, err := d.desk.Remote.NodeInfo(ctx, "https://"+host)
		switch {
		case errors.Is(err, embraye.ErrUnavailable) || ctx.Err() != nil:
			return errors.Join(err, ctx.Err())
		case err != nil:
			d.desk.Log.DebugContext(ctx, "a server does not say what it runs", "host", host, "error", err)
		case verifiesEd25519(info):
			if err := hosts.TakesEd25519(ctx, host); err != nil {
				return err
			}
		}
		if err := hosts.Asked(ctx, host); err != nil {
			return err
		}
	}
	return nil
}

// verifiesEd25519 reports whether software is known to verify RFC 9421 with
// Ed25519: Embraye, and Mastodon from 4.7, whose actors do not say so.
func verifiesEd25519(n *remote.NodeInfo) bool {
	switch n.Software {
	case "embraye":
		return true
	case "mastodon":
		major, rest, _ := strings.Cut(n.Version, ".")
		minor := rest
		if end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
			minor = rest[:end]
		}
		a, err := strconv.Atoi(major)
		b, err2 := strconv.Atoi(minor)
		return err == nil && err2 == nil && (a > 4 || a == 4 && b >= 7)
	}
	return false
}
