package main

import (
	"errors"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// wrongSetting is an error that only another setting, or another file that a
// setting names, can end: exit status 2, as for mistakes in the settings.
type wrongSetting struct{ error }

func (e *wrongSetting) Unwrap() error { return e.error }

// wrongAddress tells an address that is none from a database that is away.
func wrongAddress(err error) error {
	if errors.Is(err, embraye.ErrInvalid) {
		return &wrongSetting{err}
	}
	return err
}

// explained adds what an operator can do about an error of the database.
func explained(s settings, err error) error {
	if newer, ok := errors.AsType[*store.NewerError](err); ok {
		return fmt.Errorf("%w (this is embraye %s)", newer, version)
	}
	return store.Trouble(s.DatabaseURL, err)
}
