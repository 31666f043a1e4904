package people

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"time"

	"embraye/internal/embraye"

	"golang.org/x/crypto/argon2"
)

// argon2id with 19 MiB and two passes, as OWASP advises.
const (
	argonMemory  = 19 * 1024 // KiB
	argonPasses  = 2
	argonThreads = 1
	argonLength  = 32
	minPassword  = 10
	maxPassword  = 256 // bytes
)

// errWrongPassword says no more than that.
var errWrongPassword = errors.New("wrong password")

// A hasher hashes passwords, a few at once: whoever signs in decides how often
// that is asked for, and each costs 19 MiB (W16).
type hasher struct{ slots chan struct{} }

// newHasher bounds hashes at once by a quarter of the memory that the process
// may use, and by the processors: more of them would be no sooner done. Where
// nobody knows how much that is, there are two.
func newHasher(memory int64) *hasher {
	n := 2
	if memory > 0 {
		n = int(min(memory/4/(argonMemory<<10), int64(runtime.GOMAXPROCS(0))))
	}
	return &hasher{slots: make(chan struct{}, max(n, 1))}
}

// hash returns the PHC string of a new password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	sum, err := h.argon(ctx, passwordForm(password), salt, argonPasses, argonMemory, argonThreads, argonLength)
	if err != nil {
		return "", err
	}
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonThreads,
		enc.EncodeToString(salt), enc.EncodeToString(sum)), nil
}

// hashWait is how long anybody waits for others' hashes: there are fifty before
// them by then, and nobody looks at the page any more.
const hashWait = 20 * time.Second

// argon waits for its turn, but no longer than whoever asked does.
func (h *hasher) argon(ctx context.Context, password string, salt []byte, passes, memory uint32, threads uint8, length uint32) ([]byte, error) {
	late := time.NewTimer(hashWait)
	defer late.Stop()
	select {
	case h.slots <- struct{}{}:
	case <-late.C:
		return nil, fmt.Errorf("people: too many passwords wait to be hashed: %w", embraye.ErrUnavailable)
	case <-ctx.Done():
		return nil, fmt.Errorf("people: waiting for other passwords to be hashed: %w", ctx.Err())
	}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(password), salt, passes, memory, threads, length), nil
}

// check tries the forms that a password may have been hashed in. How many they
// are depends on what was typed alone. Another error than errWrongPassword says
// nothing about the password.
func (h *hasher) check(ctx context.Context, hash, password string) error {
	for _, form := range passwordTries(password) {
		if err := h.checkForm(ctx, hash, form); !errors.Is(err, errWrongPassword) {
			return err
		}
	}
	return errWrongPassword
}

// checkForm compares in constant time; an empty or unreadable hash costs the
// same work and never matches, so that nobody learns which accounts exist.
func (h *hasher) checkForm(ctx context.Context, hash, password string) error {
	var version int
	var memory, passes uint32
	var threads uint8
	var rest string
	_, err := fmt.Sscanf(hash, "$argon2id$v=%d$m=%d,t=%d,p=%d$%s", &version, &memory, &passes, &threads, &rest)
	salt, sum, ok := splitPHC(rest)
	if err != nil || !ok || len(password) > maxPassword {
		_, err := h.argon(ctx, "", make([]byte, 16), argonPasses, argonMemory, argonThreads, argonLength)
		return cmp.Or(err, errWrongPassword)
	}
	got, err := h.argon(ctx, password, salt, passes, memory, threads, uint32(len(sum)))
	if err == nil && subtle.ConstantTimeCompare(got, sum) != 1 {
		err = errWrongPassword
	}
	return err
}

func splitPHC(rest string) (salt, sum []byte, ok bool) {
	for i := range rest {
		if rest[i] != '$' {
			continue
		}
		salt, err1 := base64.RawStdEncoding.DecodeString(rest[:i])
		sum, err2 := base64.RawStdEncoding.DecodeString(rest[i+1:])
		return salt, sum, err1 == nil && err2 == nil && len(sum) >= 16
	}
	return nil, nil, false
}
