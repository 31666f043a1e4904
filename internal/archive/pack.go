package archive

import (
	"archive/zip"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"path"
	"time"
)

// The files of a WACZ (specs.webrecorder.net/wacz/1.2.0).
const (
	warcName    = "data.warc.gz"
	indexPath   = "indexes/index.cdx"
	pagesPath   = "pages/pages.jsonl"
	packagePath = "datapackage.json"
	digestPath  = "datapackage-digest.json"
	waczVersion = "1.2.0"
)

// described is datapackage.json.
type described struct {
	Profile      string `json:"profile"`
	WACZVersion  string `json:"wacz_version"`
	Title        string `json:"title,omitempty"`
	Created      string `json:"created"`
	Software     string `json:"software"`
	MainPageURL  string `json:"mainPageUrl"`
	MainPageDate string `json:"mainPageDate"`
	Home         home   `json:"home"`
	Resources    []part `json:"resources"`
}

type home struct {
	URL string `json:"url"`
	TS  string `json:"ts"`
}

// A part is one file, as datapackage.json lists it.
type part struct {
	Name  string `json:"name"`
	Path  string `json:"path"`
	Hash  string `json:"hash"`
	Bytes int64  `json:"bytes"`
}

// packer writes the files of a WACZ and keeps what is said of them.
type packer struct {
	zip   *zip.Writer
	at    time.Time
	parts []part
}

// Pack writes a copy; random makes the ids of its records.
func Pack(w io.Writer, c Capture, random io.Reader) error {
	p := &packer{zip: zip.NewWriter(w), at: c.At.UTC()}
	index, err := p.warc(c, random)
	if err != nil {
		return err
	}
	lines, err := cdxj(index)
	if err != nil {
		return fmt.Errorf("archive: writing the index: %w", err)
	}
	pages, err := pagesOf(c)
	if err != nil {
		return fmt.Errorf("archive: writing the page: %w", err)
	}
	if err := p.file(indexPath, zip.Deflate, lines); err != nil {
		return err
	}
	if err := p.file(pagesPath, zip.Deflate, pages); err != nil {
		return err
	}
	return p.finish(c)
}

// warc writes the records. They are compressed already.
func (p *packer) warc(c Capture, random io.Reader) ([]indexed, error) {
	out, sum, err := p.create("archive/"+warcName, zip.Store)
	if err != nil {
		return nil, err
	}
	z := compressors.Get().(*gzip.Writer)
	defer compressors.Put(z)
	w := &records{out: &counter{w: out}, zip: z, random: random}
	if err := w.info(c); err != nil {
		return nil, err
	}
	for _, h := range c.Hops {
		if err := w.hop(h); err != nil {
			return nil, err
		}
	}
	if c.File != nil {
		if err := w.file(c); err != nil {
			return nil, err
		}
	}
	p.wrote("archive/"+warcName, sum, w.out.n)
	return w.index, nil
}

func pagesOf(c Capture) ([]byte, error) {
	first, err := line(map[string]string{"format": "json-pages-1.0", "id": "pages", "title": "Pages"})
	if err != nil {
		return nil, err
	}
	page, err := line(struct {
		ID    string `json:"id"`
		URL   string `json:"url"`
		TS    string `json:"ts"`
		Title string `json:"title,omitempty"`
		Text  string `json:"text,omitempty"`
	}{"1", c.URL, c.At.UTC().Format(time.RFC3339), c.Title, c.Text})
	return append(first, page...), err
}

func (p *packer) create(name string, method uint16) (io.Writer, hash.Hash, error) {
	out, err := p.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: p.at})
	if err != nil {
		return nil, nil, fmt.Errorf("archive: packing %s: %w", name, err)
	}
	sum := sha256.New()
	return io.MultiWriter(out, sum), sum, nil
}

func (p *packer) wrote(name string, sum hash.Hash, size int64) {
	p.parts = append(p.parts, part{path.Base(name), name, "sha256:" + hex.EncodeToString(sum.Sum(nil)), size})
}

func (p *packer) file(name string, method uint16, content []byte) error {
	out, sum, err := p.create(name, method)
	if err != nil {
		return err
	}
	if _, err := out.Write(content); err != nil {
		return fmt.Errorf("archive: packing %s: %w", name, err)
	}
	p.wrote(name, sum, int64(len(content)))
	return nil
}

// finish writes what is in the file, and its hash.
func (p *packer) finish(c Capture) error {
	at := c.At.UTC().Format(time.RFC3339)
	about, err := line(described{Profile: "wacz", WACZVersion: waczVersion, Title: c.Title, Created: at, Software: c.Software,
		MainPageURL: c.URL, MainPageDate: at, Home: home{c.URL, at}, Resources: p.parts})
	if err != nil {
		return fmt.Errorf("archive: describing a copy: %w", err)
	}
	if err := p.file(packagePath, zip.Deflate, about); err != nil {
		return err
	}
	digest, err := line(map[string]string{"path": packagePath, "hash": p.parts[len(p.parts)-1].Hash})
	if err != nil {
		return fmt.Errorf("archive: describing a copy: %w", err)
	}
	if err := p.file(digestPath, zip.Deflate, digest); err != nil {
		return err
	}
	if err := p.zip.Close(); err != nil {
		return fmt.Errorf("archive: packing: %w", err)
	}
	return nil
}
