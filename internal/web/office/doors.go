package office

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"unicode/utf8"

	"embraye/internal/app/people"
	"embraye/internal/embraye"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

// maxFormBytes bounds a form without files: a text of a megabyte still comes
// back with the sentence that says how long it may be.
const maxFormBytes = 1<<20 + 128<<10

// An Action answers a visit; an error becomes a page of its status.
type Action func(v *Visit) error

// door is a page for people who are not signed in.
func (o *Office) door(act Action) http.HandlerFunc { return o.within(false, act) }

// doorWithFiles is a door that takes a file.
func (o *Office) doorWithFiles(act Action) http.HandlerFunc { return o.within(true, act) }

// room is a page for people with a role. Who is not signed in goes to the
// sign-in and comes back; what was typed comes back too.
func (o *Office) room(role embraye.Role, act Action) http.HandlerFunc {
	return o.within(false, o.entered(role, o.settled(act)))
}

// anteroom is a room that is open also to an admin who owes a second factor.
func (o *Office) anteroom(role embraye.Role, act Action) http.HandlerFunc {
	return o.within(false, o.entered(role, act))
}

// settled sends an admin who owes a second factor to where it is set up: nothing
// else is open to them. What they were writing when that became the rule waits.
func (o *Office) settled(act Action) Action {
	return func(v *Visit) error {
		owes, err := o.rooms.People.Second.Owes(v.Context(), v.By.Person)
		if err != nil {
			return err
		}
		if owes {
			if kept, err := keepForLater(v); err != nil || !kept {
				return err
			}
			return v.Redirect(SecondPath)
		}
		return act(v)
	}
}

// SecondPath is where one's second factor is set up.
const SecondPath = "/office/account/second"

// roomWithFiles is a room that takes files.
func (o *Office) roomWithFiles(role embraye.Role, act Action) http.HandlerFunc {
	return o.within(true, o.entered(role, o.settled(act)))
}

func (o *Office) entered(role embraye.Role, act Action) Action {
	return func(v *Visit) error {
		person, err := o.rooms.People.Take(v.R.Context(), o.sessions.GetInt64(v.R.Context(), people.SessionPerson))
		if errors.Is(err, embraye.ErrNotFound) || errors.Is(err, embraye.ErrForbidden) {
			return v.sendToDoor()
		}
		if err != nil {
			return err
		}
		v.By = embraye.Acting{Person: person}
		if _, chosen := page.RememberedLanguage(v.R); !chosen && person.Language != "" {
			v.Lang = person.Language
		}
		if err := v.By.May(role); err != nil {
			return err
		}
		return act(v)
	}
}

// within opens the session and the visit, and bounds the form. Only where
// files are taken may a form be multipart: elsewhere it would be read to disk.
func (o *Office) within(files bool, act Action) http.HandlerFunc {
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Cache-Control"] = answer.NoStore
		v := &Visit{office: o, Rooms: o.rooms, W: w, R: r, Lang: o.frame.LanguageOf(r)}
		o.frame.RememberLanguage(w, r) // in a cookie: strangers can make us keep nothing
		defer func() { v.upload.remove() }()
		if err := v.bound(files); err != nil {
			v.fail(err)
			return
		}
		if err := act(v); err != nil {
			v.fail(err)
		}
	})
	return o.sessions.LoadAndSave(inner).ServeHTTP
}

// bound limits what is read of a form, and refuses a query that is no text: not
// every database would compare with it (W60).
func (v *Visit) bound(files bool) error {
	for name, values := range v.R.URL.Query() {
		if s := name + strings.Join(values, ""); !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return fmt.Errorf("web: a query that is no text: %w", embraye.ErrInvalid)
		}
	}
	if v.R.Method != http.MethodPost {
		return nil
	}
	if strings.HasPrefix(v.R.Header.Get("Content-Type"), "multipart/") {
		if !files {
			return fmt.Errorf("web: a form with files: %w", embraye.ErrInvalid)
		}
		v.R.Body = http.MaxBytesReader(v.W, v.R.Body, maxUploadBytes)
		return nil
	}
	v.R.Body = http.MaxBytesReader(v.W, v.R.Body, maxFormBytes)
	if err := v.R.ParseForm(); err != nil {
		return formError(err)
	}
	return nil
}

// formError tells a body that is too large, or comes too slowly, from one that is
// no form.
func formError(err error) error {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large), errors.Is(err, ErrTooLarge):
		return ErrTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errTooSlow
	}
	return fmt.Errorf("web: form: %v: %w", err, embraye.ErrInvalid)
}

// ErrTooLarge is a body that is larger than its form may be.
var (
	ErrTooLarge = errors.New("body too large")
	errTooSlow  = errors.New("body too slow")
)

// fail shows an error as a page: of the office for who is in it, unless it is
// ours.
func (v *Visit) fail(err error) {
	status := answer.StatusOf(err)
	switch {
	case errors.Is(err, ErrTooLarge):
		status = http.StatusRequestEntityTooLarge
	case errors.Is(err, errTooSlow):
		status = http.StatusRequestTimeout
	}
	if status >= 500 {
		v.office.answers.LogFailure(v.R, "request failed", err, "status", status)
	}
	answer.SetRetryAfter(v.W, err, status)
	if v.By.Person != nil && status < 500 && failed(v, status) == nil {
		return
	}
	v.office.frame.ErrorPage(v.R, status).Unkept().Write(v.W, v.R)
}
