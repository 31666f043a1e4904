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
	var head [16]byte
	n, err := f.ReadAt(head[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, fmt.Errorf("reading an upload: %w", err)
	}
	b := head[:n]
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return kindPNG, nil
	case bytes.HasPrefix(b, []byte{0xff, 0xd8, 0xff}):
		return kindJPEG, nil
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return kindWebP, nil
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return kindGIF, nil
	case bytes.HasPrefix(b, []byte("%PDF-")):
		return kindPDF, nil
	}
	return 0, refuse(CodeType, "", 0)
}

// checkPDF wants the version after the signature and the end mark where
// readers look for it, in the last 1,024 bytes (ISO 32000, annex H).
func checkPDF(f *os.File, size int64) error {
	var head [8]byte
	if _, err := f.ReadAt(head[:], 0); err != nil || !digit(head[5]) || head[6] != '.' || !digit(head[7]) {
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
