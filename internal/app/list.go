package app

import (
	"context"
	"errors"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/remote"
)

// ListAddress refuses what cannot be the address of a list that others keep.
func ListAddress(a *App, address string) error {
	switch {
	case strings.HasPrefix(address, "http://") && !a.AllowHTTP:
		return listProblem("is_on_http", address)
	case !embraye.WebAddress(address):
		return listProblem("bad_url", address)
	case a.Site.Ours(embraye.IRI(address)):
		return listProblem("is_this_instance", address)
	}
	return nil
}

// ListProblem says to whoever gave the address of a list why there is none. What is
// wrong here, and not there, stays the error that it is.
func ListProblem(err error, address string) error {
	host := embraye.IRI(address).Host()
	var status *remote.StatusError
	switch {
	case errors.Is(err, embraye.ErrUnavailable), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, remote.ErrBlocked):
		return listProblem("is_blocked_here", host)
	case errors.As(err, &status) && status.Status >= 400 && status.Status < 500:
		return listProblem("has_no_list_there", host)
	case status != nil, errors.Is(err, remote.ErrUnreachable), errors.Is(err, context.DeadlineExceeded):
		return listProblem("does_not_answer", host)
	}
	return listProblem("is_no_list", address)
}

func listProblem(code, value string) error {
	return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "list_url", Code: code, Value: value}}}
}
