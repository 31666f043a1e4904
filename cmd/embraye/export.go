package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/signal"
	"path/filepath"
	"syscall"

	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/leave"
)

// exportAll writes the folder to leave with, beside a running server.
func exportAll(ctx context.Context, c *call) error {
	c.jsonFlag()
	args, err := c.parse("DIR")
	if err != nil {
		return err
	}
	if args[0] == "" {
		return usagef("export: DIR is empty: name a folder")
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	return c.with(ctx, func(i *wired, _ embraye.Acting) error {
		data := export.Source{Site: i.App.Site, Reference: i.App.Reference(), Territories: i.Territories, Catalogue: i.Catalogue, Language: i.Language, Version: version}
		report, err := leave.Save(ctx, args[0], leave.Source{Source: data, Store: i.Store, Files: i.Files, Now: c.now})
		if err != nil {
			return notExported(ctx, args[0], err)
		}
		return c.printExported(report)
	})
}

// notExported says what helps.
func notExported(ctx context.Context, dir string, err error) error {
	var refused *leave.RefusedError
	switch {
	case errors.As(err, &refused):
		return err
	case ctx.Err() != nil:
		return errors.New("the export was interrupted: nothing of it was kept")
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("there is no room left for the export: nothing of it was kept; make room, or give it another place than %s: %w", dir, err)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the folder that %s would be in is not there: make it first, for the user that this program runs as: %w", dir, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("the user that this program runs as cannot write in %s: nothing was kept; give that folder to the user, or name another place: %w", filepath.Dir(filepath.Clean(dir)), err)
	}
	return fmt.Errorf("exporting: nothing was kept: %w", err)
}

func (c *call) printExported(r leave.Report) error {
	for _, name := range r.Missing {
		fmt.Fprintf(c.stderr, "embraye: warning: %s is missing here, and is not in the export\n", name)
	}
	for _, name := range r.Damaged {
		fmt.Fprintf(c.stderr, "embraye: warning: %s is damaged here, and is not in the export\n", name)
	}
	if r.Unnamed > 0 {
		fmt.Fprintf(c.stderr, "embraye: warning: %s not known here by address, and not in the lists\n", embraye.Counted(r.Unnamed, "account is", "accounts are"))
	}
	return c.print(r, "%s: %s in %s, %s in %s, %s of evidence, %s of pages, %s, %d followed, %s, %s\n", r.Folder,
		embraye.Counted(r.Constats, "constat", "constats"), embraye.Counted(r.ConstatVersions, "version", "versions"), embraye.Counted(r.Reviews, "review", "reviews"), embraye.Counted(r.ReviewVersions, "version", "versions"),
		embraye.Counted(r.Evidence, "file", "files"), embraye.Counted(r.Copies, "copy", "copies"), embraye.Counted(r.Followers, "follower", "followers"), r.Following,
		embraye.Counted(r.Blocks, "blocked domain", "blocked domains"), embraye.Counted(r.Bytes, "byte", "bytes"))
}
