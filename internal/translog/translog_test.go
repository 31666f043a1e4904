package translog

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "suivi.example.fr/journal"

func testKey() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
}

// testLog is a log in memory.
type testLog struct {
	leaves [][]byte
	hashes []tlog.Hash
}

func (l *testLog) ReadHashes(indexes []int64) (out []tlog.Hash, err error) {
	for _, i := range indexes {
		if i >= int64(len(l.hashes)) {
			return nil, fmt.Errorf("hash %d of %d", i, len(l.hashes))
		}
		out = append(out, l.hashes[i])
	}
	return out, nil
}

func (l *testLog) add(t testing.TB, leaf []byte) {
	t.Helper()
	more, err := tlog.StoredHashes(int64(len(l.leaves)), leaf, l)
	if err != nil {
		t.Fatal(err)
	}
	l.leaves, l.hashes = append(l.leaves, leaf), append(l.hashes, more...)
}

func (l *testLog) checkpoint(t testing.TB) Checkpoint {
	t.Helper()
	c := Checkpoint{Origin: origin, Size: int64(len(l.leaves))}
	var err error
	if c.Root, err = tlog.TreeHash(c.Size, l); err != nil {
		t.Fatal(err)
	}
	return c
}

func logOf(t testing.TB, size int) *testLog {
	t.Helper()
	l := &testLog{}
	for i := range size {
		leaf, err := Leaf{Kind: Revision, ID: fmt.Sprintf("https://suivi.example.fr/constats/%d", i), N: 1, At: time.Unix(int64(i), 0)}.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		l.add(t, leaf)
	}
	return l
}

func TestALeafHasOneSpelling(t *testing.T) {
	commit := Commitment(bytes.Repeat([]byte{1}, SaltSize), []byte(`{"type":"Note"}`))
	if sum := sha256.Sum256(append(bytes.Repeat([]byte{1}, 32), `{"type":"Note"}`...)); commit != hex.EncodeToString(sum[:]) {
		t.Errorf("commitment %s", commit)
	}
	at := time.Date(2026, 11, 28, 20, 0, 0, 0, time.UTC)
	leaf := Leaf{Kind: Revision, ID: "https://suivi.example.fr/constats/01jd", N: 2, Commit: commit, At: at}
	got, err := leaf.Bytes()
	want := `{"at":"2026-11-28T20:00:00Z","commit":"` + commit + `","id":"https://suivi.example.fr/constats/01jd","n":2,"type":"revision","v":1}`
	if err != nil || string(got) != want {
		t.Fatalf("%s, %v, want %s", got, err, want)
	}
	restart := Leaf{Kind: Restart, ID: "https://suivi.example.fr/journal/2", At: at,
		Previous: &Previous{Checkpoint: "a\n1\n<é> & co\n\n— a AAAA\n", Origin: origin, Root: commit, Size: 3}}
	for _, l := range []Leaf{leaf, restart, {Kind: Moderation, ID: "https://a.fr/journal#d1", At: at, Commit: commit, Before: true}, {Kind: Key, ID: "https://a.fr/k", At: at, Key: "z6Mk"}} {
		b, err := l.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseLeaf(b)
		if again, _ := back.Bytes(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s came back as %s, %v", b, again, err)
		}
	}
	for name, wrong := range map[string]string{
		"order": `{"v":1,` + want[1:len(want)-7] + `}`, "space": `{ ` + want[1:], "more": want + " ", "unknown": `{"a":1,` + want[1:],
		"version": strings.Replace(want, `"v":1`, `"v":2`, 1), "type": strings.Replace(want, "revision", "rumour", 1),
		"time": strings.Replace(want, "00Z", "00.5Z", 1), "id": strings.Replace(want, "01jd", "01 jd", 1), "zero": strings.Replace(want, `"n":2`, `"n":0`, 1),
		"commit": strings.Replace(want, commit, strings.ToUpper(commit), 1), "escape": strings.Replace(want, "suivi", `\u0073uivi`, 1),
		"twice": strings.Replace(want, `"n":2`, `"n":3,"n":2`, 1), "long": strings.Replace(want, "01jd", strings.Repeat("a", MaxLeaf), 1), "none": "null", "empty": "",
	} {
		if l, err := ParseLeaf([]byte(wrong)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %.120s was read as %v, %v", name, wrong, l, err)
		}
	}
	if _, err := (Leaf{Kind: Key, ID: "https://a.fr/k", At: at, Key: "a\u2028b"}).Bytes(); err == nil {
		t.Error("a leaf carries what JSON has two spellings for")
	}
}

