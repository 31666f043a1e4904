package main

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"embraye/internal/app"
	"embraye/internal/app/alarm"
	"embraye/internal/check"
	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	"embraye/internal/remote"
	"embraye/internal/settings"
	"embraye/internal/store"
)

// checkUp says what is wrong with this instance and what to do about it.
func checkUp(ctx context.Context, c *call) error {
	to := ""
	c.flags.StringVar(&to, "mail", "", "also send a message to this `ADDRESS`")
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	if _, ok := embraye.ParseEmail(to); to != "" && !ok {
		return usagef("--mail wants an address such as you@example.org, not %q", to)
	}
	s, log, err := c.load()
	if err != nil {
		return err
	}
	list := c.look(ctx, s, log, to)
	wrong, warnings := check.Count(list, check.Error), check.Count(list, check.Warning)
	document := map[string]any{"findings": list, "errors": wrong, "warnings": warnings}
	if err := c.print(document, "%s", findingsTable(list)); err != nil {
		return err
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %s wrong, and %s", wrong, embraye.Counted(len(list), "finding", "findings"), embraye.Counted(warnings, "warning", "warnings"))
	}
	return nil
}

// look goes from the settings outwards: what cannot be opened stops nothing else
// from being looked at.
func (c *call) look(ctx context.Context, s settings.Settings, log *slog.Logger, to string) []check.Finding {
	list := check.Settings(s.Warnings)
	from := outside{settings: s, organisation: s.OrgHandle, now: c.now}
	if i, err := c.openWith(ctx, s, log); err != nil {
		list = append(list, unopened(s, err))
	} else {
		defer i.close()
		list = append(list, i.lookAtData(ctx, check.SQLite)...)
		var locked []check.Finding
		from, locked = i.outside(ctx)
		list = append(list, locked...)
	}
	list = append(list, check.Mail(ctx, mailer(s, c.now), to))
	if s.Web {
		list = append(list, check.Server(ctx, s.Listen))
	}
	return append(list, from.look(ctx)...)
}

// doctor looks at this instance while it serves.
func (i *wired) doctor() *check.Doctor {
	inside := func(ctx context.Context) []check.Finding {
		list := append(check.Settings(i.settings.Warnings), i.lookAtData(ctx, check.SQLiteInUse)...)
		return append(list, check.Mail(ctx, mailer(i.settings, i.Now), ""))
	}
	outside := func(ctx context.Context) []check.Finding {
		from, list := i.outside(ctx)
		return append(list, from.look(ctx)...)
	}
	return &check.Doctor{Inside: inside, Outside: outside}
}

// outside is the instance as the first start left it, with what is wrong if its key
// cannot be opened.
func (i *wired) outside(ctx context.Context) (from outside, locked []check.Finding) {
	from = outside{settings: i.settings, organisation: i.App.Organisation(), now: i.Now}
	from.settings.HandleDomain = i.App.Site.HandleDomain
	var err error
	if from.signer, err = i.Organisation.Signer(ctx, embraye.InstanceHandle); err != nil {
		locked = []check.Finding{unopened(i.settings, err)}
		if errors.Is(err, store.ErrWrongSecret) {
			locked = []check.Finding{{Code: "secret", State: check.Error, Sentence: err.Error(), Remedy: secretRemedy}}
		}
	}
	return from, locked
}

const secretRemedy = "put the secret of this database back from a backup"

// lookAtSecret reads the file again: a running server remembers what it read, and
// the next start finds what lies there now.
func (i *wired) lookAtSecret() check.Finding {
	path := i.settings.SecretFile
	f := check.SecretFile(path)
	if f.State == check.Error {
		return f
	}
	now, err := readSecret(path)
	if err == nil && !bytes.Equal(now, i.secret) {
		err = fmt.Errorf("the secret in %s is another one than this server began with: no command and no next start opens the keys with it", path)
	}
	if err != nil {
		return check.Finding{Code: "secret", State: check.Error, Sentence: err.Error(), Remedy: secretRemedy}
	}
	return f
}

// lookAtData is about what lies here.
func (i *wired) lookAtData(ctx context.Context, sqlite func(context.Context, *sql.DB) check.Finding) (list []check.Finding) {
	if path, isFile := strings.CutPrefix(i.settings.DatabaseURL, "sqlite:"); isFile {
		list = append(list, sqlite(ctx, i.Store.Pool()), check.Room("disk", "the database", filepath.Dir(path)))
	} else {
		list = append(list, check.Postgres(ctx, i.Store.Pool(), i.Now)...)
	}
	list = append(list, check.Room("evidence", "evidence files", filepath.Join(i.settings.DataDir, "evidence")), i.lookAtSecret())
	if err := i.Files.Room(); err != nil {
		list = append(list, check.Finding{Code: "evidence", State: check.Error, Sentence: fmt.Sprintf("no file can be kept: %v", err), Remedy: "make room, and let the folder belong to the user of the service"})
	}
	if i.settings.Bucket != nil {
		list = append(list, check.Bucket(ctx, i.Files))
	}
	rows, err := i.lookAtRows(ctx)
	if err != nil {
		return append(list, unopened(i.settings, err))
	}
	return append(list, rows...)
}

