package httpsig

import (
	"net/http"
	"slices"
	"strings"
)

// cavageRSA is the only algorithm of draft-cavage that means something here;
// hs2019 (GoToSocial) says “as the key's metadata tells”, which is the same.
const cavageRSA = "rsa-sha256"

// parseCavage judges a Signature header of draft-cavage-12.
func parseCavage(m *message, header string, p Policy) (*Signature, error) {
	params, err := parseCavageParams(header)
	if err != nil {
		return nil, err
	}
	s := &Signature{Scheme: Cavage}
	if s.KeyID, err = params.keyID(); err != nil {
		return nil, err
	}
	// F019, F020: hmac-*, rsa-sha1 and all the rest.
	alg, named := params.get("algorithm")
	if s.alg = strings.ToLower(alg); named && s.alg != cavageRSA && s.alg != "hs2019" {
		return nil, invalid("algorithm %.40q is not accepted", alg)
	}
	encoded, _ := params.get("signature")
	if s.Raw, err = rawSignature(encoded); err != nil {
		return nil, err
	}
	if s.Covered, err = params.covered(); err != nil {
		return nil, err
	}
	if err := checkCavageCoverage(m, s.Covered); err != nil {
		return nil, err
	}
	if err := s.checkCavageTime(m, params, p); err != nil {
		return nil, err
	}
	if slices.Contains(s.Covered, "digest") {
		if err := checkDigest(m.r.Header, m.body); err != nil {
			return nil, err
		}
	}
	s.bases, err = cavageBases(m, s.Covered, params)
	return s, err
}

// covered is the list of signed names. Without the parameter the draft means
// the date alone, which covers nothing that matters (F013).
func (ps cavageParams) covered() ([]string, error) {
	list, ok := ps.get("headers")
	if !ok {
		return nil, invalid("no headers parameter")
	}
	names := strings.Fields(strings.ToLower(list))
	if len(names) > maxCovered {
		return nil, invalid("covers %d names", len(names))
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return nil, invalid("covers %.100q twice", name)
		}
	}
	return names, nil
}

func checkCavageCoverage(m *message, covered []string) error {
	required := []string{"(request-target)", "host"}
	if m.needsDigest() {
		required = append(required, "digest")
	}
	for _, name := range required {
		if !slices.Contains(covered, name) {
			return invalid("does not cover %s", name)
		}
	}
	return m.checkHost()
}

// checkCavageTime wants at least one signed time (F010). A created or expires
// parameter must hold even when it is not signed, as the draft says.
func (s *Signature) checkCavageTime(m *message, params cavageParams, p Policy) error {
	if slices.Contains(s.Covered, "date") {
		date, err := m.field("date")
		if err != nil {
			return err
		}
		t, err := http.ParseTime(date)
		if err != nil {
			return invalid("date %.60q is no HTTP date", date)
		}
		until, err := p.timely("date", t)
		if err != nil {
			return err
		}
		s.expire(until)
	}
	if err := s.checkCreated(params, p); err != nil {
		return err
	}
	if err := s.checkExpires(params, p); err != nil {
		return err
	}
	if s.Until.IsZero() {
		return invalid("covers no time: neither date nor (created) nor (expires)")
	}
	return nil
}

func (s *Signature) checkCreated(params cavageParams, p Policy) error {
	covered := slices.Contains(s.Covered, "(created)")
	value, ok := params.get("created")
	if !ok {
		if covered {
			return invalid("covers (created) without the parameter")
		}
		return nil
	}
	t, err := unixTime("created", value)
	if err != nil {
		return err
	}
	until, err := p.timely("created", t)
	if err == nil && covered {
		s.expire(until)
	}
	return err
}

func (s *Signature) checkExpires(params cavageParams, p Policy) error {
	covered := slices.Contains(s.Covered, "(expires)")
	value, ok := params.get("expires")
	if !ok {
		if covered {
			return invalid("covers (expires) without the parameter")
		}
		return nil
	}
	t, err := unixTime("expires", value)
	if err != nil {
		return err
	}
	if err := p.unexpired(t); err != nil {
		return err
	}
	if t.After(p.Now.Add(maxExpires)) {
		return invalid("expires over %s ahead", maxExpires)
	}
	if covered {
		s.expire(t)
	}
	return nil
}

// cavageBases are the strings that may have been signed: Fedify, PeerTube and
// Friendica leave the query out of (request-target), which is tolerated where
// nothing is changed by it; a proxy may drop a default port or the case of Host.
func cavageBases(m *message, covered []string, params cavageParams) ([]string, error) {
	targets := []string{m.r.URL.RequestURI()}
	if path, _, ok := strings.Cut(targets[0], "?"); ok && !m.needsDigest() {
		targets = append(targets, path)
	}
	hosts := []string{m.r.Host}
	if m.r.Host != m.authority {
		hosts = append(hosts, m.authority)
	}
	var bases []string
	for _, target := range targets {
		for _, host := range hosts {
			base, err := cavageBase(m, covered, params, target, host)
			if err != nil {
				return nil, err
			}
			bases = append(bases, base)
		}
	}
	return bases, nil
}

func cavageBase(m *message, covered []string, params cavageParams, target, host string) (string, error) {
	var b strings.Builder
	for i, name := range covered {
		var value string
		var err error
		switch name {
		case "(request-target)":
			value = strings.ToLower(method(m.r)) + " " + target
		case "(created)", "(expires)":
			value, _ = params.get(name[1 : len(name)-1])
		case "host":
			value = host
		default:
			value, err = m.field(name)
		}
		if err != nil {
			return "", err
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(name + ": " + value)
	}
	return b.String(), nil
}
