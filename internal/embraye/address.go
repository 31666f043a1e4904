package embraye

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// IRI is the address of something in the federation. A value made by ParseIRI
// or ParseID is byte for byte what the peer wrote, and is compared as the string
// that it is: one identity, never two (CVE-2023-42451 and CVE-2025-25306 came
// from comparing addresses that were only alike). Scheme and host, which blocks
// and ownership are decided by, have one spelling; so has what programs write in
// one way. What living servers do write (the root without its slash, letters
// beyond ASCII, an escaped tilde) is taken as it is: which of two spellings
// somebody goes by is said by the document that is found there.
type IRI string

// maxIRIBytes is what a column keeps; longer ids are refused, never cut.
const maxIRIBytes = 2048

// ParseIRI accepts the address of an actor, a collection, an inbox or a page:
// absolute, https (or http where the settings allow it), without user, password
// or fragment.
func ParseIRI(s string, allowHTTP bool) (IRI, error) {
	return parseIRI(s, allowHTTP, false)
}

// ParseID is ParseIRI for ids of activities and posts, which may end in a
// fragment: Mastodon writes …/users/pat#likes/7, bots write …/bot#dm-7.
func ParseID(s string, allowHTTP bool) (IRI, error) {
	return parseIRI(s, allowHTTP, true)
}

func parseIRI(s string, allowHTTP, allowFragment bool) (IRI, error) {
	if err := checkIRI(s, allowHTTP, allowFragment); err != nil {
		return "", fmt.Errorf("address %s: %w: %w", quoteShort(s), err, ErrInvalid)
	}
	return IRI(s), nil
}

// Host is host or host:port, in lower case: the key of deliveries and blocks.
func (i IRI) Host() string {
	_, rest, ok := strings.Cut(string(i), "://")
	if !ok {
		return ""
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return rest
}

// Origin is scheme://host[:port].
func (i IRI) Origin() string {
	scheme, _, ok := strings.Cut(string(i), "://")
	if !ok {
		return ""
	}
	return scheme + "://" + i.Host()
}

func (i IRI) String() string { return string(i) }

// SameOrigin reports whether one server answers for both. An empty address has
// no origin and shares it with none.
func SameOrigin(a, b IRI) bool {
	origin := a.Origin()
	return origin != "" && origin == b.Origin()
}

// ParseKeyID reads the keyId of a signature: the bare actor, actor#main-key,
// actor/#main-key (Friendica) or actor/main-key (GoToSocial). It returns the id
// as written and the actor it probably belongs to; the guess finds a key that
// we keep already, while ownership is decided by the fetched document alone.
func ParseKeyID(s string, allowHTTP bool) (key string, actorGuess IRI, err error) {
	id, err := parseIRI(s, allowHTTP, true)
	if err != nil {
		return "", "", fmt.Errorf("keyId: %w", err)
	}
	actor, _, hasFragment := strings.Cut(s, "#")
	if hasFragment {
		actor = withoutSlash(actor, id.Origin())
	} else if short, ok := strings.CutSuffix(actor, "/main-key"); ok {
		actor = withoutSlash(short+"/", id.Origin())
	}
	return s, IRI(actor), nil
}

// withoutSlash drops one trailing slash, but not the one that is the whole path.
func withoutSlash(s, origin string) string {
	if short, ok := strings.CutSuffix(s, "/"); ok && short != origin {
		return short
	}
	return s
}

// checkIRI walks the parts of s in the order of RFC 3986.
func checkIRI(s string, allowHTTP, allowFragment bool) error {
	if len(s) > maxIRIBytes {
		return fmt.Errorf("longer than %d bytes", maxIRIBytes)
	}
	scheme, rest, ok := strings.Cut(s, "://")
	switch {
	case !ok || scheme != "https" && scheme != "http":
		return errors.New("not an absolute https address")
	case scheme == "http" && !allowHTTP:
		return errors.New("http is not allowed, only https")
	}
	rest, fragment, hasFragment := strings.Cut(rest, "#")
	if hasFragment && (!allowFragment || fragment == "") {
		return errors.New("has a fragment")
	}
	rest, query, hasQuery := strings.Cut(rest, "?")
	if hasQuery && query == "" {
		return errors.New("ends in an empty query")
	}
	authority, path, hasPath := strings.Cut(rest, "/")
	if hasQuery && !hasPath {
		return errors.New("has a query but no path")
	}
	if err := checkAuthority(authority, scheme); err != nil {
		return err
	}
	if err := checkPath(path); err != nil {
		return err
	}
	if err := checkEscapes(query, "/?:@[]"); err != nil {
		return err
	}
	return checkEscapes(fragment, "/?:@")
}

func checkAuthority(authority, scheme string) error {
	if strings.Contains(authority, "@") {
		return errors.New("carries a user name or password")
	}
	host, port, err := splitPort(authority)
	if err != nil {
		return err
	}
	if scheme == "https" && port == "443" || scheme == "http" && port == "80" {
		return errors.New("writes out the default port")
	}
	canonical, err := canonicalHost(host)
	if err != nil {
		return err
	}
	if canonical != host {
		return fmt.Errorf("host is not in canonical form (%s)", canonical)
	}
	return nil
}

func checkPath(path string) error {
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return errors.New("has a dot segment")
		}
	}
	return checkEscapes(path, "/:@")
}

