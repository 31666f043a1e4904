// Package translog is the law of the public log: what a leaf says and how its
// bytes are written, the signed checkpoint, the tiles that others read, and the
// proof that one leaf is in the log. It does no I/O: where leaves lie and who
// fetches tiles is for its callers.
//
// The formats are those of C2SP (c2sp.org/tlog-checkpoint, tlog-tiles,
// tlog-proof, signed-note), whose trees are RFC 6962's.
//
// What always holds:
//
//   - A leaf holds no text and nothing about a person: it is for ever. What it
//     stands for is bound to it by a salted commitment, and by nothing once the
//     salt is destroyed.
//   - What has two spellings is refused when it is read: a leaf, a checkpoint, a
//     path and a proof are each one row of bytes.
//   - Every reader has a bound on what it reads, before it reads it.
//
// Start reading at Leaf, then at Checkpoint.
package translog

import (
	"errors"
	"fmt"
)

// ErrMalformed is text that is not what it should be: the error says where.
var ErrMalformed = errors.New("malformed")

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrMalformed}, args...)...)
}
