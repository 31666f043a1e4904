package archive

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/storetest"
)

var day = time.Date(2026, 3, 12, 10, 0, 0, 0, time.UTC)

const (
	asked = "https://www.bretagne.bzh/ancien?a=1&b=2"
	found = "https://bretagne.bzh/communs"
	html1 = `<!doctype html><html lang="fr"><head><title>Appel à communs</title></head><body><p>Ouvert &amp; doté.</p></body></html>`
)

// visit is a page behind a redirect.
func visit() Capture {
	return Capture{Software: "Embraye/1", URL: asked, At: day, Title: "Appel à communs", Text: "Ouvert & doté.", Hops: []Hop{
		{URL: asked, At: day, IP: "192.0.2.1", RequestHeader: http.Header{"User-Agent": {"Embraye/1"}, "Cookie": {"secret=1"}}, Status: 301,
			Header: http.Header{"Location": {found}, "Set-Cookie": {"session=secret"}}},
		{URL: found, At: day, RequestHeader: http.Header{"User-Agent": {"Embraye/1"}}, Status: 200, Body: strings.NewReader(html1), Size: int64(len(html1)),
			Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}, "Transfer-Encoding": {"chunked"}, "Content-Length": {"9999"},
				"Set-Cookie": {"session=secret", "x=secret"}, "X-Odd": {"a\r\nSet-Cookie: y=2"}}},
	}}
}

func random() io.Reader { return rand.NewChaCha8([32]byte{1}) }

func packed(t *testing.T, c Capture) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Pack(&b, c, random()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func unzip(t *testing.T, wacz []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(wacz), int64(len(wacz)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string][]byte{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if parts[f.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
		if f.Name == "archive/data.warc.gz" && f.Method != zip.Store {
			t.Error("the WARC is not stored as it is: readers cannot begin inside it")
		}
	}
	return parts
}

// A copy is read back by our own reader, its index leads to its records, and no
// cookie is in it.
func TestACopyIsWholeAndHasNoCookies(t *testing.T) {
	wacz := packed(t, visit())
	words, err := Check(bytes.NewReader(wacz), int64(len(wacz)), "https://www.bretagne.bzh/ancien?a=1&b=2#part")
	if err != nil || words.URL != found || words.Title != "Appel à communs" || words.Text != "Ouvert & doté." || words.Language != "fr" {
		t.Errorf("%+v, %v", words, err)
	}
	parts := unzip(t, wacz)
	warc := parts["archive/data.warc.gz"]
	z, err := gzip.NewReader(bytes.NewReader(warc))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{"WARC/1.1\r\n": 5, "secret": 0, "\nSet-Cookie": 0, "Transfer-Encoding": 0, "9999": 0, "WARC-Type: warcinfo": 1, "WARC-Type: response": 2, "WARC-Type: request": 2,
		"WARC-IP-Address: 192.0.2.1": 1, "GET /ancien?a=1&b=2 HTTP/1.1\r\nHost: www.bretagne.bzh\r\nUser-Agent": 1, "HTTP/1.1 301 Moved Permanently": 1, html1: 1} {
		if n := strings.Count(string(plain), text); n != want {
			t.Errorf("%q is there %d times, not %d", text, n, want)
		}
	}
	lines := strings.Split(strings.TrimSpace(string(parts["indexes/index.cdx"])), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "bzh,bretagne)/ancien?a=1&b=2 20260312100000 {") || !strings.HasPrefix(lines[1], "bzh,bretagne)/communs 20260312100000 {") {
		t.Errorf("index: %q", lines)
	}
	for _, text := range lines {
		var i struct{ URL, Offset, Length, Digest string }
		if err := json.Unmarshal([]byte(text[strings.IndexByte(text, '{'):]), &i); err != nil {
			t.Fatal(err)
		}
		var at, n int
		fmt.Sscan(i.Offset+" "+i.Length, &at, &n)
		z, err := gzip.NewReader(bytes.NewReader(warc[at : at+n]))
		if err != nil {
			t.Fatal(err)
		}
		one, err := io.ReadAll(z)
		if err != nil || !strings.Contains(string(one), "WARC-Target-URI: "+i.URL+"\r\n") || !strings.Contains(string(one), "WARC-Payload-Digest: "+i.Digest+"\r\n") {
			t.Errorf("%s leads to %.200q, %v", text, one, err)
		}
	}
	sum := sha256.Sum256([]byte(html1))
	if !strings.Contains(lines[1], "sha-256:"+hex.EncodeToString(sum[:])) {
		t.Errorf("the digest is not that of the page: %s", lines[1])
	}
}

// What somebody hands in becomes a copy of the page that they name.
func TestAFileHandedInIsACopy(t *testing.T) {
	wacz := packed(t, Capture{Software: "Embraye/1", URL: found, At: day, Title: "rapport.pdf", File: &File{MediaType: "application/pdf", Body: strings.NewReader("%PDF-1.4"), Size: 8}})
	words, err := Check(bytes.NewReader(wacz), int64(len(wacz)), found)
	if err != nil || words.MediaType != "application/pdf" || words.Text != "" {
		t.Errorf("%+v, %v", words, err)
	}
}

// Another reader than ours reads every record: npm's warcio.
func TestWarcioReadsEveryRecord(t *testing.T) {
	folder := os.Getenv("EMBRAYE_TEST_WARCIO")
	if folder == "" {
		storetest.Require(t, "warcio", "set EMBRAYE_TEST_WARCIO to its folder")
	}
	dir := t.TempDir()
	file, script := filepath.Join(dir, "data.warc.gz"), filepath.Join(dir, "read.mjs")
	module, err := filepath.Abs(filepath.Join(folder, "dist", "index.js"))
	if err != nil {
		t.Fatal(err)
	}
	c := visit()
	c.File = &File{MediaType: "application/pdf", Body: strings.NewReader("%PDF-1.4"), Size: 8}
	for name, content := range map[string][]byte{file: unzip(t, packed(t, c))["archive/data.warc.gz"], script: []byte(`
import { WARCParser } from ` + "'file://" + module + `'
import fs from 'node:fs'
for await (const r of new WARCParser(fs.createReadStream(process.argv[2]))) {
  const body = await r.readFully(true)
  console.log(r.warcType, r.warcTargetURI, r.httpHeaders ? r.httpHeaders.statusline : '-', body.length)
}`)} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("node", script, file).CombinedOutput()
	want := fmt.Sprintf("warcinfo null - 51\nresponse %[1]s HTTP/1.1 301 Moved Permanently 0\nrequest %[1]s GET /ancien?a=1&b=2 HTTP/1.1 0\n"+
		"response %[2]s HTTP/1.1 200 OK %[3]d\nrequest %[2]s GET /communs HTTP/1.1 0\nresource %[1]s - 8\n", asked, found, len(html1))
	if err != nil || string(out) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, out, want)
	}
}

