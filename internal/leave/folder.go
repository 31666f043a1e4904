package leave

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// sumsFile is what `sha256sum -c` reads.
const sumsFile = "checksums.sha256"

// folder is the folder while it is written: every file in it is in its
// checksums.
type folder struct {
	dir   string
	file  *os.File
	sums  *bufio.Writer
	bytes int64
}

func begin(dir string) (*folder, error) {
	f, err := create(dir, sumsFile)
	if err != nil {
		return nil, err
	}
	return &folder{dir: dir, file: f, sums: bufio.NewWriter(f)}, nil
}

func (f *folder) end() error { return errors.Join(f.sums.Flush(), f.file.Close()) }

// create makes a file for its owner alone: who follows whom is among them.
func create(dir, name string) (*os.File, error) {
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// errDamaged is a file whose bytes do not have the hash that they should.
var errDamaged = errors.New("leave: not the bytes that it was")

// write writes one file. Bytes that do not have the wanted hash are errDamaged,
// and the file is not there.
func (f *folder) write(name, want string, fill func(io.Writer) error) error {
	file, err := create(f.dir, name)
	if err != nil {
		return err
	}
	sum, size := sha256.New(), new(counter)
	out := bufio.NewWriter(io.MultiWriter(file, sum, size))
	if err = fill(out); err == nil {
		err = out.Flush()
	}
	got := hex.EncodeToString(sum.Sum(nil))
	if err == nil && want != "" && got != want {
		err = errDamaged
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	f.bytes += int64(*size)
	_, err = fmt.Fprintf(f.sums, "%s  %s\n", got, name)
	return err
}

// counter counts what is written to it.
type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}
