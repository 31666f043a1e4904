package files

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
)

// Options are the limits of a store; a zero field has its default.
type Options struct {
	MaxBytes       int64     // of an upload: 40 MiB
	MaxPixels      int       // of an image, before scaling: 40 million
	MaxSide        int       // of a stored image; larger ones are scaled down: 1,600
	MaxFrames      int       // of a GIF: 1,000
	MaxDecodeBytes int64     // that decoding one image may take: 64 MiB
	LeastRoom      int64     // bytes that are free before Room says that there is none: 1 MiB
	Random         io.Reader // of names of unfinished files: crypto/rand
	Bucket         *Bucket   // where files lie, if not in the folder
}

func (o Options) withDefaults() Options {
	o.MaxBytes = cmp.Or(o.MaxBytes, 40<<20)
	o.MaxPixels = cmp.Or(o.MaxPixels, 40_000_000)
	o.MaxSide = cmp.Or(o.MaxSide, 1600)
	o.MaxFrames = cmp.Or(o.MaxFrames, 1000)
	o.MaxDecodeBytes = cmp.Or(o.MaxDecodeBytes, 64<<20)
	o.LeastRoom = cmp.Or(o.LeastRoom, 1<<20)
	if o.Random == nil {
		o.Random = rand.Reader
	}
	return o
}

// Store keeps files in a directory, or in a bucket; then the directory has what
// is being written. It is safe for concurrent use.
type Store struct {
	root     *os.Root
	place    place
	options  Options
	decoding chan struct{} // holds one token: one image is decoded at a time
}

// File is what became of an upload.
type File struct {
	SHA256        string // hex, of the stored bytes
	Ext           string // jpg, png, gif or pdf
	MediaType     string
	Size          int64
	Width, Height int    // in pixels, 0 for PDF
	OriginalName  string // cleaned text, for people; never part of a path
}

// Name is the file's name in the store and in addresses.
func (f File) Name() string { return f.SHA256 + "." + f.Ext }

// Open opens a store, and makes its directory if there is none.
func Open(dir string, o Options) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of files: %w", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, fmt.Errorf("closing the folder of files to others: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the folder of files: %w", err)
	}
	s := &Store{root: root, place: folder{root}, options: o.withDefaults(), decoding: make(chan struct{}, 1)}
	if o.Bucket != nil {
		if s.place, err = openBucket(*o.Bucket, folder{root}); err != nil {
			return nil, errors.Join(err, root.Close())
		}
	}
	return s, nil
}

// Close releases the directory.
func (s *Store) Close() error { return s.root.Close() }

// Put judges an upload and stores what is left of it. The error is
// embraye.ErrInvalid with one of the codes if the file is at fault. Storing
// the same thing twice gives the same name.
func (s *Store) Put(ctx context.Context, r io.Reader, name string) (File, error) {
	upload, err := s.create()
	if err != nil {
		return File{}, err
	}
	defer upload.discard()
	if err := s.receive(ctx, upload, r); err != nil {
		return File{}, err
	}
	file, stored, err := s.refine(ctx, upload)
	if err != nil {
		return File{}, err
	}
	defer stored.discard()
	file.SHA256, file.Size, file.OriginalName = stored.sum(), stored.size, CleanName(name)
	if err := s.place.keep(ctx, stored, file.Name()); err != nil {
		return File{}, err
	}
	return file, nil
}

// receive writes the upload to the disk, not to memory.
func (s *Store) receive(ctx context.Context, upload *unfinished, r io.Reader) error {
	n, err := io.Copy(upload, io.LimitReader(contextReader{ctx, r}, s.options.MaxBytes+1))
	switch {
	case err != nil:
		return fmt.Errorf("receiving a file: %w", err)
	case n == 0:
		return refuse(CodeEmpty, "", 0)
	case n > s.options.MaxBytes:
		return refuse(CodeTooLarge, "", int(s.options.MaxBytes))
	}
	return nil
}

// refine returns what is to be stored: the upload itself if it is a PDF, else a
// picture made anew.
func (s *Store) refine(ctx context.Context, upload *unfinished) (File, *unfinished, error) {
	k, err := sniff(upload.file)
	if err != nil {
		return File{}, nil, err
	}
	if k == kindPDF {
		if err := checkPDF(upload.file, upload.size); err != nil {
			return File{}, nil, err
		}
		return File{Ext: "pdf", MediaType: mediaTypes()["pdf"]}, upload, nil
	}
	done, err := s.turn(ctx)
	if err != nil {
		return File{}, nil, err
	}
	defer done()
	out, err := s.create()
	if err != nil {
		return File{}, nil, err
	}
	file, err := s.options.remake(k, contextReadSeeker{contextReader{ctx, upload.file}, upload.file}, out)
	if err != nil {
		out.discard()
		return File{}, nil, err
	}
	return file, out, nil
}

// turn waits until no other image is decoded; done lets the next one begin.
func (s *Store) turn(ctx context.Context) (done func(), err error) {
	select {
	case s.decoding <- struct{}{}:
		return func() { <-s.decoding }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for another image: %w", ctx.Err())
	}
}
