package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"embraye/internal/settings"
)

// The secret seals the actors' private keys in the database. Whoever has both
// can speak for the organisation; whoever loses it has lost the actors. Until
// the first start is over it lies under another name: so a secret beside a
// database without an instance means that the database was lost, and never that
// a first start was interrupted.
const (
	secretBytes   = 32
	pendingSuffix = ".new"
)

// readSecret returns nil when the file does not exist.
func readSecret(path string) ([]byte, error) {
	data, err := settings.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, settings.Wrong(fmt.Errorf("reading the secret: %w", err))
	}
	secret, ok := parseSecret(data)
	if !ok {
		return nil, settings.Wrong(fmt.Errorf("the secret in %s is damaged: it should be %d bytes in base64 on one line; put the file back from a backup", path, secretBytes))
	}
	return secret, nil
}

func parseSecret(line []byte) ([]byte, bool) {
	secret, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(line)))
	return secret, err == nil && len(secret) == secretBytes
}

// secretLine is a secret as its file has it.
func secretLine(secret []byte) []byte {
	return []byte(base64.StdEncoding.EncodeToString(secret) + "\n")
}

func newSecret() []byte {
	secret := make([]byte, secretBytes)
	rand.Read(secret) // never fails
	return secret
}

// pendingSecret is the secret of a first start that is under way: that of an
// earlier try, or a new one. One that was only half written belongs to nothing.
func pendingSecret(path string) ([]byte, error) {
	path += pendingSuffix
	secret, err := readSecret(path)
	if secret != nil {
		return secret, nil
	}
	if err != nil {
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("making the secret anew: %w", err)
		}
	}
	secret = newSecret()
	return secret, writeSecret(path, secret)
}

// keepSecret gives the secret of a first start that is over its name. It never
// replaces one.
func keepSecret(path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, errors.New("a secret has come into "+path+" meanwhile"))
	}
	if err := os.Rename(path+pendingSuffix, path); err != nil {
		return fmt.Errorf("keeping the secret: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

// writeSecret creates the file for the program's user alone, durably, and
// never replaces one.
func writeSecret(path string, secret []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("creating the secret: %w", err)
	}
	_, err = f.Write(secretLine(secret))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("writing the secret: %w", err)
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func errSecretMissing(path string) error {
	return settings.Wrong(fmt.Errorf("the secret %s is missing, and a new one would not open this database's keys: put the file back from a backup, or name it in EMBRAYE_SECRET_FILE", path))
}
