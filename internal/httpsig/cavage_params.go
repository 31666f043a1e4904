package httpsig

import "strings"

// cavageParams are the parameters of a draft-cavage header, each name once.
// There are few: a scan is quicker than a map, and keeps nothing.
type cavageParams []cavageParam

type cavageParam struct {
	name  string // lower case
	value string // without quotes
}

func (ps cavageParams) get(name string) (value string, ok bool) {
	for _, p := range ps {
		if p.name == name {
			return p.value, true
		}
	}
	return "", false
}

func (ps cavageParams) keyID() (string, error) {
	id, ok := ps.get("keyid")
	if !ok {
		return "", invalid("no keyId")
	}
	if err := checkKeyID(id); err != nil {
		return "", invalid("%w", err)
	}
	return id, nil
}

// parseCavageParams reads name=value or name="value", separated by commas with
// or without spaces (F024), in any order, names in any case.
func parseCavageParams(header string) (cavageParams, error) {
	if len(header) > maxHeader {
		return nil, invalid("Signature of %d bytes", len(header))
	}
	ps := make(cavageParams, 0, 8)
	for rest := header; ; {
		var p cavageParam
		var err error
		if p, rest, err = nextCavageParam(rest); err != nil {
			return nil, err
		}
		if _, dup := ps.get(p.name); dup {
			return nil, invalid("parameter %.40q twice", p.name)
		}
		if ps = append(ps, p); len(ps) > maxParams {
			return nil, invalid("over %d parameters", maxParams)
		}
		if rest == "" {
			return ps, nil
		}
		if rest[0] != ',' {
			return nil, invalid("no comma after parameter %.40q", p.name)
		}
		rest = rest[1:]
	}
}

// nextCavageParam cuts one parameter off; what is left starts at a comma or is empty.
func nextCavageParam(s string) (p cavageParam, rest string, err error) {
	name, rest, ok := strings.Cut(s, "=")
	name = trimOWS(name)
	if !ok || !isToken(name) {
		return p, "", invalid("malformed Signature at %.40q", s)
	}
	p.name = strings.ToLower(name)
	rest = strings.TrimLeft(rest, " \t")
	if quoted, isQuoted := strings.CutPrefix(rest, `"`); isQuoted {
		// No sender escapes, and readers differ in what an escape means.
		if p.value, rest, ok = strings.Cut(quoted, `"`); !ok || strings.Contains(p.value, `\`) {
			return p, "", invalid("parameter %.40q is badly quoted", p.name)
		}
		return p, strings.TrimLeft(rest, " \t"), nil
	}
	end := 0
	for end < len(rest) && isTokenByte(rest[end]) {
		end++
	}
	p.value, rest = rest[:end], rest[end:]
	if p.value == "" {
		return p, "", invalid("parameter %.40q has no value", p.name)
	}
	return p, strings.TrimLeft(rest, " \t"), nil
}
