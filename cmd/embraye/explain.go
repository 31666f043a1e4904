package main

import (
	"errors"
	"fmt"
	"os"

	"embraye/internal/embraye"
	"embraye/internal/settings"
	"embraye/internal/store"
)

// wrongAddress tells an address that is none from a database that is away.
func wrongAddress(err error) error {
	if errors.Is(err, embraye.ErrInvalid) {
		return settings.Wrong(err)
	}
	return err
}

// explained adds what an operator can do about an error of the database.
func explained(s settings.Settings, err error) error {
	if newer, ok := errors.AsType[*store.NewerError](err); ok {
		return fmt.Errorf("%w (this is embraye %s)", newer, version)
	}
	return store.Trouble(s.DatabaseURL, err)
}

// makeDataFolder makes the data folder where there is none yet, for its user alone.
func makeDataFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the data folder %s cannot be made: make it as a folder of the user that this program runs as, or correct EMBRAYE_DATA_DIR: %w", dir, err)
	}
	return nil
}
