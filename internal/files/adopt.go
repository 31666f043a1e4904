package files

import (
	"context"
	"fmt"
	"io"
)

// Adopt keeps a file of another instance under the name that it had there. It is
// judged as an upload is, and its bytes stay what they are: what was not made by a
// store of ours is refused.
func (s *Store) Adopt(ctx context.Context, name string, r io.Reader) (File, error) {
	info, err := parseName(name)
	if err != nil {
		return File{}, err
	}
	f, err := s.create()
	if err != nil {
		return File{}, err
	}
	defer f.discard()
	if err := s.receive(ctx, f, r); err != nil {
		return File{}, err
	}
	if f.sum() != info.SHA256 {
		return File{}, refuse(CodeBroken, name, 0)
	}
	width, height, err := s.sizeOf(f, info)
	if err != nil {
		return File{}, fmt.Errorf("judging the file %s: %w", name, err)
	}
	return File{SHA256: info.SHA256, Ext: info.Ext, MediaType: info.MediaType, Size: f.size, Width: width, Height: height}, s.place.keep(ctx, f, name)
}

// sizeOf is how large a picture is, which has to be what its name says.
func (s *Store) sizeOf(f *unfinished, info Info) (width, height int, err error) {
	k, err := sniff(f.file)
	if err != nil {
		return 0, 0, err
	}
	if (map[kind]string{kindPNG: "png", kindJPEG: "jpg", kindGIF: "gif", kindPDF: "pdf"}[k]) != info.Ext {
		return 0, 0, refuse(CodeType, info.Name, 0)
	}
	if k == kindPDF {
		return 0, 0, checkPDF(f.file, f.size)
	}
	h, err := readHeader(k, f.file)
	if err != nil {
		return 0, 0, broken(err)
	}
	return h.width, h.height, s.options.judge(h)
}
