// Package totp makes and checks the codes of a code generator: RFC 6238 with
// SHA-1, six digits and steps of thirty seconds, which is what every app knows.
//
// What always holds: a code is compared in constant time, and tells its step, so
// that whoever keeps steps can refuse one that was used.
package totp

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"
)

// Digits is how long a code is, and SecretBytes how long a secret (RFC 4226, 4).
const (
	Digits      = 6
	SecretBytes = 20
)

const (
	period = 30 // seconds
	drift  = 1  // steps before and after: a clock may be a little wrong
)

// StepOf is the step of a moment.
func StepOf(t time.Time) int64 { return t.Unix() / period }

// Code is what a generator shows at a step (RFC 4226, 5.3).
func Code(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(step)))
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%0*d", Digits, binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000)
}

// Match finds the step after the last used one whose code this is.
func Match(secret []byte, code string, now time.Time, last int64) (step int64, ok bool) {
	for s := StepOf(now) - drift; s <= StepOf(now)+drift; s++ {
		if subtle.ConstantTimeCompare([]byte(Code(secret, s)), []byte(code)) == 1 && s > last && !ok {
			step, ok = s, true
		}
	}
	return step, ok
}

// Text is a secret as people type it.
func Text(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// URI is a secret as apps read it from a link or a picture.
func URI(secret []byte, issuer, account string) string {
	return "otpauth://totp/" + url.PathEscape(issuer+":"+account) + "?secret=" + Text(secret) + "&issuer=" + url.QueryEscape(issuer)
}
