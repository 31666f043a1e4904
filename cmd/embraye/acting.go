package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"embraye/internal/embraye"
)

// with runs f on the opened instance and closes it whatever happens.
func (c *call) with(ctx context.Context, f func(i *wired, by embraye.Acting) error) (err error) {
	i, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, i.close()) }()
	if err := afterCrash(ctx, c, i); err != nil {
		return err
	}
	by := embraye.Operator()
	if c.as != "" {
		if by, err = i.People.Find(ctx, c.as); err != nil {
			return fmt.Errorf("--as: %w", err)
		}
	}
	err = explained(i.settings, f(i, by))
	if by.Person != nil && by.Person.Role != embraye.Admin && errors.Is(err, embraye.ErrForbidden) {
		return fmt.Errorf("--as %s, whose role is %s: %w", c.as, by.Person.Role, err)
	}
	return err
}

// print writes one JSON document with --json, else the text.
func (c *call) print(document any, format string, args ...any) error {
	if !c.json {
		_, err := fmt.Fprintf(c.stdout, format, args...)
		return err
	}
	e := json.NewEncoder(c.stdout)
	e.SetEscapeHTML(false)
	return e.Encode(document)
}

// maxPassword bounds what is hashed.
const maxPassword = 1024

// passwordFromStdin reads the first line.
func (c *call) passwordFromStdin() (string, error) {
	line, err := bufio.NewReader(io.LimitReader(c.stdin, maxPassword+2)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", errors.New("--password-stdin: no password on standard input")
	}
	if len(line) > maxPassword {
		return "", fmt.Errorf("--password-stdin: the password is longer than %d bytes", maxPassword)
	}
	return line, nil
}

// words is a flag that may be given several times.
type words []string

func (w *words) String() string { return strings.Join(*w, ", ") }

func (w *words) Set(s string) error {
	*w = append(*w, s)
	return nil
}
