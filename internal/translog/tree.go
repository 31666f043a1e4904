package translog

import (
	"crypto/sha256"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// A Tree is a log as far as somebody has read it: enough to go on with the next
// leaf and to know its root, in at most 63 hashes.
type Tree struct {
	Size  int64
	peaks []tlog.Hash // roots of the complete trees that it falls into, the largest first
}

// Add reads the next leaf.
func (t *Tree) Add(leaf []byte) {
	hash := tlog.RecordHash(leaf)
	for n := t.Size; n&1 == 1; n >>= 1 {
		last := len(t.peaks) - 1
		hash, t.peaks = tlog.NodeHash(t.peaks[last], hash), t.peaks[:last]
	}
	t.peaks, t.Size = append(t.peaks, hash), t.Size+1
}

// Root is the root of what was read.
func (t *Tree) Root() tlog.Hash {
	if t.Size == 0 {
		return sha256.Sum256(nil)
	}
	last := len(t.peaks) - 1
	root := t.peaks[last]
	for i := last - 1; i >= 0; i-- {
		root = tlog.NodeHash(t.peaks[i], root)
	}
	return root
}

// Bytes are the peaks, to be kept beside the size.
func (t *Tree) Bytes() []byte { return Hashes(t.peaks) }

// ParseTree reads them again.
func ParseTree(size int64, peaks []byte) (*Tree, error) {
	if len(peaks) != bits.OnesCount64(uint64(size))*tlog.HashSize || size < 0 {
		return nil, malformed("the peaks of a tree of %d leaves", size)
	}
	t := &Tree{Size: size}
	for hash := range slices.Chunk(peaks, tlog.HashSize) {
		t.peaks = append(t.peaks, tlog.Hash(hash))
	}
	return t, nil
}
