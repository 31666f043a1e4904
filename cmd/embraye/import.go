package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"embraye/internal/app/constats"
	"embraye/internal/app/organisation"
	"embraye/internal/app/talk"
	"embraye/internal/blocklist"
	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/leave"
)

// brought is what scripts see of an import.
type brought struct {
	Constats int  `json:"constats"`
	Known    int  `json:"known"` // that were here before
	Versions int  `json:"versions"`
	Evidence int  `json:"evidence"` // files
	Blocks   int  `json:"blocks"`
	Profile  bool `json:"profile"`
	Reviews  int  `json:"reviews_left_out"`
	DryRun   bool `json:"dryRun"`
}

// importAll brings a folder of another instance here. It is read whole before
// anything is written.
func importAll(ctx context.Context, c *call) error {
	dry := false
	c.flags.BoolVar(&dry, "dry-run", false, "read all of it, say what is wrong, write nothing")
	c.asFlag()
	c.jsonFlag()
	args, err := c.parse("DIR")
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	from, err := leave.Arrive(args[0])
	if err != nil {
		return fmt.Errorf("importing: nothing was written: %w", err)
	}
	defer from.Close() // only read
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		return importInto(ctx, c, i, by, from, dry)
	})
}

func importInto(ctx context.Context, c *call, i *wired, by embraye.Acting, from *leave.Arrival, dry bool) error {
	if err := by.May(embraye.Admin); err != nil {
		return err
	}
	a := &arriving{wired: i, from: from, by: by, comes: map[embraye.IRI]bool{}, done: brought{Reviews: from.Reviews(), DryRun: dry}}
	if err := a.look(ctx); err != nil {
		return fmt.Errorf("importing: nothing was written:\n%w", err)
	}
	if !dry {
		if err := a.take(ctx); err != nil {
			return fmt.Errorf("importing: it may be begun again, nothing comes twice: %w", err)
		}
	}
	return printImported(c, a)
}

// arriving is an import on its way.
type arriving struct {
	*wired
	from    *leave.Arrival
	by      embraye.Acting
	comes   map[embraye.IRI]bool // constats that stand there
	blocks  []blocklist.Entry
	skipped []string // of blocks
	profile *leave.Profile
	done    brought
}

// errOwnExport is for who takes an export for a backup.
var errOwnExport = errors.New("it was written by this instance, whose constats are here already; what was lost comes back with `embraye restore`, from a backup")

