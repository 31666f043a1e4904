package check

import (
	"context"
	"errors"
	"net/http"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/remote"
)

// Site is an instance to ask: where it is, and whose handle is looked for.
type Site struct {
	embraye.Site
	Client       *remote.Client // may ask ourselves
	Organisation string         // handle of the organisation's account
	Now          func() time.Time
}

// Fetch asks for the actor of the instance as another server does, signed.
func (s Site) Fetch(ctx context.Context) Finding {
	id := s.ActorID(embraye.InstanceHandle)
	if _, _, err := s.Client.FetchObject(ctx, id); err != nil {
		return unreached("get", "fetching "+string(id)+" as other servers do fails", err)
	}
	return ok("get", "other servers can fetch %s", id)
}

// WebFinger asks for the organisation's account under a host, as somebody does who
// types its handle elsewhere.
func (s Site) WebFinger(ctx context.Context, host string) Finding {
	want := embraye.Handle{User: s.Organisation, Host: s.HandleDomain}
	asked := embraye.Handle{User: s.Organisation, Host: host}
	jrd, err := s.Client.WebFinger(ctx, asked)
	if err != nil {
		f := unreached("webfinger", "nobody finds "+asked.String()+" elsewhere", err)
		if host == s.HandleDomain && embraye.IRI(s.Base).Host() != host {
			f.Remedy = "let the web server of " + host + " redirect /.well-known/webfinger to " + s.Base + "/.well-known/webfinger, with what stands after the ?"
		}
		return f
	}
	self, _ := jrd.Self()
	if jrd.Subject != want.Acct() || self != string(s.ActorID(s.Organisation)) {
		return found("webfinger", "%s says of %s that it is %s at %s", host, asked.String(), jrd.Subject, self).but(Error,
			"something else answers /.well-known/webfinger there: let it reach this program")
	}
	return ok("webfinger", "%s is found through %s", want.String(), host)
}

// unreached says why our own public name does not lead to us.
func unreached(code, what string, err error) Finding {
	f := found(code, "%s: %v", what, err)
	var status *remote.StatusError
	switch {
	case errors.As(err, &status):
		return f.but(Error, "%s", remedyOf(status.Status))
	case remote.IsNoSuchName(err):
		return f.but(Error, "see the finding dns")
	case errors.Is(err, remote.ErrRefused):
		return f.but(Error, "what answers there is not this program, or something on the way changes what it says")
	}
	return f.but(Error, "see that the server and the proxy run, and that this machine reaches its own public name")
}

// remedyOf is what a status on the way to ourselves mostly means.
func remedyOf(status int) string {
	switch status {
	case http.StatusMisdirectedRequest:
		return "let the proxy keep the name that was asked for (nginx: proxy_set_header Host $host; Apache: ProxyPreserveHost On), or correct EMBRAYE_BASE_URL"
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return "the proxy does not reach the program: see that it runs, and that EMBRAYE_LISTEN is where the proxy asks"
	case http.StatusRequestEntityTooLarge:
		return "let the proxy take larger bodies: 45 MB (nginx: client_max_body_size 45m; mod_security of Apache: SecRequestBodyLimit 47185920)"
	case http.StatusForbidden, http.StatusUnauthorized:
		return "let the proxy ask for no password and its firewall rules pass application/activity+json"
	case http.StatusTooManyRequests:
		return "ask again in a few minutes"
	}
	return "let the proxy pass every path of this name to the program, /.well-known included, and rewrite nothing"
}
