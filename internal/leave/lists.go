package leave

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"

	"embraye/internal/embraye"
)

// accountHeader is that of Mastodon's list of follows, which its importer and
// GoToSocial's take.
func accountHeader() []string {
	return []string{"Account address", "Show boosts", "Notify on new posts", "Languages"}
}

// followers writes everybody who follows any of our accounts, once, and then who
// follows which.
func (w *writing) followers(ctx context.Context) error {
	t := w.Store.Tables()
	var all accounts = func(ctx context.Context, after cursor) ([]embraye.IRI, cursor, error) {
		list, err := t.Followers.Everybody(ctx, after.uri, atOnce)
		if len(list) > 0 {
			after.uri = list[len(list)-1]
		}
		return list, after, err
	}
	var unnamed int
	if err := w.accountsFile(ctx, "followers.csv", all, &w.report.Followers, &w.report.Unnamed); err != nil {
		return err
	}
	ours, err := t.Actors.List(ctx)
	if err != nil {
		return err
	}
	for _, a := range ours {
		n, err := t.Followers.Count(ctx, a.Handle)
		if err != nil {
			return err
		}
		if n > 0 {
			if err := w.accountsFile(ctx, "followers/"+a.Handle+".csv", w.followersOf(a.Handle), &unnamed, &unnamed); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *writing) followersOf(handle string) accounts {
	return func(ctx context.Context, after cursor) (list []embraye.IRI, _ cursor, err error) {
		rows, err := w.Store.Tables().Followers.List(ctx, handle, after.id, atOnce)
		for _, f := range rows {
			list, after.id = append(list, f.Follower), f.ID
		}
		return list, after, err
	}
}

// following writes whom our organisation follows: peers and their measures.
func (w *writing) following(ctx context.Context) error {
	rows, err := w.Store.Tables().Follows.List(ctx)
	if err != nil {
		return err
	}
	var targets []embraye.IRI
	for _, f := range rows {
		if f.State == embraye.FollowAccepted {
			targets = append(targets, f.Target)
		}
	}
	once := func(_ context.Context, after cursor) ([]embraye.IRI, cursor, error) {
		end := min(int(after.id)+atOnce, len(targets))
		return targets[after.id:end], cursor{id: int64(end)}, nil
	}
	return w.accountsFile(ctx, "following.csv", once, &w.report.Following, &w.report.Unnamed)
}

// blocks writes the refused domains.
func (w *writing) blocks(ctx context.Context) error {
	list, err := w.Store.Tables().DomainBlocks.List(ctx)
	if err != nil {
		return err
	}
	w.report.Blocks = len(list)
	return w.folder.write("blocks.csv", "", func(out io.Writer) error { return WriteBlocks(out, list) })
}

// WriteBlocks writes what Mastodon imports: its importer and GoToSocial's look for
// these names. The private reason stays at home, as Mastodon's does.
func WriteBlocks(w io.Writer, blocks []embraye.DomainBlock) error {
	rows := [][]string{{"#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate"}}
	for _, b := range blocks {
		rows = append(rows, []string{b.Domain, string(b.Severity), strconv.FormatBool(b.RejectMedia), strconv.FormatBool(b.RejectReports), b.Comment, strconv.FormatBool(b.Obfuscate)})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// accounts reads the next of a list, none at its end.
type accounts func(ctx context.Context, after cursor) ([]embraye.IRI, cursor, error)

// cursor is where the reading of a list stands.
type cursor struct {
	id  int64
	uri embraye.IRI
}

// accountsFile writes accounts by their addresses. One of which we know no name
// that could be an address is only counted: no importer would find it.
func (w *writing) accountsFile(ctx context.Context, name string, next accounts, named, unnamed *int) error {
	return w.folder.write(name, "", func(file io.Writer) error {
		out := csv.NewWriter(file)
		if err := out.Write(accountHeader()); err != nil {
			return err
		}
		for after := (cursor{}); ; {
			list, then, err := next(ctx, after)
			if err != nil {
				return err
			}
			if len(list) == 0 {
				out.Flush()
				return out.Error()
			}
			names, err := w.Store.Tables().RemoteActors.Usernames(ctx, list)
			if err != nil {
				return err
			}
			for _, uri := range list {
				h, err := embraye.ParseHandle("@" + names[uri] + "@" + uri.Host())
				if err != nil {
					*unnamed++
					continue
				}
				*named++
				if err := out.Write([]string{h.String()[1:], "true", "false", ""}); err != nil {
					return err
				}
			}
			after = then
		}
	})
}