// repack changes a WACZ before it is handed in.
func repack(t *testing.T, wacz []byte, change func(parts map[string][]byte)) []byte {
	t.Helper()
	parts := unzip(t, wacz)
	change(parts)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bombZIP says that it unpacks to more than we unpack.
func bombZIP(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if _, err := z.CreateRaw(&zip.FileHeader{Name: "x", Method: zip.Deflate, UncompressedSize64: maxUnpacked + 1}); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A WACZ that lies is refused with one reason.
func TestAWACZThatLiesIsRefused(t *testing.T) {
	good := packed(t, visit())
	bomb := func() []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write([]byte("WARC/1.1\r\nWARC-Type: response\r\nContent-Length: 400000000\r\n\r\n"))
		zeros := make([]byte, 1<<20)
		for range maxUnpacked>>20 + 1 {
			z.Write(zeros)
		}
		z.Close()
		return b.Bytes()
	}
	list := func(parts map[string][]byte, warc []byte) {
		sum := sha256.Sum256(warc)
		parts["archive/data.warc.gz"] = warc
		parts["datapackage.json"] = fmt.Appendf(nil, `{"resources":[{"path":"archive/data.warc.gz","hash":"sha256:%x","bytes":%d}]}`, sum, len(warc))
		delete(parts, "datapackage-digest.json")
	}
	tests := []struct {
		name, code string
		wacz       []byte
	}{
		{"no ZIP", CodeNotWACZ, []byte(strings.Repeat("x", 100))},
		{"empty", CodeNotWACZ, nil},
		{"cut short", CodeNotWACZ, good[:len(good)-100]},
		{"something in front", CodeNotWACZ, append([]byte("junk"), good...)},
		{"a path out of it", CodePath, repack(t, good, func(p map[string][]byte) { p["../../etc/passwd"] = []byte("x") })},
		{"an absolute path", CodePath, repack(t, good, func(p map[string][]byte) { p["/etc/passwd"] = []byte("x") })},
		{"a path of Windows", CodePath, repack(t, good, func(p map[string][]byte) { p[`archive\..\x`] = []byte("x") })},
		{"too many files", CodeTooLarge, repack(t, good, func(p map[string][]byte) {
			for i := range 1100 {
				p[fmt.Sprint("f", i)] = nil
			}
		})},
		{"no list", CodeNotWACZ, repack(t, good, func(p map[string][]byte) { delete(p, "datapackage.json"); delete(p, "datapackage-digest.json") })},
		{"another hash", CodeHash, repack(t, good, func(p map[string][]byte) { p["archive/data.warc.gz"] = append(p["archive/data.warc.gz"], 0) })},
		{"another list", CodeHash, repack(t, good, func(p map[string][]byte) { p["datapackage.json"] = append(p["datapackage.json"], ' ') })},
		{"a WARC that is not listed", CodeHash, repack(t, good, func(p map[string][]byte) { p["archive/more.warc.gz"] = p["archive/data.warc.gz"] })},
		{"a list of much", CodeTooLarge, repack(t, good, func(p map[string][]byte) { p["datapackage.json"] = bytes.Repeat([]byte(" "), 2<<20) })},
		{"a part that is listed twice", CodeHash, repack(t, good, func(p map[string][]byte) {
			list(p, p["archive/data.warc.gz"])
			_, one, _ := bytes.Cut(bytes.TrimSuffix(p["datapackage.json"], []byte("]}")), []byte("["))
			p["datapackage.json"] = fmt.Appendf(nil, `{"resources":[%s,%s]}`, one, one)
		})},
		{"a bomb", CodeTooLarge, repack(t, good, func(p map[string][]byte) { list(p, bomb()) })},
		{"a bomb in the ZIP", CodeTooLarge, bombZIP(t)},
		{"no WARC inside", CodeNotWACZ, repack(t, good, func(p map[string][]byte) { list(p, []byte("no gzip")) })},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { wantCode(t, test.code, test.wacz, asked) })
	}
	t.Run("another page", func(t *testing.T) { wantCode(t, CodeOtherPage, good, "https://elsewhere.example/") })
}

