package peers

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"embraye/internal/activitypub"
	"embraye/internal/app"
	"embraye/internal/app/directory"
	"embraye/internal/embraye"
	"embraye/internal/remote"
)

const (
	maxPeerMeasures = 50               // of one peer that we follow
	maxOutboxes     = 10               // asked how much they hold
	lookWithin      = 90 * time.Second // at all of one peer
)

// Look is what an organisation's instance says of itself.
type Look struct {
	Organisation    embraye.IRI
	Handle, Name    string
	Software        string // empty: it does not say
	Version         string
	Reference       []string // IRIs of the texts that it follows
	OtherText       bool     // and ours is not among them
	Measures        []*embraye.RemoteActor
	Constats        int
	Followers       *int // of its account; nil: it does not say
	ApprovesFollows bool
	Skipped         []SkippedMeasure
	Peer            *embraye.Peer // ours already; nil: it is none
}

// SkippedMeasure is a measure of a peer that could not be read, and why. The
// next reading asks for it again.
type SkippedMeasure struct {
	Measure embraye.IRI
	Why     error
}

// Look looks at an organisation, given by handle or address, and keeps nothing.
func (ps *Peers) Look(ctx context.Context, by embraye.Acting, address string) (*Look, error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, fmt.Errorf("peers: look: %w", err)
	}
	found, err := ps.look(ctx, address)
	if err != nil {
		return nil, err
	}
	if found.Constats == 0 {
		found.Constats = ps.stated(ctx, found.Measures)
	}
	found.Followers = ps.total(ctx, found.account.Followers)
	found.Peer, err = ps.desk.Store.Tables().Peers.ByOrganisation(ctx, found.Organisation)
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return nil, err
	}
	return &found.Look, nil
}

// A scout reads what others say of themselves, and keeps nothing.
type scout struct {
	desk      *app.App
	directory *directory.Directory
}

// found is a look with what only we need of it.
type found struct {
	Look
	account *embraye.RemoteActor
	listed  []embraye.IRI // the measures that it names, read or not
	log     *embraye.PeerLog
	witness *embraye.PeerWitness
}

// facts are what may not change silently.
func (f *found) facts() *embraye.PeerFacts {
	facts := &embraye.PeerFacts{Reference: f.Reference, Measures: f.listed, Keys: map[embraye.IRI]string{}, Log: f.log, Witness: f.witness}
	for _, actor := range append([]*embraye.RemoteActor{f.account}, f.Measures...) {
		facts.Keys[actor.URI] = embraye.KeysFingerprint(actor)
	}
	return facts
}

func (sc *scout) look(ctx context.Context, address string) (*found, error) {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	uri, err := sc.resolve(ctx, address)
	if err != nil {
		return nil, why(err, address)
	}
	f := &found{}
	claims, err := sc.lookAtAccount(ctx, f, uri)
	if errors.Is(err, activitypub.ErrNoActor) || errors.Is(err, remote.ErrRefused) { // a constat, a review, a page: who gives it means whose it is
		if home, homeErr := sc.home(ctx, uri.Origin()); homeErr == nil {
			uri = home
			claims, err = sc.lookAtAccount(ctx, f, uri)
		}
	}
	if err != nil {
		return nil, why(err, uri.Host())
	}
	if err := sc.lookAtNode(ctx, f); err != nil {
		return nil, err
	}
	f.ApprovesFollows, f.log, f.witness = claims.ApprovesFollows, claims.Log, claims.Witness
	if err := sc.lookAtMeasures(ctx, f); err != nil {
		return nil, why(err, uri.Host())
	}
	if len(f.Reference) == 0 { // an Embraye that does not say: its measures are below their text
		for _, m := range f.Measures {
			if text := path.Dir(strings.Replace(m.Measure, "://", ":/", 1)); text != "." {
				f.Reference = append(f.Reference, strings.Replace(text, ":/", "://", 1))
			}
		}
		slices.Sort(f.Reference)
		f.Reference = slices.Compact(f.Reference)
	}
	f.OtherText = f.facts().OtherText(sc.desk.Reference().TextIRI())
	return f, nil
}

// resolve finds the account that an address names; the address of a server
// alone is that of its organisation.
func (sc *scout) resolve(ctx context.Context, address string) (embraye.IRI, error) {
	address = embraye.Address(address)
	if strings.HasPrefix(address, "http://") && !sc.desk.AllowHTTP {
		return "", problem("is_on_http", address)
	}
	if sc.desk.Site.Ours(embraye.IRI(address)) {
		return "", problem("is_this_instance", address)
	}
	if name, ok := strings.CutPrefix(address, embraye.IRI(address).Origin()+"/@"); ok && strings.Contains(address, "://") {
		name, _, _ = strings.Cut(name, "/") // a page, as browsers show it, is the account's that it is of
		address = "@" + name + "@" + embraye.IRI(address).Host()
	}
	if origin := strings.TrimSuffix(address, "/"); strings.Contains(address, "://") && embraye.IRI(address).Origin() == origin {
		return sc.home(ctx, origin)
	}
	handle, err := embraye.ParseHandle(address)
	if strings.Contains(address, "://") {
		_, err = embraye.ParseIRI(address, sc.desk.AllowHTTP)
	}
	if err != nil {
		return "", problem("is_no_address", address)
	}
	if handle.Host != "" && sc.desk.Site.Names(handle.Host) {
		return "", problem("is_this_instance", address)
	}
	return sc.directory.Resolve(ctx, address)
}

