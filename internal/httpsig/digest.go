package httpsig

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"net/http"
	"strings"
)

// A digest header may list several sums. Those that we know must all match the
// body, and SHA-256 must be among them; the rest (MD5, SHA-1, …) prove nothing
// and are left alone.

// checkDigest compares the Digest header of RFC 3230 with the body.
func checkDigest(h http.Header, body []byte) error {
	header, ok, err := joined(h, "Digest")
	if err != nil {
		return err
	}
	if !ok {
		return invalid("no Digest")
	}
	entries := strings.Split(header, ",")
	if len(entries) > maxDigests {
		return invalid("%d digests", len(entries))
	}
	proved := false
	for _, entry := range entries {
		name, value, ok := strings.Cut(trimOWS(entry), "=")
		if !ok || !isToken(name) {
			return invalid("malformed Digest %.100q", entry)
		}
		want, known := bodySum(strings.ToLower(name), body)
		if !known {
			continue
		}
		if value != base64.StdEncoding.EncodeToString(want) {
			return invalid("Digest %s does not match the body", name)
		}
		proved = proved || strings.EqualFold(name, "sha-256")
	}
	if !proved {
		return invalid("no SHA-256 in Digest")
	}
	return nil
}

// checkContentDigest compares the Content-Digest header of RFC 9530 with the
// body. The syntax of Digest is refused in it (F033).
func checkContentDigest(h http.Header, body []byte) error {
	header, ok, err := joined(h, "Content-Digest")
	if err != nil {
		return err
	}
	if !ok {
		return invalid("no Content-Digest")
	}
	proved := false
	err = parseDictionary("Content-Digest", header, maxDigests, func(name string, sc *scanner) error {
		got, err := sc.byteSequence()
		if err != nil {
			return err
		}
		want, known := bodySum(name, body)
		if known && got != base64.StdEncoding.EncodeToString(want) {
			return invalid("Content-Digest %s does not match the body", name)
		}
		proved = proved || name == "sha-256"
		return nil
	})
	if err != nil {
		return err
	}
	if !proved {
		return invalid("no sha-256 in Content-Digest")
	}
	return nil
}

// bodySum is the sum of the body under a name that we know.
func bodySum(name string, body []byte) (sum []byte, known bool) {
	switch name {
	case "sha-256":
		sum := sha256.Sum256(body)
		return sum[:], true
	case "sha-512":
		sum := sha512.Sum512(body)
		return sum[:], true
	}
	return nil, false
}
