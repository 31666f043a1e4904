package files

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"

	"golang.org/x/image/draw"
)

const jpegQuality = 85

// maxAnimationBytes is the largest animation that is kept moving, in decoded
// bytes; of a larger one the first picture remains.
const maxAnimationBytes = 24 << 20

// header is what is known of a picture before it is decoded.
type header struct {
	width, height int
	memory        int64 // that decoding takes, in bytes, at most
	frames        int   // of a GIF; memory is then what the first one takes
	animation     int64 // what all of them take
	orientation   int   // EXIF: 1 to 8
	frame         frame // of an animated WebP: its first picture
	unmarkedCMYK  bool  // four colours of a JPEG that does not say which
}

// remake decodes a picture and writes it anew to out. The header is judged
// first, so that a small file that unfolds into a large picture costs nothing.
func (o Options) remake(k kind, in io.ReadSeeker, out io.Writer) (File, error) {
	h, err := readHeader(k, in)
	if err != nil {
		return File{}, broken(err)
	}
	if err := o.judge(h); err != nil {
		return File{}, err
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return File{}, fmt.Errorf("reading an upload: %w", err)
	}
	if k == kindGIF && h.animation <= maxAnimationBytes && max(h.width, h.height) <= o.MaxSide {
		return remakeGIF(in, out)
	}
	img, err := decode(k, in, h)
	if err != nil {
		return File{}, broken(err)
	}
	if b := img.Bounds(); k != kindGIF && (b.Dx() != h.width || b.Dy() != h.height) {
		return File{}, broken(errors.New("the picture has another size than its header says"))
	}
	img = upright(scaled(img, o.MaxSide), h.orientation)
	return encode(img, k == kindJPEG || k == kindWebP && opaque(img), out)
}

func readHeader(k kind, in io.ReadSeeker) (header, error) {
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return header{}, fmt.Errorf("reading an upload: %w", err)
	}
	switch k {
	case kindPNG:
		return pngHeader(in)
	case kindJPEG:
		return jpegHeader(in)
	case kindWebP:
		return webpHeader(in)
	default:
		return gifHeader(in)
	}
}

// judge refuses what would take too much memory or time.
func (o Options) judge(h header) error {
	switch {
	case h.width <= 0 || h.height <= 0:
		return refuse(CodeBroken, "", 0)
	case h.frames > o.MaxFrames:
		return refuse(CodeFrames, "", o.MaxFrames)
	case h.width > o.MaxPixels/h.height || h.memory > o.MaxDecodeBytes:
		return refuse(CodePixels, fmt.Sprintf("%d × %d", h.width, h.height), o.MaxPixels)
	}
	return nil
}

// broken tells the file's fault from the disk's and the request's.
func broken(err error) error {
	var path *os.PathError
	if errors.As(err, &path) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("reading an image: %w", err)
	}
	var unreadJPEG jpeg.UnsupportedError
	var unreadPNG png.UnsupportedError
	if errors.As(err, &unreadJPEG) || errors.As(err, &unreadPNG) {
		return fmt.Errorf("decoding an image: %w: %w", err, refuse(CodeUnread, "", 0))
	}
	return fmt.Errorf("decoding an image: %w: %w", err, refuse(CodeBroken, "", 0))
}

func decode(k kind, in io.ReadSeeker, h header) (image.Image, error) {
	switch k {
	case kindPNG:
		return png.Decode(in)
	case kindJPEG:
		return decodeJPEG(in, h)
	case kindWebP:
		return decodeWebP(in, h)
	default:
		return gif.Decode(in) // the first picture only
	}
}

// scaled makes the longer side at most maxSide. A smaller picture stays as it
// is, palette and depth included.
func scaled(img image.Image, maxSide int) image.Image {
	b := img.Bounds()
	side := max(b.Dx(), b.Dy())
	if side <= maxSide {
		return img
	}
	w := max(1, (b.Dx()*maxSide+side/2)/side)
	h := max(1, (b.Dy()*maxSide+side/2)/side)
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.ApproxBiLinear.Scale(dst, dst.Bounds(), img, b, draw.Src, nil)
	return dst
}

func opaque(img image.Image) bool {
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

func encode(img image.Image, asJPEG bool, out io.Writer) (File, error) {
	f := File{Ext: "png", Width: img.Bounds().Dx(), Height: img.Bounds().Dy()}
	var err error
	if asJPEG {
		f.Ext = "jpg"
		err = jpeg.Encode(out, img, &jpeg.Options{Quality: jpegQuality})
	} else {
		err = png.Encode(out, img)
	}
	if err != nil {
		return File{}, fmt.Errorf("writing an image: %w", err)
	}
	f.MediaType = mediaTypes()[f.Ext]
	return f, nil
}

// remakeGIF keeps an animation that is small enough, without its comments and
// extensions.
func remakeGIF(in io.Reader, out io.Writer) (File, error) {
	g, err := gif.DecodeAll(in)
	if err != nil {
		return File{}, broken(err)
	}
	if err := gif.EncodeAll(out, g); err != nil {
		return File{}, broken(err) // what the encoder refuses, the file has wrong
	}
	return File{Ext: "gif", MediaType: mediaTypes()["gif"], Width: g.Config.Width, Height: g.Config.Height}, nil
}
