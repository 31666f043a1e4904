package httpsig

import (
	"slices"
	"strings"
)

// The algorithms of RFC 9421 that a header may name, each with its key type alone.
const (
	rfc9421RSA     = "rsa-v1_5-sha256"
	rfc9421Ed25519 = "ed25519"
)

// parse9421 judges the signatures of a request that has Signature-Input.
func parse9421(m *message, lines []string, p Policy) (*Signature, error) {
	line, cavageKeyID, err := splitSchemes(lines)
	if err != nil {
		return nil, err
	}
	raws, err := parseSignatures(line)
	if err != nil {
		return nil, err
	}
	header, _, err := singleLine(m.r.Header, "Signature-Input")
	if err != nil {
		return nil, err
	}
	inputs, err := parseInputs(header)
	if err != nil {
		return nil, err
	}
	s, err := firstQualified(m, inputs, raws, p)
	if err != nil {
		return nil, err
	}
	if cavageKeyID != "" && cavageKeyID != s.KeyID {
		return nil, invalid("two schemes with two keys, %.200q and %.200q", cavageKeyID, s.KeyID)
	}
	return s, nil
}

// splitSchemes finds the one RFC 9421 line among the Signature lines, and the
// key id of a draft-cavage signature that stands beside it (F040).
func splitSchemes(lines []string) (line, cavageKeyID string, err error) {
	var found []string
	for _, l := range lines {
		if len(l) > maxHeader {
			return "", "", invalid("Signature of %d bytes", len(l))
		}
		// A dictionary of byte sequences has no quotes, draft-cavage always has.
		if !strings.Contains(l, `"`) {
			found = append(found, trimOWS(l))
			continue
		}
		if cavageKeyID != "" {
			return "", "", invalid("%d Signature lines", len(lines))
		}
		params, err := parseCavageParams(l)
		if err != nil {
			return "", "", err
		}
		if cavageKeyID, err = params.keyID(); err != nil {
			return "", "", err
		}
	}
	if len(found) != 1 {
		return "", "", invalid("Signature-Input with %d Signature lines of its kind", len(found))
	}
	return found[0], cavageKeyID, nil
}

// parseSignatures reads the Signature header: labels with their base64.
func parseSignatures(header string) (map[string]string, error) {
	raws := make(map[string]string, 1)
	err := parseDictionary("Signature", header, maxLabels, func(label string, sc *scanner) error {
		var err error
		raws[label], err = sc.byteSequence()
		return err
	})
	return raws, err
}

// parseInputs reads the Signature-Input header.
func parseInputs(header string) ([]input, error) {
	var inputs []input
	err := parseDictionary("Signature-Input", header, maxLabels, func(label string, sc *scanner) error {
		in, err := sc.input(label)
		inputs = append(inputs, in)
		return err
	})
	return inputs, err
}

// firstQualified is the first signature that satisfies the law of the package.
// If none does, the error is about the first.
func firstQualified(m *message, inputs []input, raws map[string]string, p Policy) (*Signature, error) {
	var first error
	for _, in := range inputs {
		s, err := qualify(m, in, raws, p)
		if err == nil {
			return s, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

func qualify(m *message, in input, raws map[string]string, p Policy) (*Signature, error) {
	encoded, ok := raws[in.label]
	if !ok {
		return nil, invalid("no signature labelled %.40q", in.label)
	}
	s := &Signature{Scheme: RFC9421, Covered: in.components}
	var err error
	if s.Raw, err = rawSignature(encoded); err != nil {
		return nil, err
	}
	if err := s.takeParams(in, p); err != nil {
		return nil, err
	}
	required := []string{"@method", "@target-uri"}
	if m.needsDigest() {
		required = append(required, "content-digest")
	}
	for _, name := range required {
		if !slices.Contains(in.components, name) {
			return nil, invalid("does not cover %s", name)
		}
	}
	if slices.Contains(in.components, "content-digest") {
		if err := checkContentDigest(m.r.Header, m.body); err != nil {
			return nil, err
		}
	}
	base, err := base9421(m, in)
	if err != nil {
		return nil, err
	}
	s.bases = []string{base}
	return s, nil
}

// takeParams reads keyid and alg, and checks created, which must be there, and expires.
func (s *Signature) takeParams(in input, p Policy) error {
	var err error
	if s.KeyID, err = in.stringParam("keyid"); err != nil {
		return err
	}
	if err := checkKeyID(s.KeyID); err != nil {
		return invalid("%w", err)
	}
	if s.alg, err = in.stringParam("alg"); err != nil {
		return err
	}
	if _, named := in.param("alg"); named && s.alg != rfc9421RSA && s.alg != rfc9421Ed25519 {
		return invalid("algorithm %.40q is not accepted", s.alg)
	}
	value, ok := in.param("created")
	if !ok {
		return invalid("no created parameter")
	}
	created, err := unixTime("created", value)
	if err != nil {
		return err
	}
	if s.Until, err = p.timely("created", created); err != nil {
		return err
	}
	if value, ok = in.param("expires"); !ok {
		return nil
	}
	expires, err := unixTime("expires", value)
	if err != nil {
		return err
	}
	s.expire(expires)
	return p.unexpired(expires)
}

// base9421 is the signature base of RFC 9421 section 2.5.
func base9421(m *message, in input) (string, error) {
	var b strings.Builder
	for _, name := range in.components {
		value, err := m.component(name)
		if err != nil {
			return "", err
		}
		writeComponent(&b, name, value)
	}
	b.WriteString(`"@signature-params": ` + in.canonical)
	return b.String(), nil
}

func writeComponent(b *strings.Builder, name, value string) {
	b.WriteString(`"` + name + `": ` + value + "\n")
}

// component is the value of a covered component. What is derived from the
// address is derived from our origin; a proxy leaves only the path in the request.
func (m *message) component(name string) (string, error) {
	u := m.r.URL
	switch name {
	case "@method":
		return method(m.r), nil
	case "@target-uri":
		return m.scheme + "://" + m.authority + u.RequestURI(), nil
	case "@authority":
		return m.authority, nil
	case "@scheme":
		return m.scheme, nil
	case "@request-target":
		return u.RequestURI(), nil
	case "@path":
		path, _, _ := strings.Cut(u.RequestURI(), "?")
		return path, nil
	case "@query":
		return "?" + u.RawQuery, nil
	}
	if strings.HasPrefix(name, "@") {
		return "", invalid("covers %.40q, which is not supported", name)
	}
	return m.field(name)
}
