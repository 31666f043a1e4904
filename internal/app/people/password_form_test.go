package people

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// oldHash is what was kept before passwords had one form: that of the bytes.
func oldHash(t *testing.T, password string) string {
	t.Helper()
	salt := make([]byte, 16)
	sum, err := newHasher(0).argon(t.Context(), password, salt, argonPasses, argonMemory, argonThreads, argonLength)
	if err != nil {
		t.Fatal(err)
	}
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", argonMemory, argonPasses, argonThreads, enc.EncodeToString(salt),
		enc.EncodeToString(sum))
}

func TestK17APasswordIsTheSameOnEverySystem(t *testing.T) {
	passwords, ctx := newHasher(0), t.Context()
	composed := "Été à Besançon 2024"
	decomposed := norm.NFD.String(composed)
	spaced := strings.ReplaceAll(composed, " ", "\u00a0") // Option and space bar on a Mac
	for name, hash := range map[string]func(string) (string, error){
		"new": func(s string) (string, error) { return passwords.hash(ctx, s) },
		"old": func(s string) (string, error) { return oldHash(t, s), nil },
	} {
		for _, set := range []string{composed, decomposed} {
			kept, err := hash(set)
			if err != nil {
				t.Fatal(err)
			}
			for _, typed := range []string{composed, decomposed} {
				if err := passwords.check(ctx, kept, typed); err != nil {
					t.Errorf("%s hash of %+q, typed %+q: %v", name, set, typed, err)
				}
			}
			for _, wrong := range []string{"Ete a Besancon 2024", strings.ToLower(composed), composed + " ", "Été à Besançon 2025"} {
				if passwords.check(ctx, kept, wrong) == nil {
					t.Errorf("%s hash of %+q takes %+q", name, set, wrong)
				}
			}
		}
	}
	for _, pair := range [][2]string{{composed, spaced}, {spaced, composed}, {"ﬁn de l’été", norm.NFD.String("ﬁn de l’été")}, {"비밀번호입니다열자이상", norm.NFD.String("비밀번호입니다열자이상")}} {
		kept, err := passwords.hash(ctx, pair[0])
		if err != nil || passwords.check(ctx, kept, pair[1]) != nil {
			t.Errorf("set %+q, typed %+q: refused, %v", pair[0], pair[1], err)
		}
	}
	if kept, err := passwords.hash(ctx, "ﬁn de l'hiver"); err != nil || passwords.check(ctx, kept, "fin de l'hiver") == nil {
		t.Error("RFC 8265 keeps compatibility forms apart: a ligature is not two letters")
	}
	if kept := oldHash(t, spaced); passwords.check(ctx, kept, spaced) != nil {
		t.Error("an old hash is not tried as typed")
	}
}

func TestK17LimitsCountTheOneForm(t *testing.T) {
	if p := passwordProblem(norm.NFD.String("éèàùâêîô")); p == nil || p.Code != "too_short_at_least_10_characters" {
		t.Errorf("eight letters in sixteen characters: %v", p)
	}
	long := strings.Repeat("é", maxPassword/2)
	if p := passwordProblem(norm.NFD.String(long)); p != nil {
		t.Errorf("%d bytes when composed: %v", len(long), p)
	}
	if p := passwordProblem(long + "é"); p == nil || p.Code != "too_long" {
		t.Errorf("too long: %v", p)
	}
	if tries := passwordTries(strings.Repeat("x", maxPassword)); len(tries) != 1 {
		t.Errorf("a password without accents is tried %d times", len(tries))
	}
	if got := passwordForm("a\xffb"); got != "a\xffb" {
		t.Errorf("what is no text became %q", got)
	}
}
