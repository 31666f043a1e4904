package office

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/files"
	"embraye/internal/web/answer"
)

// Limits of a form with a file: the file's own limit is that of the files
// package, this one bounds the request.
const (
	maxUploadBytes  = 42 << 20
	maxUploadMemory = 1 << 20
)

// An upload is the file of a form until it is judged: in memory while it is
// small, then in the folder for temporary files. Where it cannot be kept, the
// rest of the form is read all the same: what was typed is not lost.
type upload struct {
	name   string
	memory bytes.Buffer
	disk   *os.File
	failed error // why it could not be kept; ours, not the sender's
}

// Write implements io.Writer. It takes everything, also once it has failed.
func (u *upload) Write(p []byte) (int, error) {
	if u.failed == nil && u.disk == nil && u.memory.Len()+len(p) > maxUploadMemory {
		u.spill()
	}
	switch {
	case u.failed != nil:
	case u.disk == nil:
		return u.memory.Write(p)
	default:
		if _, err := u.disk.Write(p); err != nil {
			u.failed = files.DiskError(fmt.Errorf("writing a temporary file: %w", err))
		}
	}
	return len(p), nil
}

// spill moves what arrived so far to the disk.
func (u *upload) spill() {
	disk, err := os.CreateTemp("", "embraye-upload-")
	if err == nil {
		u.disk = disk
		_, err = u.memory.WriteTo(disk)
	}
	if err != nil {
		u.failed = files.DiskError(fmt.Errorf("making a temporary file: %w", err))
	}
	u.memory = bytes.Buffer{}
}

// content is the file from its beginning.
func (u *upload) content() (io.Reader, error) {
	if u.disk == nil || u.failed != nil {
		return &u.memory, u.failed
	}
	if _, err := u.disk.Seek(0, io.SeekStart); err != nil {
		return nil, files.DiskError(fmt.Errorf("reading a temporary file: %w", err))
	}
	return u.disk, nil
}

// remove ends the temporary file; one that cannot be removed is the system's.
func (u *upload) remove() {
	if u != nil && u.disk != nil {
		_ = u.disk.Close()
		_ = os.Remove(u.disk.Name())
	}
}

// ParseFiles reads a form that may have a file; within has bounded it, and
// removes what is left of the file in the end.
func (v *Visit) ParseFiles() error {
	if v.R.PostForm != nil || !strings.HasPrefix(v.R.Header.Get("Content-Type"), "multipart/") {
		return nil
	}
	parts, err := v.R.MultipartReader()
	if err != nil {
		return formError(err)
	}
	values, room := url.Values{}, maxFormBytes
	for {
		part, err := parts.NextPart()
		if err == io.EOF { // itself: a form that is cut short ends in one that is wrapped
			break
		}
		if err == nil {
			err = v.parsePart(part, values, &room)
		}
		if err != nil {
			return formError(err)
		}
	}
	v.R.PostForm, v.R.Form = values, v.R.URL.Query()
	maps.Copy(v.R.Form, values)
	return nil
}

// parsePart reads a value, or the one file; further ones are not kept.
func (v *Visit) parsePart(part *multipart.Part, values url.Values, room *int) error {
	if part.FileName() != "" {
		into := io.Discard
		if v.upload == nil && part.FormName() == "file" {
			v.upload = &upload{name: part.FileName()}
			into = v.upload
		}
		_, err := io.Copy(into, part)
		return err
	}
	value, err := io.ReadAll(io.LimitReader(part, int64(*room)+1))
	if err != nil {
		return err
	}
	if *room -= len(value) + len(part.FormName()); *room < 0 {
		return ErrTooLarge
	}
	values.Add(part.FormName(), string(value))
	return nil
}

// TakeFile keeps the file of the form among ours; nil if there is none. A file
// that is refused, or that we cannot keep now, is a problem like any other.
func (v *Visit) TakeFile(alt string) (*embraye.EvidenceFile, []embraye.Problem, error) {
	if v.upload == nil {
		return nil, nil, nil
	}
	content, err := v.upload.content()
	var kept *embraye.EvidenceFile
	if err == nil {
		kept, err = v.Rooms.Constats.AddFile(v.Context(), v.By, content, v.upload.name, alt)
	}
	v.refused = err != nil
	var invalid *embraye.InvalidError
	var many *embraye.TooMany
	switch {
	case errors.As(err, &invalid):
		return nil, invalid.Problems, nil
	case errors.As(err, &many):
		v.unkept = err
		return nil, []embraye.Problem{{Field: "file", Code: "too_many_uploads", Value: minutesOf(many)}}, nil
	case errors.Is(err, embraye.ErrUnavailable):
		v.office.answers.LogFailure(v.R, "an uploaded file could not be kept", err)
		v.unkept = err
		return nil, []embraye.Problem{{Field: "file", Code: "file_not_kept"}}, nil
	}
	return kept, nil, err
}

// unkeptStatus is that of a form which comes back because its file could not be
// kept, and not because of a mistake in it.
func (v *Visit) unkeptStatus(status int) int {
	if v.unkept == nil || status != http.StatusBadRequest {
		return status
	}
	status = answer.StatusOf(v.unkept)
	answer.SetRetryAfter(v.W, v.unkept, status)
	return status
}