// checkEscapes allows the characters of RFC 3986 plus extra, letters beyond
// ASCII as RFC 3987 does (none that hide or turn the text), and escapes only of
// what needs one, and of the tilde, which old encoders escape. Hexadecimal
// digits may have either case: WordPress writes them small. Control characters
// are refused even escaped.
func checkEscapes(s, extra string) error {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError || !unicode.IsPrint(r) {
				return fmt.Errorf("has the character %q unescaped", r)
			}
			i += size - 1
			continue
		}
		if c != '%' {
			if !isUnreserved(c) && !strings.ContainsRune("!$&'()*+,;=", rune(c)) && !strings.ContainsRune(extra, rune(c)) {
				return fmt.Errorf("has the character %q unescaped", rune(c))
			}
			continue
		}
		if i+2 >= len(s) || unhex(s[i+1]) < 0 || unhex(s[i+2]) < 0 {
			return errors.New("has a broken percent escape")
		}
		escaped := byte(unhex(s[i+1])<<4 | unhex(s[i+2]))
		if escaped < 0x20 || escaped == 0x7f {
			return errors.New("has an escaped control character")
		}
		if isUnreserved(escaped) && escaped != '~' {
			return fmt.Errorf("escapes %q without need", rune(escaped))
		}
		i += 2
	}
	return nil
}

// SameAddress reports whether two addresses differ at most in how they are
// written: letters beyond ASCII plain or escaped, escapes in capitals or not, the
// root with or without its slash. Two spellings are never one identity; a key
// that an actor's own document lists is found by either, because RFC 9421 cannot
// carry the plain one.
func SameAddress(a, b IRI) bool { return a == b || a.spelling() == b.spelling() }

// spelling is the address in ASCII.
func (i IRI) spelling() string {
	s, fragment, hasFragment := strings.Cut(string(i), "#")
	if IRI(s).Origin() == s {
		s += "/"
	}
	if hasFragment {
		s += "#" + fragment
	}
	var out strings.Builder
	for at := 0; at < len(s); at++ {
		switch c := s[at]; {
		case c >= utf8.RuneSelf:
			fmt.Fprintf(&out, "%%%02X", c)
		case c == '%' && at+2 < len(s):
			out.WriteString(strings.ToUpper(s[at : at+3]))
			at += 2
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

func isUnreserved(c byte) bool {
	return isAlphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~'
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// quoteShort shows hostile input in an error without carrying all of it.
func quoteShort(s string) string {
	const most = 100
	if len(s) > most {
		return fmt.Sprintf("%q…", s[:most])
	}
	return fmt.Sprintf("%q", s)
}