func wantCode(t *testing.T, code string, wacz []byte, page string) {
	t.Helper()
	words, err := Check(bytes.NewReader(wacz), int64(len(wacz)), page)
	var invalid *embraye.InvalidError
	if !errors.As(err, &invalid) || invalid.Problems[0].Code != code || words != nil {
		t.Errorf("%v, %v, want %s", words, err, code)
	}
}

// crowded is a ZIP of more entries than we read.
func crowded(t *testing.T) *bytes.Buffer {
	t.Helper()
	b := new(bytes.Buffer)
	z := zip.NewWriter(b)
	for i := range maxParts + 1 {
		if _, err := z.Create(fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b
}

// A directory that says fewer entries than it has is counted before it is read.
func TestTheEntriesOfAZIPAreCounted(t *testing.T) {
	lie := crowded(t).Bytes()
	lie[len(lie)-endSize+8], lie[len(lie)-endSize+10] = 1, 1
	lie[len(lie)-endSize+9], lie[len(lie)-endSize+11] = 0, 0
	wantCode(t, CodeTooLarge, lie, asked)
}

// A second directory, to which the first one leads, is not read uncounted.
func TestASecondDirectoryIsRefused(t *testing.T) {
	b := crowded(t)
	le := binary.LittleEndian
	end := bytes.Clone(b.Bytes()[b.Len()-endSize:])
	b.Truncate(b.Len() - endSize)
	size, at, second := uint64(le.Uint32(end[12:])), uint64(le.Uint32(end[16:])), uint64(b.Len())
	for _, v := range []any{[]byte("PK\x06\x06"), uint64(44), uint32(0), uint32(0), uint32(0), uint64(maxParts + 1), uint64(maxParts + 1), size, at} {
		if err := binary.Write(b, le, v); err != nil {
			t.Fatal(err)
		}
	}
	first := b.Len()
	entry := make([]byte, 46)
	copy(entry, "PK\x01\x02")
	entry[32] = leadSize // of its comment, which leads there
	b.Write(entry)
	for _, v := range []any{[]byte("PK\x06\x07"), uint32(0), second, uint32(1)} {
		if err := binary.Write(b, le, v); err != nil {
			t.Fatal(err)
		}
	}
	le.PutUint16(end[8:], 0xffff)
	le.PutUint16(end[10:], 0xffff)
	le.PutUint32(end[12:], uint32(b.Len()-first))
	le.PutUint32(end[16:], uint32(first))
	b.Write(end)
	if z, err := openZIP(bytes.NewReader(b.Bytes()), int64(b.Len())); err == nil {
		t.Errorf("%d entries are read", len(z.File))
	}
}

// What is unpacked is bounded for all WARCs together.
func TestManyWARCsUnpackNoMoreThanOne(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	fmt.Fprintf(z, "WARC/1.1\r\nWARC-Type: request\r\nContent-Length: %d\r\n\r\n", maxUnpacked/2)
	zeros := make([]byte, 1<<20)
	for range maxUnpacked / 2 >> 20 {
		z.Write(zeros)
	}
	z.Close()
	sum := sha256.Sum256(b.Bytes())
	var resources []string
	wacz := repack(t, packed(t, visit()), func(p map[string][]byte) {
		clear(p)
		for _, name := range []string{"archive/1.warc.gz", "archive/2.warc.gz"} {
			p[name] = b.Bytes()
			resources = append(resources, fmt.Sprintf(`{"path":%q,"hash":"sha256:%x","bytes":%d}`, name, sum, b.Len()))
		}
		p["datapackage.json"] = fmt.Appendf(nil, `{"resources":[%s]}`, strings.Join(resources, ","))
	})
	wantCode(t, CodeTooLarge, wacz, asked)
}
