package translog

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	// TileWidth is how many hashes, or entries, a full tile has.
	TileWidth = 256
	// Entries is the level of the tiles that hold leaves and not hashes.
	Entries = -1
	// MaxTile bounds a bundle of entries, in bytes.
	MaxTile  = TileWidth * (2 + 1<<16 - 1)
	maxLevel = 6 // 256^7 leaves are more than MaxSize
)

// Tile is one file of the log: W hashes from N*256 on, of level 8*Level, or as
// many leaves.
type Tile struct {
	Level int
	N     int64
	W     int // 1 to 256
}

// Path is where the tile lies below the log's prefix.
func (t Tile) Path() string {
	level := "entries"
	if t.Level != Entries {
		level = strconv.Itoa(t.Level)
	}
	n := fmt.Sprintf("%03d", t.N%1000)
	for rest := t.N / 1000; rest > 0; rest /= 1000 {
		n = fmt.Sprintf("x%03d/", rest%1000) + n
	}
	if t.W != TileWidth {
		n += ".p/" + strconv.Itoa(t.W)
	}
	return "tile/" + level + "/" + n
}

// ParsePath reads the path of a tile, which has one spelling.
func ParsePath(path string) (Tile, error) {
	t, err := parsePath(path)
	if err != nil || t.Path() != path {
		return Tile{}, malformed("the path %.80q of a tile", path)
	}
	return t, nil
}

func parsePath(path string) (t Tile, err error) {
	rest, ok := strings.CutPrefix(path, "tile/")
	level, rest, cut := strings.Cut(rest, "/")
	if !ok || !cut {
		return t, ErrMalformed
	}
	if t.Level = Entries; level != "entries" {
		if t.Level, err = strconv.Atoi(level); err != nil || t.Level < 0 || t.Level > maxLevel {
			return t, ErrMalformed
		}
	}
	t.W = TileWidth
	if full, width, partial := strings.Cut(rest, ".p/"); partial {
		if t.W, err = strconv.Atoi(width); err != nil || t.W < 1 || t.W >= TileWidth {
			return t, ErrMalformed
		}
		rest = full
	}
	for group := range strings.SplitSeq(rest, "/") {
		n, err := strconv.ParseUint(strings.TrimPrefix(group, "x"), 10, 16)
		if err != nil || n > 999 || t.N > MaxSize/1000 {
			return t, ErrMalformed
		}
		t.N = t.N*1000 + int64(n)
	}
	return t, nil
}

// height is how many levels of the tree lie below a hash of the tile.
func (t Tile) height() int { return 8 * max(t.Level, 0) }

// Within tells whether a log of a size has the tile. What is only part of a full
// tile stays readable, so that a reader of an older checkpoint finds it.
func (t Tile) Within(size int64) bool {
	wide := size >> t.height()
	return t.W > 0 && t.N <= wide/TileWidth && t.N*TileWidth+int64(t.W) <= wide
}

// TilesOf calls each for the tiles of a log of that size that one of an earlier
// size has not, and stops when it says so.
func TilesOf(level int, before, size int64, each func(Tile) bool) {
	height := Tile{Level: level}.height()
	from, wide := before>>height, size>>height
	if from == wide {
		return
	}
	for n := from / TileWidth; n*TileWidth < wide; n++ {
		if !each(Tile{Level: level, N: n, W: int(min(TileWidth, wide-n*TileWidth))}) {
			return
		}
	}
}

// Indexes are the places of the tile's hashes in the order of tlog.
func (t Tile) Indexes() []int64 {
	indexes := make([]int64, t.W)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(t.height(), t.N*TileWidth+int64(i))
	}
	return indexes
}

// Hashes writes a tile of hashes.
func Hashes(hashes []tlog.Hash) []byte {
	out := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out
}

// Bundle writes leaves as a tile of entries.
func Bundle(leaves [][]byte) ([]byte, error) {
	var out []byte
	for _, leaf := range leaves {
		if len(leaf) > 1<<16-1 {
			return nil, malformed("an entry of %d bytes", len(leaf))
		}
		out = append(binary.BigEndian.AppendUint16(out, uint16(len(leaf))), leaf...)
	}
	return out, nil
}

// ParseBundle reads the n leaves of a tile of entries, and refuses one that has
// more or less.
func ParseBundle(b []byte, n int) ([][]byte, error) {
	leaves := make([][]byte, 0, min(n, TileWidth))
	for len(b) > 0 {
		if len(b) < 2 || len(leaves) == n {
			return nil, malformed("a bundle of entries that is not of %d", n)
		}
		size := int(binary.BigEndian.Uint16(b))
		if b = b[2:]; len(b) < size {
			return nil, malformed("a bundle of entries that is cut short")
		}
		leaves, b = append(leaves, b[:size:size]), b[size:]
	}
	if len(leaves) != n {
		return nil, malformed("a bundle of %d entries, not %d", len(leaves), n)
	}
	return leaves, nil
}