// home is the account of the organisation that a server says it is of.
func (sc *scout) home(ctx context.Context, origin string) (embraye.IRI, error) {
	info, err := sc.desk.Remote.NodeInfo(ctx, origin)
	if err != nil {
		return "", err
	}
	if info.Embraye == nil {
		return "", problem("is_not_an_embraye_organisation", origin)
	}
	uri, err := embraye.ParseIRI(info.Embraye.Organisation, sc.desk.AllowHTTP)
	if err != nil {
		return "", problem("is_no_address", info.Embraye.Organisation)
	}
	return uri, nil
}

// lookAtAccount reads the organisation's account, also if a measure of it was
// named.
func (sc *scout) lookAtAccount(ctx context.Context, f *found, uri embraye.IRI) (claims activitypub.Claims, err error) {
	for range 2 {
		if sc.desk.Site.Ours(uri) {
			return claims, problem("is_this_instance", string(uri))
		}
		actor, object, err := sc.directory.Look(ctx, uri)
		if err != nil {
			return claims, err
		}
		claims = activitypub.ReadClaims(object)
		switch {
		case activitypub.Outside(claims.Organisation, uri):
			return claims, problem("names_an_organisation_of_another_server", claims.Organisation)
		case activitypub.Outside(claims.Measures, uri):
			return claims, problem("names_measures_of_another_server", claims.Measures)
		case actor.Measures != "" && actor.KeyPEM == "":
			return claims, problem("shows_no_key_of_its_own", string(uri))
		case actor.Measures != "":
			f.account = actor
			f.Organisation, f.Handle, f.Name = actor.URI, actor.Username+"@"+actor.Host, actor.Name
			return claims, nil
		case actor.Organisation == "" || actor.Organisation == string(uri):
			return claims, problem("is_not_an_embraye_organisation", string(uri))
		}
		uri = embraye.IRI(actor.Organisation)
	}
	return claims, problem("is_not_an_embraye_organisation", string(uri))
}

// lookAtNode asks the server what it runs. One that does not say, or cannot
// just now, is read all the same.
func (sc *scout) lookAtNode(ctx context.Context, f *found) error {
	info, err := sc.desk.Remote.NodeInfo(ctx, f.Organisation.Origin())
	if errors.Is(err, embraye.ErrUnavailable) || ctx.Err() != nil {
		return why(errors.Join(err, ctx.Err()), f.Organisation.Host())
	}
	if err != nil {
		sc.desk.Log.DebugContext(ctx, "a peer does not say what it runs", "peer", f.Organisation, "error", err)
		return nil
	}
	f.Software, f.Version = info.Software, info.Version
	e := info.Embraye
	if e == nil {
		return nil
	}
	if e.Organisation != "" && e.Organisation != string(f.Organisation) {
		return problem("names_another_organisation_in_its_nodeinfo", e.Organisation)
	}
	if e.Measures != "" && e.Measures != f.account.Measures {
		return problem("names_other_measures_in_its_nodeinfo", e.Measures)
	}
	f.Reference, f.Constats = e.Reference, e.Constats
	return nil
}

// why makes of an error the one sentence about a peer that cannot be added: our
// own trouble stays what it is.
func why(err error, host string) error {
	var (
		invalid *embraye.InvalidError
		status  *remote.StatusError
		many    *embraye.TooMany
	)
	switch {
	case errors.As(err, &invalid), errors.Is(err, embraye.ErrUnavailable), errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &many):
		return problem("was_asked_too_often", host)
	case errors.Is(err, remote.ErrBlocked), errors.Is(err, embraye.ErrForbidden):
		return problem("is_blocked_here", host)
	case errors.As(err, &status) && (status.Status == 401 || status.Status == 403):
		return problem("does_not_let_us_read", host)
	case errors.As(err, &status) && status.Status >= 400 && status.Status < 500 && status.Status != 429:
		return problem("has_no_such_account", host)
	case status != nil, errors.Is(err, remote.ErrUnreachable), errors.Is(err, context.DeadlineExceeded):
		return problem("does_not_answer", host)
	case errors.Is(err, remote.ErrRefused), errors.Is(err, activitypub.ErrNoActor):
		return problem("is_not_an_embraye_organisation", host)
	case errors.Is(err, embraye.ErrNotFound):
		return problem("has_no_such_account", host)
	case errors.Is(err, embraye.ErrInvalid):
		return problem("contradicts_itself", host)
	}
	return err
}

func problem(code, value string) error {
	return app.OneProblem("peer", code, app.Cut(value, embraye.MaxName))
}

// silent reports whether an error means that a peer cannot be had, and nothing
// that it says.
func silent(err error) bool {
	var invalid *embraye.InvalidError
	return errors.As(err, &invalid) && len(invalid.Problems) == 1 &&
		slices.Contains([]string{"does_not_answer", "does_not_let_us_read", "has_no_such_account"}, invalid.Problems[0].Code)
}