func TestACheckpointIsSignedAsANote(t *testing.T) {
	key := testKey()
	vkey, err := VKey(origin, key.Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	public := append([]byte{1}, key.Public().(ed25519.PublicKey)...)
	id := sha256.Sum256(append([]byte(origin+"\n"), public...))
	if want := origin + "+" + hex.EncodeToString(id[:4]) + "+" + base64.StdEncoding.EncodeToString(public); vkey != want {
		t.Errorf("vkey %s, want %s", vkey, want)
	}
	c := logOf(t, 5).checkpoint(t)
	if want := origin + "\n5\n" + c.Root.String() + "\n"; c.Text() != want {
		t.Errorf("%q, want %q", c.Text(), want)
	}
	signer, err := Signer(origin, key)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := c.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	line := id[:4:4]
	line = append(line, ed25519.Sign(key, []byte(c.Text()))...)
	if want := c.Text() + "\n— " + origin + " " + base64.StdEncoding.EncodeToString(line) + "\n"; signed != want {
		t.Errorf("%q, want %q", signed, want)
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := OpenCheckpoint(signed, verifier); err != nil || got != c {
		t.Errorf("opened %v, %v", got, err)
	}
	if got, err := Unsigned(signed); err != nil || got != c {
		t.Errorf("read %v, %v", got, err)
	}
	other, err := Signer(origin, ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	if foreign, err := c.Sign(other); err != nil {
		t.Error(err)
	} else if _, _, err := OpenCheckpoint(foreign, verifier); err == nil || errors.Is(err, ErrMalformed) {
		t.Errorf("signed by a stranger: %v", err)
	}
	if _, _, err := OpenCheckpoint(strings.Replace(signed, "\n5\n", "\n6\n", 1), verifier); !errors.Is(err, ErrMalformed) {
		t.Errorf("a signature that fails: %v", err)
	}
	for _, wrong := range []string{"", "a\n", "a\n1\n", "\n1\n" + c.Root.String() + "\n", "a b\n1\n" + c.Root.String() + "\n", "a+b\n1\n" + c.Root.String() + "\n",
		"a\n01\n" + c.Root.String() + "\n", "a\n-1\n" + c.Root.String() + "\n", "a\n9007199254740992\n" + c.Root.String() + "\n", "a\n1\nAAAA\n", "a\n1\n" + c.Root.String() + "\n\n",
		"a\n1\n" + c.Root.String(), strings.Repeat("a", 300) + "\n1\n" + c.Root.String() + "\n"} {
		if got, err := ParseCheckpoint(wrong); !errors.Is(err, ErrMalformed) {
			t.Errorf("%.60q was read as %v, %v", wrong, got, err)
		}
	}
}

func TestTilesLieWhereReadersLook(t *testing.T) {
	for _, c := range []struct {
		tile Tile
		path string
	}{
		{Tile{0, 0, 256}, "tile/0/000"}, {Tile{0, 0, 1}, "tile/0/000.p/1"}, {Tile{0, 1234067, 256}, "tile/0/x001/x234/067"},
		{Tile{Entries, 1234067, 8}, "tile/entries/x001/x234/067.p/8"}, {Tile{3, 999, 256}, "tile/3/999"}, {Tile{1, 1000, 255}, "tile/1/x001/000.p/255"},
	} {
		if got := c.tile.Path(); got != c.path {
			t.Errorf("%v lies at %s, want %s", c.tile, got, c.path)
		}
		if got, err := ParsePath(c.path); err != nil || got != c.tile {
			t.Errorf("%s is %v, %v", c.path, got, err)
		}
	}
	for _, wrong := range []string{"", "tile/", "tile/0", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000/001", "tile/0/001/002", "tile/0/x001", "tile/0/000.p/0", "tile/0/000.p/256",
		"tile/0/000.p/01", "tile/0/000.p/", "tile/7/000", "tile/00/000", "tile/-1/000", "tile/data/000", "tile/8/0/000", "tile/0/000/", "/tile/0/000", "tile/0/+01", "tile/0/..",
		"tile/0/" + strings.Repeat("x999/", 40) + "999"} {
		if got, err := ParsePath(wrong); err == nil {
			t.Errorf("%q is %v", wrong, got)
		}
	}
	l := logOf(t, 600)
	for n := range int64(600) {
		TilesOf(0, n, n+1, func(tile Tile) bool {
			if !tile.Within(n+1) || tile.N*TileWidth+int64(tile.W) != n+1 {
				t.Errorf("the leaf %d fills %v", n, tile)
			}
			return true
		})
	}
	var all []Tile
	for _, level := range []int{Entries, 0, 1, 2} {
		TilesOf(level, 0, 600, func(tile Tile) bool { all = append(all, tile); return true })
	}
	if got, want := fmt.Sprint(all), "[{-1 0 256} {-1 1 256} {-1 2 88} {0 0 256} {0 1 256} {0 2 88} {1 0 2}]"; got != want {
		t.Errorf("tiles %s, want %s", got, want)
	}
	for _, tile := range all[3:] {
		hashes, err := l.ReadHashes(tile.Indexes())
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := tlog.ReadTileData(tlog.Tile{H: 8, L: tile.Level, N: tile.N, W: tile.W}, l)
		if err != nil || !bytes.Equal(Hashes(hashes), theirs) {
			t.Errorf("%v has other hashes than tlog says (%v)", tile, err)
		}
		if (Tile{tile.Level, tile.N, tile.W + 1}).Within(600) && tile.W < TileWidth || (Tile{tile.Level, tile.N + 3, 1}).Within(600) {
			t.Errorf("there is more than %v", tile)
		}
	}
	bundle, err := Bundle(l.leaves[512:])
	if err != nil {
		t.Fatal(err)
	}
	if back, err := ParseBundle(bundle, 88); err != nil || !bytes.Equal(bytes.Join(back, nil), bytes.Join(l.leaves[512:], nil)) {
		t.Errorf("a bundle came back otherwise: %v", err)
	}
	for n, wrong := range map[int][]byte{88: bundle[:len(bundle)-1], 87: bundle, 89: bundle, 1: {0}} {
		if _, err := ParseBundle(wrong, n); !errors.Is(err, ErrMalformed) {
			t.Errorf("a bundle of other than %d entries: %v", n, err)
		}
	}
}

func TestAProofHoldsForItsLeafAlone(t *testing.T) {
	signer, err := Signer(origin, testKey())
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{1, 2, 7, 256, 257} {
		l := logOf(t, size)
		c := l.checkpoint(t)
		signed, err := c.Sign(signer)
		if err != nil {
			t.Fatal(err)
		}
		for i := range l.leaves {
			hashes, err := tlog.ProveRecord(c.Size, int64(i), l)
			if err != nil {
				t.Fatal(err)
			}
			text := Proof{Extra: []byte("salt"), Index: int64(i), Hashes: hashes, Checkpoint: signed}.Text()
			p, err := ParseProof(text)
			if err != nil || p.Text() != text {
				t.Fatalf("leaf %d of %d: %v", i, size, err)
			}
			if err := p.Check(l.leaves[i], c); err != nil {
				t.Errorf("leaf %d of %d: %v", i, size, err)
			}
			if err := p.Check(append([]byte("x"), l.leaves[i]...), c); err == nil {
				t.Errorf("another leaf than %d of %d is proved", i, size)
			}
		}
	}
}

func TestAProofIsReadStrictly(t *testing.T) {
	l := logOf(t, 3)
	signer, err := Signer(origin, testKey())
	if err != nil {
		t.Fatal(err)
	}
	signed, err := l.checkpoint(t).Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	hash := l.hashes[0]
	most := Proof{Index: 1, Hashes: make([]tlog.Hash, 63), Checkpoint: signed}
	good := Proof{Index: 1, Hashes: []tlog.Hash{hash}, Checkpoint: signed}.Text()
	for _, p := range []string{most.Text(), good} {
		if _, err := ParseProof(p); err != nil {
			t.Error(err)
		}
	}
	more := Proof{Index: 1, Hashes: make([]tlog.Hash, 64), Checkpoint: signed}
	for name, wrong := range map[string]string{
		"empty": "", "64 hashes": more.Text(), "cut in the head": good[:40], "cut before the checkpoint": strings.Split(good, "\n\n")[0] + "\n", "no signature": strings.Join(strings.Split(good, "\n\n")[:2], "\n\n"),
		"version": strings.Replace(good, "@v1", "@v2", 1), "no index": strings.Replace(good, "index 1\n", "", 1), "index": strings.Replace(good, "index 1", "index 01", 1),
		"extra": strings.Replace(good, "index", "extra !\nindex", 1), "hash": strings.Replace(good, hash.String(), hash.String()[4:], 1),
		"carriage returns": strings.ReplaceAll(good, "\n", "\r\n"), "giant": good + strings.Repeat("a", MaxProof),
	} {
		if p, err := ParseProof(wrong); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: read as %v, %v", name, p.Index, err)
		}
	}
	p, err := ParseProof(good)
	if err != nil {
		t.Fatal(err)
	}
	p.Index = 3
	if err := p.Check(l.leaves[1], l.checkpoint(t)); err == nil {
		t.Error("a leaf beyond the log is proved")
	}
}
