package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"embraye/internal/embraye"
)

// maxCuts is how often the line may break while one file is read: each time the
// rest is asked for.
const maxCuts = 3

// object reads a file of a bucket as it arrives; nothing of it is kept.
type object struct {
	bucket *bucket
	name   string
	size   int64
	at     int64         // where the next Read begins
	body   io.ReadCloser // what lies from here on; nil: it is asked for
	here   int64
	cuts   int
	watch  *watch
}

// ask begins to read where the next Read is to begin.
func (o *object) ask() (minio.ObjectInfo, error) {
	o.drop()
	options := minio.GetObjectOptions{}
	if o.at > 0 {
		if err := options.SetRange(o.at, 0); err != nil {
			return minio.ObjectInfo{}, err
		}
	}
	o.watch.moved()
	body, about, header, err := o.bucket.client.GetObject(o.watch.ctx, o.bucket.name, o.name, options)
	o.watch.rest()
	if err != nil {
		return about, o.watch.said("reading the file "+o.name, err)
	}
	o.body, o.here = body, o.at
	if about.Size < 0 || o.at > 0 && !strings.HasPrefix(header.Get("Content-Range"), fmt.Sprintf("bytes %d-%d/%d", o.at, o.size-1, o.size)) {
		o.drop()
		return about, fmt.Errorf("reading the file %s: the store of files did not give the part that was asked for: %w", o.name, embraye.ErrFilesAway)
	}
	return about, nil
}

// Read implements io.Reader.
func (o *object) Read(p []byte) (int, error) {
	if o.at >= o.size {
		return 0, io.EOF
	}
	for {
		if o.body == nil || o.here != o.at {
			if _, err := o.ask(); err != nil {
				return 0, err
			}
		}
		o.watch.moved()
		n, err := o.body.Read(p)
		o.watch.rest()
		o.at, o.here = o.at+int64(n), o.here+int64(n)
		if err == nil || o.at == o.size {
			return n, nil
		}
		o.drop()
		if o.cuts++; o.cuts > maxCuts || o.watch.ctx.Err() != nil {
			return n, o.watch.said("reading the file "+o.name, err)
		}
		if n > 0 {
			return n, nil
		}
	}
}

// Seek implements io.Seeker; nothing is asked for before the next Read.
func (o *object) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += o.at
	case io.SeekEnd:
		offset += o.size
	}
	if offset < 0 {
		return o.at, errors.New("before the beginning of a file")
	}
	o.at = offset
	return o.at, nil
}

// Close implements io.Closer.
func (o *object) Close() error {
	o.drop()
	o.watch.end()
	return nil
}

// drop ends what is being read; whatever its end says, nobody waits for it.
func (o *object) drop() {
	if o.body != nil {
		_ = o.body.Close()
		o.body = nil
	}
}

// watch ends what waits for a store when nothing has moved for a while; how long
// a whole file takes is nobody's business.
type watch struct {
	outer    context.Context
	ctx      context.Context
	cancel   context.CancelCauseFunc
	timer    *time.Timer
	patience time.Duration
}

func newWatch(outer context.Context, patience time.Duration) *watch {
	ctx, cancel := context.WithCancelCause(outer)
	still := fmt.Errorf("nothing came for %s", patience)
	return &watch{outer, ctx, cancel, time.AfterFunc(patience, func() { cancel(still) }), patience}
}

func (w *watch) moved() { w.timer.Reset(w.patience) }
func (w *watch) rest()  { w.timer.Stop() }

func (w *watch) end() {
	w.rest()
	w.cancel(nil)
}

// said is what an error of the store means: only S3 itself can say that there is
// no such file.
func (w *watch) said(doing string, err error) error {
	if err == nil {
		return nil
	}
	if w.outer.Err() != nil {
		return fmt.Errorf("%s: %w", doing, w.outer.Err())
	}
	if cause := context.Cause(w.ctx); cause != nil {
		err = cause
	}
	answer, ok := errors.AsType[minio.ErrorResponse](err)
	if ok && answer.Code == minio.NoSuchKey && answer.StatusCode == http.StatusNotFound {
		return fmt.Errorf("%s: %w", doing, embraye.ErrNotFound)
	}
	if ok {
		err = fmt.Errorf("it answers %d %s: %w", answer.StatusCode, answer.Code, err)
	}
	return fmt.Errorf("%s: %w: %w", doing, embraye.ErrFilesAway, err)
}

// moving tells a watch that bytes are on their way.
type moving struct {
	io.ReadSeeker
	watch *watch
}

// Read implements io.Reader.
func (m moving) Read(p []byte) (int, error) {
	m.watch.moved()
	return m.ReadSeeker.Read(p)
}
