package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"embraye/internal/settings"
)

// findSecret gives the store its secret. Secret and instance belong together:
// one without the other is a loss or a mistyped address, and never a reason to
// begin anew under an address that other servers know. pending tells that the
// secret gets its name when the first start is over.
func (i *wired) findSecret(ctx context.Context, c *call) (pending bool, err error) {
	path := i.settings.SecretFile
	secret, err := readSecret(path)
	if err != nil {
		return false, err
	}
	started, err := i.Store.Started(ctx)
	switch {
	case err != nil:
		return false, err
	case !started && !c.anew && leftOf(i.settings) != "":
		return false, errEmptied(i.settings)
	case started && secret == nil:
		// The process that made both ended between the two.
		if secret, err = readSecret(path + pendingSuffix); err == nil && secret == nil {
			err = errSecretMissing(path)
		}
		pending = true
	case secret == nil:
		secret, err = pendingSecret(path)
		pending = true
	}
	if err != nil {
		return false, err
	}
	i.secret = secret
	return pending, i.Store.UseSecret(secret)
}

// notEmptied refuses a first start where an instance has lived, before anything
// is created: a file of SQLite that is not there although the secret or evidence
// is. Databases that are there are asked later (findSecret).
func (c *call) notEmptied(s settings.Settings) error {
	if c.anew {
		return nil
	}
	path, isFile := strings.CutPrefix(s.DatabaseURL, "sqlite:")
	if !isFile {
		return nil
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if leftOf(s) != "" {
		return errEmptied(s)
	}
	return nil
}

// leftOf is what an earlier instance has left, or nothing.
func leftOf(s settings.Settings) string {
	if _, err := os.Lstat(s.SecretFile); err == nil {
		return "the secret " + s.SecretFile + " of an earlier instance is"
	}
	evidence := filepath.Join(s.DataDir, "evidence")
	if files, err := os.ReadDir(evidence); err == nil && len(files) > 0 {
		return "evidence of an earlier instance (" + evidence + ") is"
	}
	return ""
}

// errEmptied asks what only a person can know.
func errEmptied(s settings.Settings) error {
	where, isFile := strings.CutPrefix(s.DatabaseURL, "sqlite:")
	if !isFile {
		where = "of EMBRAYE_DATABASE_URL"
	}
	return settings.Wrong(fmt.Errorf(`the database %s holds no instance, but %s there: has the database been lost or moved, or is an address mistyped?
  If so, correct EMBRAYE_DATA_DIR or EMBRAYE_DATABASE_URL, or put the database back from a backup (a restore that was interrupted is begun again). A new instance would have new keys, and servers that know the old ones would refuse it.
  Only if %s has never been an instance, or shall begin anew: embraye serve --first-start`, where, leftOf(s), s.BaseURL))
}
