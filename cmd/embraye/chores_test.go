package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"embraye/internal/embraye"
)

func TestH10AnOutageOfAChoreIsToldOnce(t *testing.T) {
	var log bytes.Buffer
	i := &wired{log: slog.New(slog.NewTextHandler(&log, nil))}
	var err error
	do := i.telling("sending mail", func(context.Context) error { return err })
	for n, turn := range []struct {
		err         error
		errors, end int // lines so far
	}{
		{nil, 0, 0},
		{fmt.Errorf("dialling: %w", embraye.ErrUnavailable), 1, 0},
		{fmt.Errorf("reading: %w", embraye.ErrUnavailable), 1, 0},
		{nil, 1, 1},
		{nil, 1, 1},
		{errors.New("a bug"), 2, 1},
		{errors.New("a bug"), 2, 1},
		{errors.New("another bug"), 3, 1},
		{nil, 3, 2},
		{fmt.Errorf("dialling: %w", embraye.ErrUnavailable), 4, 2},
	} {
		err = turn.err
		do(t.Context())
		if got, end := strings.Count(log.String(), "level=ERROR"), strings.Count(log.String(), "it works again"); got != turn.errors || end != turn.end {
			t.Errorf("turn %d: %d errors and %d ends, want %d and %d", n, got, end, turn.errors, turn.end)
		}
	}
	stopping, stop := context.WithCancel(t.Context())
	stop()
	before := log.Len()
	err = context.Canceled
	do(stopping)
	if log.Len() != before {
		t.Error("stopping is no failure")
	}
}
