package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"embraye/internal/embraye"
)

// DiskError says whose fault an error of the disk is: never that of whoever sent
// the file. Without room, or where nothing may be written, it is
// embraye.ErrNoRoom, else embraye.ErrUnavailable; the cause stays in it for the
// operator. Errors of another kind are left as they are.
func DiskError(err error) error {
	var (
		path  *fs.PathError
		link  *os.LinkError
		errno syscall.Errno
	)
	switch {
	case err == nil, errors.Is(err, embraye.ErrUnavailable):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: %w", embraye.ErrNoRoom, err)
	case errors.As(err, &path), errors.As(err, &link), errors.As(err, &errno):
		return fmt.Errorf("%w: %w", embraye.ErrUnavailable, err)
	}
	return err
}
