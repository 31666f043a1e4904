package fedtest

import (
	"testing"
	"time"

	"embraye/internal/files"
	"embraye/internal/s3test"
)

// Bucket is the bucket of a store of files, which is waited for as long as it
// takes: no slow machine is an absent store.
func Bucket(t testing.TB, s *s3test.Server) *files.Bucket {
	t.Helper()
	b, err := files.ParseBucket(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	b.Patience = 10 * time.Minute
	return &b
}