// lookAtRows is about what the database says.
func (i *wired) lookAtRows(ctx context.Context) (list []check.Finding, err error) {
	t, now := i.Store.Tables(), i.Now()
	noted, wrong, err := t.Settings.Get(ctx, store.ClockSetting)
	if err != nil {
		return nil, err
	}
	if wrong {
		list = append(list, check.ClockOfOthers(noted))
	}
	if i.Evidence.On() {
		copies, err := i.Evidence.Usage(ctx, embraye.Operator())
		if err != nil {
			return nil, err
		}
		list = append(list, check.Copies(copies))
	}
	last, _, err := t.Settings.Get(ctx, app.SettingLastBackup)
	if err != nil {
		return nil, err
	}
	queue, err := t.Deliveries.Stats(ctx)
	if err != nil {
		return nil, err
	}
	peers, err := t.Peers.List(ctx)
	if err != nil {
		return nil, err
	}
	list = append(list, check.Backup(last, i.settings.BackupMaxAge, now), check.Deliveries(check.Queue(queue), now))
	st, err := t.Log.State(ctx)
	if err != nil {
		return nil, err
	}
	splits, err := t.Witness.Splits(ctx)
	if err != nil {
		return nil, err
	}
	signed, err := t.Witness.Signed(ctx, st)
	if err != nil {
		return nil, err
	}
	notSent, err := app.InvitesNotMailed(ctx, i.App, t)
	if err != nil {
		return nil, err
	}
	untold, _, err := t.Settings.Get(ctx, alarm.Untold)
	if err != nil {
		return nil, err
	}
	list = append(list, check.Alarm(untold, now)...)
	list = append(list, check.Log(st, splits, signed)...)
	list = append(list, check.Invitations(notSent)...)
	return append(list, check.Peers(peers, now)...), nil
}

func unopened(s settings.Settings, err error) check.Finding {
	return check.Finding{Code: "database", State: check.Error, Sentence: explained(s, err).Error(), Remedy: "do what it says; more about the data is not looked at before"}
}

// outside is what an instance is for others.
type outside struct {
	settings     settings.Settings
	organisation string
	signer       httpsig.Signer // none if the database cannot be opened
	now          func() time.Time
}

// look asks the instance through its public names, as others do.
func (o outside) look(ctx context.Context) []check.Finding {
	base, err := url.Parse(o.settings.BaseURL)
	if err != nil {
		return nil // the settings were read
	}
	list, ours := o.lookAtNames(ctx, base)
	client := o.client(append(ours, o.settings.AllowNetworks...), base.Scheme == "http")
	defer client.CloseIdle()
	site := check.Site{Site: embraye.Site{Base: o.settings.BaseURL, HandleDomain: o.settings.HandleDomain}, Client: client, Organisation: o.organisation, Now: o.now}
	list = append(list, site.Fetch(ctx), site.WebFinger(ctx, base.Host))
	if o.settings.HandleDomain != base.Host {
		list = append(list, site.WebFinger(ctx, o.settings.HandleDomain))
	}
	if o.signer.Key != nil {
		list = append(list, site.Post(ctx, o.signer)...)
	}
	return list
}

// lookAtNames also tells where they lead: our own machine may well have an address
// that is not public.
func (o outside) lookAtNames(ctx context.Context, base *url.URL) (list []check.Finding, ours []netip.Prefix) {
	names, port := []string{base.Hostname()}, base.Port()
	if handles, _, _ := strings.Cut(o.settings.HandleDomain, ":"); handles != names[0] {
		names = append(names, handles)
	}
	for _, name := range names {
		finding, addresses := check.Name(ctx, resolve, name)
		list = append(list, finding)
		for _, a := range addresses {
			ours = append(ours, netip.PrefixFrom(a, a.BitLen()))
		}
		if base.Scheme == "https" && addresses != nil {
			list = append(list, check.TLS{Dial: new(net.Dialer).DialContext, Now: o.now()}.Certificate(ctx, name, cmp.Or(port, "443")))
		}
		port = "" // the other one is of somebody's site
	}
	return list, ours
}

func (o outside) client(ours []netip.Prefix, plain bool) *remote.Client {
	options := remote.Options{AllowHTTP: plain || o.settings.AllowHTTP, AllowNetworks: ours, AllowOwn: true, Version: version, BaseURL: o.settings.BaseURL, Now: o.now}
	if o.signer.Key != nil {
		options.SignGET = func(context.Context) (httpsig.Signer, error) { return o.signer, nil }
	}
	return remote.New(options)
}

func resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return []netip.Addr{a}, nil
	}
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

func findingsTable(list []check.Finding) string {
	var text strings.Builder
	t := tabwriter.NewWriter(&text, 0, 4, 2, ' ', 0)
	for _, f := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\n", f.State, f.Code, f.Sentence)
		if f.Remedy != "" {
			fmt.Fprintf(t, "\t\t→ %s\n", f.Remedy)
		}
	}
	t.Flush()
	return text.String()
}
