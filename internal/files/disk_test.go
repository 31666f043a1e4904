package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"testing"

	"embraye/internal/embraye"
)

func TestT15WhoseFaultTheDiskIs(t *testing.T) {
	for name, tt := range map[string]struct {
		err  error
		want error
	}{
		"full":        {&fs.PathError{Op: "write", Path: "/x", Err: syscall.ENOSPC}, embraye.ErrNoRoom},
		"quota":       {&os.LinkError{Op: "rename", Old: "a", New: "b", Err: syscall.EDQUOT}, embraye.ErrNoRoom},
		"read-only":   {&fs.PathError{Op: "open", Path: "/x", Err: syscall.EROFS}, embraye.ErrNoRoom},
		"gone":        {&fs.PathError{Op: "open", Path: "/x", Err: syscall.ENOENT}, embraye.ErrUnavailable},
		"forbidden":   {&fs.PathError{Op: "open", Path: "/x", Err: syscall.EACCES}, embraye.ErrUnavailable},
		"broken disk": {fmt.Errorf("writing: %w", syscall.EIO), embraye.ErrUnavailable},
	} {
		got := DiskError(tt.err)
		if !errors.Is(got, tt.want) || !errors.Is(got, tt.err) || tt.want == embraye.ErrUnavailable && errors.Is(got, embraye.ErrNoRoom) {
			t.Errorf("%s: %v", name, got)
		}
	}
	for _, err := range []error{nil, io.ErrUnexpectedEOF, embraye.ErrInvalid} {
		if got := DiskError(err); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
}
