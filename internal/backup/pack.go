package backup

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"
)

// packer writes the entries of an archive and their checksums.
type packer struct {
	out   io.Writer
	at    time.Time
	tar   *tar.Writer
	zip   *gzip.Writer
	level int
	sums  []byte
}

func newPacker(out io.Writer, at time.Time) *packer {
	p := &packer{out: out, at: at}
	p.tar = tar.NewWriter(p)
	return p
}

// Write is for the tar inside.
func (p *packer) Write(b []byte) (int, error) { return p.zip.Write(b) }

// pressed begins another member of the gzip file where another level is wanted
// (RFC 1952, 2.2: members simply follow each other): pictures and PDFs do not
// get smaller, and would cost the most.
func (p *packer) pressed(level int) (err error) {
	if p.zip != nil && p.level == level {
		return nil
	}
	if p.zip != nil {
		if err := errors.Join(p.tar.Flush(), p.zip.Close()); err != nil {
			return err
		}
	}
	p.level = level
	p.zip, err = gzip.NewWriterLevel(p.out, level)
	return err
}

// small adds an entry that is in memory.
func (p *packer) small(name string, content []byte) error {
	if err := p.begin(name, int64(len(content)), gzip.BestSpeed); err != nil {
		return err
	}
	_, err := p.tar.Write(content)
	p.sum(name, sha256.Sum256(content))
	return err
}

// large adds an entry of a known size from a reader, and returns its sum in hex.
func (p *packer) large(name string, size int64, r io.Reader) (string, error) {
	if err := p.begin(name, size, gzip.NoCompression); err != nil {
		return "", err
	}
	sum := sha256.New()
	if n, err := io.Copy(io.MultiWriter(p.tar, sum), io.LimitReader(r, size)); err != nil || n != size {
		return "", errors.Join(err, fmt.Errorf("%d of its %d bytes were copied", n, size))
	}
	p.sum(name, [sha256.Size]byte(sum.Sum(nil)))
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func (p *packer) begin(name string, size int64, level int) error {
	if err := p.pressed(level); err != nil {
		return err
	}
	return p.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: p.at, Format: tar.FormatPAX})
}

func (p *packer) sum(name string, sum [sha256.Size]byte) {
	p.sums = fmt.Appendf(p.sums, "%x  %s\n", sum, name)
}

// close writes the checksums and ends the archive.
func (p *packer) close() error {
	if err := p.small(checksumsName, p.sums); err != nil {
		return err
	}
	return errors.Join(p.tar.Close(), p.zip.Close())
}
