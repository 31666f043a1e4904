package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
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
// picture; where the disk has no room for it, the picture itself serves. The
// caller closes it.
func (s *Store) Smaller(ctx context.Context, name string, width int) (io.ReadSeekCloser, Info, error) {
	whole, info, err := s.Get(name)
	if err != nil {
		return nil, Info{}, err
	}
	if !slices.Contains(Widths(), width) {
		return nil, Info{}, errors.Join(fmt.Errorf("file %s at a width of %d: %w", name, width, embraye.ErrNotFound), whole.Close())
	}
	small, err := s.openSmall(ctx, whole, info, width)
	if errors.Is(err, errSmallEnough) || errors.Is(err, embraye.ErrNoRoom) {
		_, err = whole.Seek(0, io.SeekStart)
		return whole, info, err
	}
	if err = errors.Join(err, whole.Close()); err != nil {
		return nil, Info{}, fmt.Errorf("opening file %s at a width of %d: %w", name, width, err)
	}
	stat, err := small.Stat()
	if err != nil {
		return nil, Info{}, errors.Join(fmt.Errorf("reading about file %s: %w", name, err), small.Close())
	}
	info.Size, info.ModTime = stat.Size(), stat.ModTime()
	return small, info, nil
}

var errSmallEnough = errors.New("no smaller picture is needed")

// openSmall opens the smaller picture, after making it if there is none.
func (s *Store) openSmall(ctx context.Context, whole io.ReadSeeker, info Info, width int) (*os.File, error) {
	if !Scales(info.MediaType, math.MaxInt32, width) {
		return nil, errSmallEnough
	}
	name := smallName(info, width)
	f, err := s.root.Open(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	if err := s.shrink(ctx, whole, info, width); err != nil {
		return nil, err
	}
	return s.root.Open(name)
}

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
	return out.publish(smallName(info, width))
}
