package app

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"

	"golang.org/x/crypto/argon2"
)

// argon2id with 19 MiB and two passes, as OWASP advises; at most two at once,
// so that sixty sign-ins cost 38 MiB and not a gigabyte (SECURITY W16).
const (
	argonMemory  = 19 * 1024 // KiB
	argonPasses  = 2
	argonThreads = 1
	argonLength  = 32
	minPassword  = 10
	maxPassword  = 256 // bytes
)

var argonSlots = make(chan struct{}, 2)

// errWrongPassword says no more than that.
var errWrongPassword = errors.New("wrong password")

// hashPassword returns the PHC string of a new password.
func hashPassword(password string) (string, error) {
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	sum := argon(passwordForm(password), salt, argonPasses, argonMemory, argonThreads, argonLength)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonThreads,
		enc.EncodeToString(salt), enc.EncodeToString(sum)), nil
}

func argon(password string, salt []byte, passes, memory uint32, threads uint8, length uint32) []byte {
	argonSlots <- struct{}{}
	defer func() { <-argonSlots }()
	return argon2.IDKey([]byte(password), salt, passes, memory, threads, length)
}

// checkPassword tries the forms that a password may have been hashed in. How
// many they are depends on what was typed alone.
func checkPassword(hash, password string) error {
	for _, form := range passwordTries(password) {
		if checkForm(hash, form) == nil {
			return nil
		}
	}
	return errWrongPassword
}

// checkForm compares in constant time; an empty or unreadable hash costs the
// same work and never matches, so that nobody learns which accounts exist.
func checkForm(hash, password string) error {
	var version int
	var memory, passes uint32
	var threads uint8
	var rest string
	_, err := fmt.Sscanf(hash, "$argon2id$v=%d$m=%d,t=%d,p=%d$%s", &version, &memory, &passes, &threads, &rest)
	salt, sum, ok := splitPHC(rest)
	if err != nil || !ok || len(password) > maxPassword {
		argon("", make([]byte, 16), argonPasses, argonMemory, argonThreads, argonLength)
		return errWrongPassword
	}
	got := argon(password, salt, passes, memory, threads, uint32(len(sum)))
	if subtle.ConstantTimeCompare(got, sum) != 1 {
		return errWrongPassword
	}
	return nil
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
