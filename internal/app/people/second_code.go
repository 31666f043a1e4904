package people

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/totp"
)

// Recovery codes: how many, and of how many signs of codeSigns, five bits each.
const (
	recoveryCodes  = 10
	recoveryLength = 16
	codeSigns      = "0123456789abcdefghjkmnpqrstvwxyz" // of Crockford: none looks like another
)

// bare is a code without what people put between its signs.
func bare(code string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, code)
}

// isAppCode tells the code of a generator from a recovery code.
func isAppCode(code string) bool {
	return len(bare(code)) <= totp.Digits
}

func (s *Second) checkAppCode(ctx context.Context, t store.Tables, p *embraye.Person, code string) error {
	app, err := t.Factors.CodeApp(ctx, p.ID)
	if errors.Is(err, embraye.ErrNotFound) || err == nil && len(app.SecretEnc) == 0 {
		return errNotTheFactor("wrong_code")
	}
	if err != nil {
		return err
	}
	secret, err := t.Factors.Open(p.ID, app.SecretEnc)
	if err != nil {
		return err
	}
	step, ok := totp.Match(secret, bare(code), s.desk.Now(), app.LastStep)
	if !ok {
		return errNotTheFactor("wrong_code")
	}
	used, err := t.Factors.UseStep(ctx, app, step)
	if err == nil && !used {
		err = errNotTheFactor("wrong_code")
	}
	return err
}

// hashCode is what the database knows of a recovery code: 80 random bits need no
// slow hash.
func hashCode(code string) string {
	return app.HashToken(strings.NewReplacer("o", "0", "i", "1", "l", "1", "u", "v").Replace(bare(code)))
}

func (s *Second) checkRecoveryCode(ctx context.Context, t store.Tables, p *embraye.Person, code string) error {
	used, err := t.Factors.UseCode(ctx, p.ID, hashCode(code))
	if err == nil && !used {
		err = errNotTheFactor("wrong_code")
	}
	if err != nil {
		return err
	}
	if err := s.people.post.tell(ctx, t, p, embraye.NoticeCodeUsed); err != nil {
		return err
	}
	return s.desk.Record(ctx, t, embraye.Acting{Person: p}, "person.code_used", p.Email, "", false)
}

// newCodes replaces the recovery codes of a person; nobody can read them again.
func (s *Second) newCodes(ctx context.Context, t store.Tables, person int64) (codes []string, err error) {
	hashes := make([]string, recoveryCodes)
	for i := range hashes {
		signs := make([]byte, recoveryLength)
		if _, err := io.ReadFull(s.desk.Random, signs); err != nil {
			return nil, fmt.Errorf("people: making recovery codes: %w", err)
		}
		for k, b := range signs {
			signs[k] = codeSigns[int(b)%len(codeSigns)]
		}
		code := string(signs)
		hashes[i] = hashCode(code)
		codes = append(codes, code[:4]+"-"+code[4:8]+"-"+code[8:12]+"-"+code[12:])
	}
	return codes, t.Factors.SetCodes(ctx, person, hashes)
}

// An Enrolment is a code generator that waits for its first code.
type Enrolment struct{ Text, URI string }

// BeginApp makes a new code generator; it counts once a code confirms it, and
// until then the one before it does.
func (s *Second) BeginApp(ctx context.Context, c Change) error {
	secret := make([]byte, totp.SecretBytes)
	if _, err := io.ReadFull(s.desk.Random, secret); err != nil {
		return fmt.Errorf("people: making a code generator: %w", err)
	}
	return s.desk.Store.InTx(ctx, func(t store.Tables) error {
		p, err := s.proven(ctx, t, c)
		if err != nil {
			return err
		}
		return t.Factors.Pend(ctx, p.ID, secret, s.desk.Stamp())
	})
}

// Enrolment is the code generator that waits, nil if none does.
func (s *Second) Enrolment(ctx context.Context, c Change) (*Enrolment, error) {
	t := s.desk.Store.Tables()
	p, err := s.proven(ctx, t, c)
	if err != nil {
		return nil, err
	}
	app, err := t.Factors.CodeApp(ctx, p.ID)
	if errors.Is(err, embraye.ErrNotFound) || err == nil && len(app.PendingEnc) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	secret, err := t.Factors.Open(p.ID, app.PendingEnc)
	if err != nil {
		return nil, err
	}
	return &Enrolment{Text: totp.Text(secret), URI: totp.URI(secret, s.desk.Base().Host, p.Email)}, nil
}

// ConfirmApp makes the code generator that waits count, if its code is right, and
// returns the first recovery codes where there were none.
func (s *Second) ConfirmApp(ctx context.Context, c Change, code string) (codes []string, err error) {
	return s.add(ctx, c, "person.code_app_add", "", func(t store.Tables, p *embraye.Person) error {
		app, err := t.Factors.CodeApp(ctx, p.ID)
		if errors.Is(err, embraye.ErrNotFound) || err == nil && len(app.PendingEnc) == 0 {
			return errNotTheFactor("wrong_code")
		}
		if err != nil {
			return err
		}
		secret, err := t.Factors.Open(p.ID, app.PendingEnc)
		if err != nil {
			return err
		}
		step, ok := totp.Match(secret, bare(code), s.desk.Now(), 0)
		if !ok {
			return errNotTheFactor("wrong_code")
		}
		confirmed, err := t.Factors.Confirm(ctx, app, step, s.desk.Stamp())
		if err == nil && !confirmed {
			err = errNotTheFactor("wrong_code")
		}
		return err
	})
}

// RemoveApp takes the code generator away.
func (s *Second) RemoveApp(ctx context.Context, c Change) error {
	return s.remove(ctx, c, "person.code_app_remove", "", func(t store.Tables, p *embraye.Person) (bool, error) {
		return t.Factors.RemoveApp(ctx, p.ID)
	})
}
