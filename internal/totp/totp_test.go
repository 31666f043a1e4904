package totp_test

import (
	"net/url"
	"testing"
	"time"

	"embraye/internal/totp"
)

var secret = []byte("12345678901234567890") // of RFC 6238, appendix B

// The values of RFC 6238, appendix B, shortened to six digits.
func TestCodesOfTheRFC(t *testing.T) {
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := totp.Code(secret, totp.StepOf(time.Unix(at, 0))); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

// One step before and after is forgiven; a used step is not, nor an earlier one.
func TestStepsThatCount(t *testing.T) {
	now := time.Unix(1234567890, 0)
	step := totp.StepOf(now)
	for offset := int64(-2); offset <= 2; offset++ {
		got, ok := totp.Match(secret, totp.Code(secret, step+offset), now, 0)
		if want := offset >= -1 && offset <= 1; ok != want || ok && got != step+offset {
			t.Errorf("%d steps off: %d, %t", offset, got, ok)
		}
	}
	if _, ok := totp.Match(secret, totp.Code(secret, step), now, step); ok {
		t.Error("a used step counts once more")
	}
	if _, ok := totp.Match(secret, totp.Code(secret, step-1), now, step); ok {
		t.Error("a step before the used one counts")
	}
	for _, bad := range []string{"", "5924", "005925", "０05924", "0059240"} {
		if _, ok := totp.Match(secret, bad, now, 0); ok {
			t.Errorf("%q counts", bad)
		}
	}
}

// What apps read: names with signs of their own stay one name.
func TestURI(t *testing.T) {
	u, err := url.Parse(totp.URI(secret, "Les communs & moi", "ana+1@asso.example"))
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Les communs & moi:ana+1@asso.example" ||
		u.Query().Get("issuer") != "Les communs & moi" || u.Query().Get("secret") != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" {
		t.Errorf("%+v, %v", u, err)
	}
}
