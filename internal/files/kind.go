package files

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

type kind int

const (
	kindPNG kind = iota + 1
	kindJPEG
	kindWebP
	kindGIF
	kindPDF
)

// sniff chooses the decoder that will decide. Everything else, SVG and HTML
// first, is refused whatever its name says: browsers would run it.
func sniff(f *os.File) (kind, error) {
	b, err := head(f)
	if err != nil {
		return 0, err
	}
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return kindPNG, nil
	case bytes.HasPrefix(b, []byte{0xff, 0xd8, 0xff}):
		return kindJPEG, nil
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return kindWebP, nil
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return kindGIF, nil
	case bytes.HasPrefix(b[pdfStart(b):], []byte(pdfSign)):
		return kindPDF, nil
	}
	return 0, refuse(CodeType, "", 0)
}

const pdfSign = "%PDF-"

// head is what decides on the kind of a file: readers look for the sign of a PDF
// in its first 1,024 bytes (ISO 32000, annex H).
func head(f *os.File) ([]byte, error) {
	var b [1024]byte
	n, err := f.ReadAt(b[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading an upload: %w", err)
	}
	return b[:n], nil
}

// pdfStart is where a PDF can begin: after white space and byte order marks,
// which programs leave before it. Behind anything else it does not: what starts
// as a page or a script is one for a browser.
func pdfStart(b []byte) int {
	rest := b
	for {
		next := bytes.TrimPrefix(bytes.TrimLeft(rest, "\x00\t\n\f\r "), []byte("\xef\xbb\xbf"))
		if len(next) == len(rest) {
			return len(b) - len(rest)
		}
		rest = next
	}
}

// checkPDF wants the version after the signature and the end mark where
// readers look for it, in the last 1,024 bytes (ISO 32000, annex H).
func checkPDF(f *os.File, size int64) error {
	b, err := head(f)
	if err != nil {
		return err
	}
	b = b[pdfStart(b):]
	if len(b) < 8 || !digit(b[5]) || b[6] != '.' || !digit(b[7]) {
		return refuse(CodeBroken, "PDF", 0)
	}
	tail := make([]byte, min(size, 1024))
	if _, err := f.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading an upload: %w", err)
	}
	if !bytes.Contains(tail, []byte("%%EOF")) {
		return refuse(CodeBroken, "PDF", 0)
	}
	return nil
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
