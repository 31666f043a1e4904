// Command embraye is the whole program: the server, its database migrations,
// and what an operator or a script does beside a running server.
//
// run decides nothing but the exit status: 0 for success, 1 for a failure with
// one clear sentence on stderr, 2 for wrong usage; `verify` has three more. Each command is a file of
// its own; all of them read the same settings (internal/settings) and are wired to
// the database in one place (wiring.go).
//
// Start reading at commands.go, the list of commands, then serve.go.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"embraye/internal/app/organisation"
	"embraye/internal/embraye"
	"embraye/internal/locale"
	"embraye/internal/settings"
)

func main() {
	// What the program creates is for its own user: the database holds sealed
	// keys, and followers are personal data.
	syscall.Umask(0o077)
	limitMemory(os.DirFS("/"))
	limitGarbage()
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// program is what a command may touch of the world around it.
type program struct {
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	environ []string
	now     func() time.Time
}

// run is the program without the process around it.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{stdin: stdin, stdout: stdout, stderr: stderr, environ: os.Environ(), now: time.Now}
	return p.exitCode(p.dispatch(context.Background(), args))
}

// usageError is wrong usage: exit status 2 and, where it helps, the usage.
type usageError struct {
	text  string
	usage string // of the command, may be empty
}

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error {
	return &usageError{text: fmt.Sprintf(format, args...)}
}

// exitCode says what went wrong, on stderr, and turns it into a status.
func (p *program) exitCode(err error) int {
	if err == nil || errors.Is(err, errHelped) {
		return 0
	}
	fmt.Fprintf(p.stderr, "embraye: %s\n", sentence(err))
	var usage *usageError
	var wrong settings.Mistakes
	var setting *settings.WrongError
	var verdict *verdictError
	switch {
	case errors.As(err, &verdict):
		return verdict.status()
	case errors.As(err, &usage):
		if usage.usage != "" {
			fmt.Fprintf(p.stderr, "usage: %s\n", usage.usage)
		}
		return 2
	case errors.As(err, &wrong), errors.As(err, &setting), errors.Is(err, organisation.ErrOtherOrigin), misused(err):
		return 2
	}
	return 1
}

// misused tells a flag that was left out, or whose value is none of its words.
func misused(err error) bool {
	var invalid *embraye.InvalidError
	return errors.As(err, &invalid) && slices.ContainsFunc(invalid.Problems, func(p embraye.Problem) bool { return p.Code == "required" || p.Code == "unknown" })
}

// sentence is an error for somebody at a terminal: refused values are named as
// the flags that carried them, without the path that the error took.
func sentence(err error) string {
	var invalid *embraye.InvalidError
	if !errors.As(err, &invalid) {
		return plainly(err)
	}
	lines := make([]string, len(invalid.Problems))
	for i, p := range invalid.Problems {
		if !strings.HasPrefix(p.Field, settings.KeyPrefix) {
			p.Field = strings.ReplaceAll(p.Field, "_", "-")
		}
		lines[i] = p.String()
		if p.Field == "peer" || p.Code == "has_moved" { // no flag carried it
			lines[i] = ofPages(p)
		}
	}
	return strings.Join(lines, "\nembraye: ")
}

// ofPages is the sentence that the pages have for a problem.
func ofPages(p embraye.Problem) string {
	words, err := locale.Load()
	key := "error." + p.Code
	switch {
	case err == nil && words.Has(key+".value"):
		return strings.ReplaceAll(words.T("en", key+".value"), "{value}", p.Value)
	case err == nil && words.Has(key):
		return strings.TrimPrefix(p.Value+": ", ": ") + words.T("en", key)
	}
	return p.Value + " " + strings.ReplaceAll(p.Code, "_", " ")
}

// kinds are the errors that tell the program what happened, and how that is said to
// somebody where nothing else says it.
var kinds = []struct {
	err   error
	words string
}{
	{embraye.ErrNotFound, "there is none here"},
	{embraye.ErrConflict, "it is there already"},
	{embraye.ErrForbidden, "not permitted"},
	{embraye.ErrGone, "it was withdrawn"},
	{embraye.ErrInvalid, "cannot be understood"},
}

// inside is where an error goes on in the words of a package of ours.
var inside = regexp.MustCompile(`(^|: )(app|constats|directory|drafts|evidence|inbox|jobs|letters|organisation|peers|people|reviews|store|talk|web|witness): `)

// plainly ends an error without the word for its kind: with the sentence that stands
// before it, or where only packages of ours spoke, with what it means.
func plainly(err error) string {
	text := err.Error()
	for _, kind := range kinds {
		at := strings.LastIndex(text+": ", ": "+kind.err.Error()+": ") // what a database says of it may come after
		if !errors.Is(err, kind.err) || at < 0 {
			continue
		}
		text = text[:at]
		where := inside.FindStringIndex(text)
		switch {
		case where == nil:
			return text
		case where[0] > 0 && kind.err != embraye.ErrForbidden: // there the sentence says who, and the rest what
			return text[:where[0]]
		}
		return inside.ReplaceAllString(text, "$1") + ": " + kind.words
	}
	return text
}