// look reads everything and lists what is wrong, by file and line.
func (a *arriving) look(ctx context.Context) error {
	frame, err := a.App.FrameIn(ctx, a.Store.Tables())
	if err != nil {
		return err
	}
	if err := a.from.Constats(func(_ int, rows []export.Row) error {
		id := embraye.IRI(rows[0].ID)
		if a.App.Site.Ours(id) {
			return errOwnExport
		}
		a.comes[id] = true
		return nil
	}); err != nil {
		return err
	}
	files := a.from.Evidence()
	var wrong []string
	err = a.from.Constats(func(line int, rows []export.Row) error {
		b := constats.BroughtFrom(a.Constats, rows, func(o embraye.IRI) bool { return a.comes[o] })
		a.done.Versions += len(rows)
		if err := constats.CheckBrought(a.Constats, frame, b, func(name string) bool { return slices.Contains(files, name) }); err != nil {
			wrong = append(wrong, fmt.Sprintf("constats.json line %d (%s): %s", line, b.Origin, strings.ReplaceAll(err.Error(), "\n", "; ")))
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	if a.profile, err = a.from.Profile(); err != nil {
		wrong = append(wrong, err.Error())
	} else if p := a.profile; p != nil {
		if err := organisation.CheckProfile(&organisation.ProfileInput{Name: p.Name, Summary: p.Summary, Links: p.Links}); err != nil {
			wrong = append(wrong, "profile.json: "+err.Error())
		}
	}
	if err := a.readBlocks(); err != nil {
		wrong = append(wrong, "blocks.csv: "+err.Error())
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "\n"))
	}
	a.done.Constats, a.done.Evidence, a.done.Blocks, a.done.Profile = len(a.comes), len(files), len(a.blocks), a.profile != nil
	return nil
}

func (a *arriving) readBlocks() error {
	f, err := a.from.Open("blocks.csv")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close() // only read
	text, err := io.ReadAll(io.LimitReader(f, blocklist.MaxBytes+1))
	if err != nil {
		return err
	}
	if a.blocks, err = blocklist.Read(text); err != nil {
		return err
	}
	return broken(a.blocks)
}

// block refuses the domains that were refused there; what a list never blocks is
// named.
func (a *arriving) block(ctx context.Context) error {
	lines, err := a.Talk.BlockList(ctx, a.by, a.blocks)
	a.done.Blocks = 0
	for _, l := range lines {
		switch {
		case l.Verdict == talk.Refused:
			a.skipped = append(a.skipped, fmt.Sprintf("line %d: %s", l.Line, l.Problem.Reason()))
		case l.Does():
			a.done.Blocks++
		}
	}
	return err
}

// take writes it: files first, which nothing names yet, then all constats in one
// transaction, then what is done as an admin does it.
func (a *arriving) take(ctx context.Context) error {
	var rows []embraye.EvidenceFile
	for _, name := range a.from.Evidence() {
		f, err := a.adopt(ctx, name)
		if err != nil {
			return fmt.Errorf("fichiers/%s: %w", name, err)
		}
		rows = append(rows, *f)
	}
	var err error
	a.done.Constats, a.done.Known, err = constats.Bring(ctx, a.Constats, a.by, rows, func(bring func(*constats.Brought) error) error {
		return a.from.Constats(func(_ int, rows []export.Row) error {
			b := constats.BroughtFrom(a.Constats, rows, func(o embraye.IRI) bool { return a.comes[o] })
			frame := a.App.Frame()
			if err := constats.CheckBrought(a.Constats, frame, b, func(string) bool { return true }); err != nil {
				return err // the folder has changed
			}
			return bring(b)
		})
	})
	if err != nil {
		return err
	}
	if err := a.block(ctx); err != nil {
		return err
	}
	return a.introduce(ctx)
}

// introduce says of the organisation what it said before, once.
func (a *arriving) introduce(ctx context.Context) error {
	p := a.profile
	if p == nil {
		return nil
	}
	org, err := a.Organisation.Profile(ctx)
	if err != nil || org.Name == p.Name && org.Summary == p.Summary && slices.Equal(org.Links, p.Links) {
		return err
	}
	return a.Organisation.SetProfile(ctx, a.by, organisation.ProfileInput{Name: p.Name, Summary: p.Summary, Links: p.Links})
}

func (a *arriving) adopt(ctx context.Context, name string) (*embraye.EvidenceFile, error) {
	in, err := a.from.Open("fichiers/" + name)
	if err != nil {
		return nil, err
	}
	defer in.Close() // only read
	f, err := a.Files.Adopt(ctx, name, in)
	return &embraye.EvidenceFile{Name: name, MediaType: f.MediaType, Size: f.Size, Width: f.Width, Height: f.Height, PersonID: a.by.PersonID()}, err
}

func printImported(c *call, a *arriving) error {
	for _, line := range a.skipped {
		fmt.Fprintln(c.stderr, "skipped in blocks.csv: "+line)
	}
	d := a.done
	if d.Reviews > 0 {
		fmt.Fprintf(c.stderr, "embraye: left out: %s of constats that others published; they stay where they were\n", embraye.Counted(d.Reviews, "review", "reviews"))
	}
	verb := "imported"
	if d.DryRun {
		verb = "would be imported"
	}
	return c.print(d, "%s %s (%d here already), %s read, %s of evidence, %s\n", embraye.Counted(d.Constats, "constat", "constats"), verb, d.Known,
		embraye.Counted(d.Versions, "version", "versions"), embraye.Counted(d.Evidence, "file", "files"), embraye.Counted(d.Blocks, "blocked domain", "blocked domains"))
}
