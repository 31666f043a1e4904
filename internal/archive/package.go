package archive

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/url"
	"slices"
	"strings"
)

// What unpacking a file of somebody's may take.
const (
	maxParts    = 1000
	maxUnpacked = 128 << 20
	maxListed   = 1 << 20 // bytes of datapackage.json
	maxFollowed = 5       // redirects inside
)

// Check reads a WACZ that somebody hands in as a copy of a page: its parts have
// the hashes that it says itself, nothing in it leads out of it or grows without
// end, and the page is there. It returns what the page says.
func Check(r io.ReaderAt, size int64, page string) (*Words, error) {
	z, err := openZIP(r, size)
	if err != nil {
		return nil, err
	}
	if err := checkNames(z); err != nil {
		return nil, err
	}
	if err := checkParts(z); err != nil {
		return nil, err
	}
	return find(z, page)
}

// Bytes of the end of a ZIP's directory, and of what leads to another one before it
// where the ZIP is larger than any that we read (ZIP64).
const (
	endSize  = 22
	leadSize = 20
)

// openZIP counts the entries before they are read into memory: forty megabytes
// have room for a million of them, and the count that a ZIP says itself may lie. A
// second directory is refused: it is the one that would be read.
func openZIP(r io.ReaderAt, size int64) (*zip.Reader, error) {
	var last [leadSize + endSize]byte
	if size < int64(len(last)) {
		return nil, refuse(CodeNotWACZ, "")
	}
	if _, err := r.ReadAt(last[:], size-int64(len(last))); err != nil {
		return nil, fmt.Errorf("archive: reading a file: %w", err)
	}
	end := last[leadSize:]
	if string(last[:4]) == "PK\x06\x07" {
		return nil, refuse(CodeNotWACZ, "ZIP64")
	}
	length, at := int64(binary.LittleEndian.Uint32(end[12:])), int64(binary.LittleEndian.Uint32(end[16:]))
	if string(end[:4]) != "PK\x05\x06" || at+length != size-endSize {
		return nil, refuse(CodeNotWACZ, "ZIP")
	}
	count := 0
	for ; at < size-endSize; count++ {
		var entry [46]byte
		if _, err := r.ReadAt(entry[:], at); err != nil || string(entry[:4]) != "PK\x01\x02" {
			return nil, refuse(CodeNotWACZ, "ZIP")
		}
		if count == maxParts {
			return nil, refuse(CodeTooLarge, "")
		}
		le := binary.LittleEndian
		at += 46 + int64(le.Uint16(entry[28:])) + int64(le.Uint16(entry[30:])) + int64(le.Uint16(entry[32:]))
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, refuse(CodeNotWACZ, err.Error())
	}
	return z, nil
}

// checkNames refuses what a program that unpacks it would write elsewhere.
func checkNames(z *zip.Reader) error {
	seen, total := map[string]bool{}, uint64(0)
	for _, f := range z.File {
		name := strings.TrimSuffix(f.Name, "/")
		if !fs.ValidPath(name) || strings.ContainsAny(name, "\\:\x00") || f.Mode()&fs.ModeSymlink != 0 || seen[name] {
			return refuse(CodePath, f.Name)
		}
		seen[name] = true
		if total += f.UncompressedSize64; f.UncompressedSize64 > maxUnpacked || total > maxUnpacked {
			return refuse(CodeTooLarge, "")
		}
	}
	return nil
}

// checkParts compares every part with what the file lists, and the list with its
// own hash if there is one.
func checkParts(z *zip.Reader) error {
	list, sum, err := content(z, packagePath)
	if err != nil {
		return err
	}
	var about described
	if err := json.Unmarshal(list, &about); err != nil {
		return refuse(CodeNotWACZ, packagePath)
	}
	if said, _, err := content(z, digestPath); err == nil {
		var digest struct{ Hash string }
		if json.Unmarshal(said, &digest) != nil || !sameHash(digest.Hash, sum) {
			return refuse(CodeHash, packagePath)
		}
	}
	listed := map[string]bool{}
	for _, p := range about.Resources {
		if listed[p.Path] { // each is read once
			return refuse(CodeHash, p.Path)
		}
		sum, n, err := hashed(z, p.Path)
		if err != nil {
			return err
		}
		if !sameHash(p.Hash, sum) || p.Bytes != n {
			return refuse(CodeHash, p.Path)
		}
		listed[p.Path] = true
	}
	for _, f := range z.File {
		if isWARC(f.Name) && !listed[f.Name] {
			return refuse(CodeHash, f.Name)
		}
	}
	return nil
}

func isWARC(name string) bool {
	return strings.HasPrefix(name, "archive/") && strings.HasSuffix(name, ".warc.gz")
}

// sameHash compares with a hash as a file says it: sha256:… in hex.
func sameHash(said string, sum hash.Hash) bool {
	algorithm, value, ok := strings.Cut(said, ":")
	return ok && strings.ReplaceAll(algorithm, "-", "") == "sha256" && strings.EqualFold(value, hex.EncodeToString(sum.Sum(nil)))
}

// content is a small part.
func content(z *zip.Reader, name string) ([]byte, hash.Hash, error) {
	f, err := open(z, name)
	if err != nil {
		return nil, nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, maxListed+1))
	if err != nil {
		return nil, nil, refuse(CodeNotWACZ, name)
	}
	if len(b) > maxListed {
		return nil, nil, refuse(CodeTooLarge, name)
	}
	sum := sha256.New()
	sum.Write(b)
	return b, sum, nil
}

// hashed reads a part to its end.
func hashed(z *zip.Reader, name string) (hash.Hash, int64, error) {
	f, err := open(z, name)
	if err != nil {
		return nil, 0, err
	}
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err != nil {
		return nil, 0, refuse(CodeNotWACZ, name)
	}
	return sum, n, nil
}

// open opens a part, which has no more bytes than it says.
func open(z *zip.Reader, name string) (io.Reader, error) {
	i := slices.IndexFunc(z.File, func(f *zip.File) bool { return f.Name == name })
	if i < 0 {
		return nil, refuse(CodeNotWACZ, name)
	}
	f, err := z.File[i].Open()
	if err != nil {
		return nil, refuse(CodeNotWACZ, name)
	}
	return io.LimitReader(f, int64(z.File[i].UncompressedSize64)), nil
}

// find looks for a page among the records, and where its redirects lead.
func find(z *zip.Reader, page string) (*Words, error) {
	for range maxFollowed + 1 {
		words, next, err := look(z, page)
		if words != nil || err != nil {
			return words, err
		}
		if next == "" {
			break
		}
		page = next
	}
	return nil, refuse(CodeOtherPage, page)
}

// look reads all records once: the words of a page, or where it leads.
func look(z *zip.Reader, page string) (words *Words, next string, err error) {
	room := int64(maxUnpacked) // for all of them
	for _, f := range z.File {
		if !isWARC(f.Name) {
			continue
		}
		in, err := open(z, f.Name)
		if err != nil {
			return nil, "", err
		}
		err = each(in, &room, func(r *read) (bool, error) {
			switch {
			case !SamePage(r.target, page):
				return false, nil
			case r.location != "":
				next = resolve(r.target, r.location)
				return false, nil
			case r.status != 200:
				return false, nil
			}
			w := Extract(r.body, r.mediaType, r.encoding)
			w.URL, words = r.target, &w
			return true, nil
		})
		if words != nil || err != nil {
			return words, "", err
		}
	}
	return nil, next, nil
}

func resolve(base, to string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	if u, err = u.Parse(to); err != nil {
		return ""
	}
	return u.String()
}
