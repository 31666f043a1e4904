package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"embraye/internal/embraye"
)

// tries is how often a request is made that the store of files answers with an
// error of its own, or does not answer.
const tries = 2

// bucket is a place in a store that speaks S3. What an earlier life without one
// has left in the folder is found there until Carry has moved it.
type bucket struct {
	client   minio.Core
	name     string
	patience time.Duration
	left     folder
}

func openBucket(b Bucket, left folder) (*bucket, error) {
	lookup := minio.BucketLookupDNS
	if b.PathStyle {
		lookup = minio.BucketLookupPath
	}
	dialer := net.Dialer{Timeout: b.Patience}
	client, err := minio.NewCore(b.Host, &minio.Options{
		Creds: credentials.NewStaticV4(b.Key, b.Secret, ""), Secure: b.Secure, Region: b.Region, BucketLookup: lookup, MaxRetries: tries,
		Transport: s3Only{&http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: b.Patience, ResponseHeaderTimeout: b.Patience,
			MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute, DisableCompression: true, ForceAttemptHTTP2: true}},
	})
	if err != nil {
		return nil, fmt.Errorf("the address of the bucket: %w", err)
	}
	return &bucket{client: *client, name: b.Name, patience: b.Patience, left: left}, nil
}

// s3Only answers for whoever stands before the store: a page that says 404 is no
// word of S3 about a file.
type s3Only struct{ *http.Transport }

// RoundTrip implements http.RoundTripper.
func (t s3Only) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := t.Transport.RoundTrip(r)
	if err != nil || answer.StatusCode != http.StatusNotFound {
		return answer, err
	}
	if kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")); !strings.HasSuffix(kind, "/xml") {
		answer.StatusCode, answer.Status = http.StatusBadGateway, "502 a page that is none of S3"
	}
	return answer, nil
}

func (b *bucket) open(ctx context.Context, name string) (opened, error) {
	o := &object{bucket: b, name: name, watch: newWatch(ctx, b.patience)}
	about, err := o.ask()
	if err != nil {
		o.watch.end()
		if errors.Is(err, embraye.ErrNotFound) {
			return b.left.open(ctx, name)
		}
		return opened{}, err
	}
	o.size = about.Size
	return opened{o, about.Size, about.LastModified}, nil
}

// keep sends a file whose bytes are all here: its hash is signed with the
// request, and others are refused.
func (b *bucket) keep(ctx context.Context, u *unfinished, name string) error {
	if _, err := u.file.Seek(0, io.SeekStart); err != nil {
		return DiskError(fmt.Errorf("reading a file: %w", err))
	}
	if err := b.put(ctx, u.file, u.size, u.sum(), name); err != nil {
		return err
	}
	u.discard()
	return nil
}

func (b *bucket) put(ctx context.Context, from io.ReadSeeker, size int64, sum, name string) error {
	w := newWatch(ctx, b.patience)
	defer w.end()
	_, err := b.client.PutObject(w.ctx, b.name, name, moving{from, w}, size, "", sum,
		minio.PutObjectOptions{ContentType: mediaTypes()[strings.TrimPrefix(path.Ext(name), ".")], DisableContentSha256: true})
	return w.said("keeping the file "+name, err)
}

func (b *bucket) remove(ctx context.Context, name string) error {
	found, err := b.open(ctx, name) // S3 removes what is not there without a word
	if err != nil {
		return err
	}
	if err := found.Close(); err != nil {
		return err
	}
	w := newWatch(ctx, b.patience)
	defer w.end()
	if err := b.client.RemoveObject(w.ctx, b.name, name, minio.RemoveObjectOptions{}); err != nil {
		return w.said("removing the file "+name, err)
	}
	if err := b.left.remove(ctx, name); err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return err
	}
	return nil
}

func (b *bucket) names(ctx context.Context) ([]string, error) {
	all, err := b.left.names(ctx)
	if err != nil {
		return nil, err
	}
	err = b.list(ctx, "", func(name string) { all = append(all, name) })
	return all, err
}

func (b *bucket) list(ctx context.Context, prefix string, each func(name string)) error {
	w := newWatch(ctx, b.patience)
	defer w.end()
	for o := range b.client.ListObjectsIter(w.ctx, b.name, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		if o.Err != nil {
			return w.said("listing the bucket "+b.name, o.Err)
		}
		w.moved()
		each(o.Key)
	}
	return w.said("listing the bucket "+b.name, context.Cause(w.ctx))
}

// Try proves that the bucket takes a file, lists it, gives it back and removes
// it; a folder has Room for that.
func (s *Store) Try(ctx context.Context) error {
	b, ok := s.place.(*bucket)
	if !ok {
		return nil
	}
	probe, err := s.create()
	if err != nil {
		return err
	}
	defer probe.discard()
	if _, err := io.WriteString(probe, probe.name); err != nil {
		return err
	}
	if err := b.keep(ctx, probe, probe.name); err != nil {
		return err
	}
	found := 0
	if err := b.list(ctx, probe.name, func(string) { found++ }); err != nil {
		return err
	}
	back, err := b.open(ctx, probe.name)
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return err
	}
	if err == nil {
		text, err := io.ReadAll(back)
		if err = errors.Join(err, back.Close()); err != nil {
			return err
		}
		if found == 1 && string(text) == probe.name {
			return b.remove(ctx, probe.name)
		}
	}
	return fmt.Errorf("what was put into the bucket %s was not found there again: %w", b.name, embraye.ErrFilesAway)
}
