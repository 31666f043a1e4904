package httpsig

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// checkOutcome holds the law against whatever Parse made of the input.
func checkOutcome(t *testing.T, rc received, required ...string) {
	s, err := Parse(rc.r, rc.body, policy())
	if err != nil {
		if !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrUnsigned) {
			t.Fatalf("error of no kind: %v", err)
		}
		if strings.ContainsAny(err.Error(), "\r\n") || len(err.Error()) > 2000 {
			t.Fatalf("error unfit for a log: %q", err)
		}
		return
	}
	for _, name := range required {
		if !slices.Contains(s.Covered, name) {
			t.Fatalf("accepted without %s: %q", name, s.Covered)
		}
	}
	sorted := slices.Sorted(slices.Values(s.Covered))
	if len(slices.Compact(sorted)) != len(s.Covered) {
		t.Fatalf("accepted a name twice: %q", s.Covered)
	}
	if s.KeyID == "" || len(s.Raw) == 0 || len(s.bases) == 0 || !s.Until.After(now) {
		t.Fatalf("accepted %+v", s)
	}
	if err := s.Verify(fakeRSA(2048)); !errors.Is(err, ErrInvalid) {
		t.Fatalf("a key of nobody verifies: %v", err)
	}
}

func FuzzParseCavage(f *testing.F) {
	good := newForge().sign().r.Header
	f.Add(good.Get("Signature"), good.Get("Digest"), good.Get("Date"))
	f.Add(strings.ReplaceAll(good.Get("Signature"), ",", ", "), "sha-256=x,"+good.Get("Digest"), "")
	f.Add(`keyId="a",headers="(request-target) host digest (created)",created=1,expires="2",signature="QQ=="`, "", "now")
	f.Add(`keyId=a,keyid="b",algorithm=hs2019`, "SHA-256=", "")
	f.Add(`a="\"",=,,`, "=", "")
	f.Fuzz(func(t *testing.T, signature, digest, date string) {
		rc := newForge().request()
		rc.r.Header.Set("Signature", signature)
		rc.r.Header.Set("Digest", digest)
		rc.r.Header.Set("Date", date)
		checkOutcome(t, rc, "(request-target)", "host", "digest")
	})
}

func FuzzParse9421(f *testing.F) {
	good := newForge9421().sign().r.Header
	f.Add(good.Get("Signature-Input"), good.Get("Signature"), good.Get("Content-Digest"))
	f.Add(`a=("@method";req "@path"), b=();created=1`, "a=:QQ==:, b=::", "sha-512=:QQ==:, sha-256=:QQ==:")
	f.Add(`a=("x" "\"");k="\\";n=-1;t=?0;b=:QQ==:;s=tok`, `keyId="x",signature="y"`, "sha-256=x")
	f.Add(`a=(`, "a=:", ":")
	f.Fuzz(func(t *testing.T, input, signature, digest string) {
		rc := newForge9421().request()
		rc.r.Header.Set("Signature-Input", input)
		rc.r.Header.Set("Signature", signature)
		rc.r.Header.Set("Content-Digest", digest)
		checkOutcome(t, rc, "@method", "@target-uri", "content-digest")
	})
}
