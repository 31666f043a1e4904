package httpsig

import (
	"slices"
	"strings"
)

// input is one member of Signature-Input: what a signature covers, and its parameters.
type input struct {
	label      string
	components []string
	params     []inputParam
	canonical  string // the member's value as it is signed
}

type inputParam struct{ name, value string } // value as it stands, "" for a bare true

func (in input) param(name string) (value string, ok bool) {
	for _, p := range in.params {
		if p.name == name {
			return p.value, true
		}
	}
	return "", false
}

// stringParam is a parameter that must be a string if it is there.
func (in input) stringParam(name string) (string, error) {
	value, ok := in.param(name)
	if !ok {
		return "", nil
	}
	// Key ids and algorithms have no quotes or backslashes, so escapes stay unread.
	if len(value) < 2 || value[0] != '"' || strings.Contains(value, `\`) {
		return "", invalid("parameter %s is no plain string", name)
	}
	return value[1 : len(value)-1], nil
}

// input reads an inner list of component names with the parameters behind it.
func (sc *scanner) input(label string) (input, error) {
	in := input{label: label}
	if err := sc.components(&in); err != nil {
		return in, err
	}
	if err := sc.params(&in); err != nil {
		return in, err
	}
	var b strings.Builder
	b.WriteByte('(')
	for i, name := range in.components {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(`"` + name + `"`)
	}
	b.WriteByte(')')
	for _, p := range in.params {
		b.WriteString(";" + p.name)
		if p.value != "" {
			b.WriteString("=" + p.value)
		}
	}
	in.canonical = b.String()
	return in, nil
}

func (sc *scanner) components(in *input) error {
	if !sc.take('(') {
		return sc.malformed()
	}
	for {
		sc.rest = strings.TrimLeft(sc.rest, " ")
		if sc.take(')') {
			return nil
		}
		quoted, err := sc.quoted()
		if err != nil {
			return err
		}
		name := quoted[1 : len(quoted)-1]
		if !isToken(strings.TrimPrefix(name, "@")) || name != strings.ToLower(name) {
			return invalid("covers %.100q, which is no component", name)
		}
		if slices.Contains(in.components, name) {
			return invalid("covers %.100q twice", name)
		}
		if in.components = append(in.components, name); len(in.components) > maxComponents {
			return invalid("covers over %d components", maxComponents)
		}
		switch sc.peek() {
		case ' ', ')':
		case ';': // F036: ;req, ;sf, ;bs, ;key, ;name make another value of it
			return invalid("component %.100q has parameters", name)
		default:
			return sc.malformed()
		}
	}
}

func (sc *scanner) params(in *input) error {
	for sc.take(';') {
		sc.rest = strings.TrimLeft(sc.rest, " ")
		name, err := sc.key()
		if err != nil {
			return err
		}
		if _, dup := in.param(name); dup {
			return invalid("parameter %.40q twice", name)
		}
		p := inputParam{name: name}
		if sc.take('=') {
			if p.value, err = sc.bareItem(); err != nil {
				return err
			}
		}
		if in.params = append(in.params, p); len(in.params) > maxSFParams {
			return invalid("over %d parameters", maxSFParams)
		}
	}
	return nil
}
