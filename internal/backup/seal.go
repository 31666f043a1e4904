package backup

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"
)

// Recipients reads public keys of age (age1…): whoever has the private key of
// one of them can read the archive.
func Recipients(keys []string) (list []age.Recipient, err error) {
	for _, key := range keys {
		if strings.HasPrefix(key, "AGE-SECRET-KEY-") {
			return nil, errors.New("that is a private key: give the public one, which begins with age1 (`age-keygen -y FILE` prints it)")
		}
		r, err := age.ParseX25519Recipient(key)
		if err != nil {
			return nil, fmt.Errorf("%.80q is no public key of age, which looks like age1… (`age-keygen -o FILE` makes a pair)", key)
		}
		list = append(list, r)
	}
	return list, nil
}

// sealed wraps a writer; without recipients nothing is encrypted.
func sealed(w io.Writer, to []age.Recipient) (io.WriteCloser, error) {
	if len(to) == 0 {
		return open{w}, nil
	}
	return age.Encrypt(w, to...)
}

// open is a writer that needs no closing.
type open struct{ io.Writer }

func (open) Close() error { return nil }

// sealMark begins every file of age (C2SP, age, « header »).
const sealMark = "age-encryption.org/"

// Keys are private keys of age.
type Keys []age.Identity

// Identities reads the private keys of a file that age-keygen made.
func Identities(path string) (Keys, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // only read
	list, err := age.ParseIdentities(f)
	if err != nil {
		return nil, fmt.Errorf("%s holds no private key of age: %w", path, err)
	}
	return list, nil
}

// ErrSealed is an archive that is encrypted, read without a private key.
var ErrSealed = errors.New("the archive is encrypted: name the file of the private key with --identity")

// unsealed decrypts what is encrypted.
func unsealed(r io.Reader, with Keys) (io.Reader, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	if mark, err := in.Peek(len(sealMark)); err != nil || string(mark) != sealMark {
		return in, nil // whoever reads it says what is wrong
	}
	if len(with) == 0 {
		return nil, ErrSealed
	}
	plain, err := age.Decrypt(in, with...)
	if none := (*age.NoIdentityMatchError)(nil); errors.As(err, &none) {
		return nil, errors.New("the archive is encrypted for other keys than those of the file")
	}
	return plain, err
}
