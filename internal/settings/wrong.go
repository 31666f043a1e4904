package settings

// WrongError is an error that only another setting, or another file that a
// setting names, can end: exit status 2, as for mistakes in the settings.
type WrongError struct{ error }

// Wrong makes an error one of the settings.
func Wrong(err error) error { return &WrongError{err} }

func (e *WrongError) Unwrap() error { return e.error }
