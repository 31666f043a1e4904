package archive

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
)

// What reading a WARC may take.
const (
	maxRecords = 20_000
	maxHead    = 64 << 10
)

// A read is one record being read.
type read struct {
	kind, target string
	mediaType    string
	status       int
	location     string // of a redirect
	encoding     string // of the body, as its server said
	body         io.Reader
}

// each calls f for every response and resource of a compressed WARC, in order,
// until f says that it has what it wants. It unpacks no more bytes than there is room
// for, and leaves what there is after it.
func each(r io.Reader, room *int64, f func(*read) (done bool, err error)) error {
	z, err := gzip.NewReader(r)
	if err != nil {
		return refuse(CodeNotWACZ, err.Error())
	}
	plain := &io.LimitedReader{R: z, N: *room}
	err = eachOf(bufio.NewReaderSize(plain, maxHead), f)
	if *room = plain.N; *room <= 0 {
		return refuse(CodeTooLarge, "")
	}
	return err
}

func eachOf(in *bufio.Reader, f func(*read) (done bool, err error)) error {
	for range maxRecords {
		one, rest, err := next(in)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if one.kind == "response" || one.kind == "resource" {
			if err := one.open(); err != nil {
				return err
			}
			if done, err := f(one); done || err != nil {
				return err
			}
		}
		if _, err := io.Copy(io.Discard, rest); err != nil {
			return refuse(CodeNotWACZ, err.Error())
		}
		if rest.N > 0 {
			return refuse(CodeNotWACZ, "a record ends before its end")
		}
	}
	return refuse(CodeTooLarge, strconv.Itoa(maxRecords))
}

// next reads the head of a record; rest is its block.
func next(in *bufio.Reader) (*read, *io.LimitedReader, error) {
	first, err := blank(in)
	if err != nil {
		return nil, nil, err
	}
	if !strings.HasPrefix(first, "WARC/1.") {
		return nil, nil, refuse(CodeNotWACZ, "not a WARC record")
	}
	header, err := heads(in)
	if err != nil {
		return nil, nil, refuse(CodeNotWACZ, err.Error())
	}
	size, err := strconv.ParseInt(header.Get("Content-Length"), 10, 64)
	if err != nil || size < 0 {
		return nil, nil, refuse(CodeNotWACZ, "a record without its length")
	}
	rest := &io.LimitedReader{R: in, N: size}
	return &read{kind: header.Get("Warc-Type"), target: strings.Trim(header.Get("Warc-Target-Uri"), "<>"),
		mediaType: header.Get("Content-Type"), status: http.StatusOK, body: rest}, rest, nil
}

// blank skips the empty lines between records.
func blank(in *bufio.Reader) (string, error) {
	for range 64 {
		text, err := in.ReadSlice('\n')
		if err == io.EOF && len(text) == 0 {
			return "", io.EOF
		}
		if err != nil {
			return "", refuse(CodeNotWACZ, err.Error())
		}
		if s := strings.TrimSpace(string(text)); s != "" {
			return s, nil
		}
	}
	return "", refuse(CodeNotWACZ, "empty lines")
}

// heads reads headers until the empty line, bounded as a whole.
func heads(in *bufio.Reader) (textproto.MIMEHeader, error) {
	var b bytes.Buffer
	for b.Len() < maxHead {
		text, err := in.ReadSlice('\n')
		if err != nil {
			return nil, fmt.Errorf("its headers: %w", err)
		}
		b.Write(text)
		if len(bytes.TrimSpace(text)) == 0 {
			return textproto.NewReader(bufio.NewReader(&b)).ReadMIMEHeader()
		}
	}
	return nil, fmt.Errorf("its headers have more than %d bytes", maxHead)
}

// open reads the head of the answer inside a response.
func (r *read) open() error {
	if r.kind != "response" || !strings.HasPrefix(r.mediaType, "application/http") {
		return nil
	}
	in := bufio.NewReader(r.body)
	first, err := in.ReadString('\n')
	words := strings.Fields(first)
	if err != nil || len(words) < 2 {
		return refuse(CodeNotWACZ, "an answer without its status")
	}
	if r.status, err = strconv.Atoi(words[1]); err != nil {
		return refuse(CodeNotWACZ, "an answer without its status")
	}
	header, err := heads(in)
	if err != nil {
		return refuse(CodeNotWACZ, err.Error())
	}
	r.mediaType, r.encoding, r.body = mediaType(header), header.Get("Content-Encoding"), in
	if r.status >= 300 && r.status < 400 {
		r.location = header.Get("Location")
	}
	return nil
}
