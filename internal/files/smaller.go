package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"embraye/internal/embraye"
)

// The widths that Smaller makes, in pixels.
const (
	Thumbnail = 400 // in a list, with two pixels for one
	Column    = 800 // of text, on a phone with two pixels for one
)

// Widths are all of them.
func Widths() []int { return []int{Thumbnail, Column} }

// Scales reports whether Smaller has a smaller one of a picture: animations would
// stop moving, and what is hardly wider may weigh more when it is made anew.
func Scales(mediaType string, width, to int) bool {
	return (mediaType == "image/jpeg" || mediaType == "image/png") && width > to+to/4
}

// Smaller opens a stored picture at one of Widths, and as it is what Scales says
// no to. The smaller one is made when somebody first asks, and kept beside the
// picture; where it cannot be kept, the picture itself serves. The caller closes
// it.
func (s *Store) Smaller(ctx context.Context, name string, width int) (io.ReadSeekCloser, Info, error) {
	info, err := parseName(name)
	if err == nil && !slices.Contains(Widths(), width) {
		err = fmt.Errorf("file %s at a width of %d: %w", name, width, embraye.ErrNotFound)
	}
	if err != nil {
		return nil, Info{}, err
	}
	if !Scales(info.MediaType, math.MaxInt32, width) {
		return s.Get(ctx, name)
	}
	small, about, err := s.open(ctx, smallName(info, width), info)
	if !errors.Is(err, embraye.ErrNotFound) {
		return small, about, err
	}
	whole, info, err := s.Get(ctx, name)
	if err != nil {
		return nil, Info{}, err
	}
	err = s.shrink(ctx, whole, info, width)
	if errors.Is(err, errSmallEnough) || errors.Is(err, embraye.ErrUnavailable) {
		if _, err = whole.Seek(0, io.SeekStart); err == nil {
			return whole, info, nil
		}
	}
	if err = errors.Join(err, whole.Close()); err != nil {
		return nil, Info{}, fmt.Errorf("making file %s at a width of %d: %w", name, width, err)
	}
	return s.open(ctx, smallName(info, width), info)
}

var errSmallEnough = errors.New("no smaller picture is needed")

// smallName is no name that Get knows: who asks for a smaller picture does so by
// the name of the whole one.
func smallName(whole Info, width int) string {
	return fmt.Sprintf("%s.w%d.%s", whole.SHA256, width, whole.Ext)
}

// shrink makes and keeps a smaller picture. One that another request made
// meanwhile has the same bytes, and is replaced.
func (s *Store) shrink(ctx context.Context, whole io.ReadSeeker, info Info, width int) error {
	done, err := s.turn(ctx)
	if err != nil {
		return err
	}
	defer done()
	in := contextReadSeeker{contextReader{ctx, whole}, whole}
	k := kindPNG
	if info.Ext == "jpg" {
		k = kindJPEG
	}
	h, err := readHeader(k, in)
	if err != nil {
		return broken(err)
	}
	if !Scales(info.MediaType, h.width, width) {
		return errSmallEnough
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("reading a picture: %w", err)
	}
	img, err := decode(k, in, h)
	if err != nil {
		return broken(err)
	}
	out, err := s.create()
	if err != nil {
		return err
	}
	defer out.discard()
	if _, err := encode(scaled(img, max(h.width, h.height)*width/h.width), k == kindJPEG, out); err != nil {
		return err
	}
	return s.place.keep(ctx, out, smallName(info, width))
}
