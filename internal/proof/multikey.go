package proof

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"slices"
	"strings"
)

// codec is the multicodec prefix of an Ed25519 public key, 0xed as a varint.
var codec = []byte{0xed, 0x01}

// maxMultibase bounds what is decoded, which takes quadratic time.
const maxMultibase = 200

// Multikey writes a key as publicKeyMultibase.
func Multikey(key ed25519.PublicKey) string { return multibase(append(slices.Clone(codec), key...)) }

// ParseMultikey reads a publicKeyMultibase. Keys of other kinds are ErrKey.
func ParseMultikey(s string) (ed25519.PublicKey, error) {
	raw, err := fromMultibase(s)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	key, ok := bytes.CutPrefix(raw, codec)
	if !ok || len(key) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("%w: %d bytes of another kind", ErrKey, len(raw))
	}
	return ed25519.PublicKey(key), nil
}

// alphabet is base58btc: no 0, O, I and l.
const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// multibase writes bytes in base58btc, the one alphabet of FEP-521a and
// FEP-8b32, behind its letter.
func multibase(raw []byte) string {
	var digits []byte // the least first
	for _, b := range raw {
		carry := int(b)
		for i, d := range digits {
			carry += int(d) << 8
			digits[i], carry = byte(carry%58), carry/58
		}
		for ; carry > 0; carry /= 58 {
			digits = append(digits, byte(carry%58))
		}
	}
	for _, b := range raw {
		if b != 0 {
			break
		}
		digits = append(digits, 0)
	}
	slices.Reverse(digits)
	for i, d := range digits {
		digits[i] = alphabet[d]
	}
	return "z" + string(digits)
}

func fromMultibase(s string) ([]byte, error) {
	text, ok := strings.CutPrefix(s, "z")
	if !ok || text == "" || len(text) > maxMultibase {
		return nil, fmt.Errorf("%.20q is not base58btc", s)
	}
	var raw []byte // the least first
	for i := range len(text) {
		carry := strings.IndexByte(alphabet, text[i])
		if carry < 0 {
			return nil, fmt.Errorf("%.20q is not base58btc", s)
		}
		for k, b := range raw {
			carry += int(b) * 58
			raw[k], carry = byte(carry), carry>>8
		}
		for ; carry > 0; carry >>= 8 {
			raw = append(raw, byte(carry))
		}
	}
	for i := 0; i < len(text) && text[i] == alphabet[0]; i++ {
		raw = append(raw, 0)
	}
	slices.Reverse(raw)
	return raw, nil
}
