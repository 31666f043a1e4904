package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"embraye/internal/app/evidence"
	"embraye/internal/embraye"
)

// shownCopy is what scripts see of a copy of evidence.
type shownCopy struct {
	ID         string                 `json:"id"`
	URL        string                 `json:"url"` // its page here
	Of         string                 `json:"of"`  // the page that it is a copy of
	State      embraye.CopyState      `json:"state"`
	Failure    string                 `json:"failure,omitempty"`
	Made       string                 `json:"made,omitempty"`
	SHA256     string                 `json:"sha256,omitempty"`
	Bytes      int64                  `json:"bytes,omitempty"`
	Title      string                 `json:"title,omitempty"`
	Visibility embraye.CopyVisibility `json:"visibility"`
	Licence    string                 `json:"licence,omitempty"`
	Quotation  string                 `json:"quotation,omitempty"`
	Look       embraye.CopyLook       `json:"look,omitempty"`
	Changed    int                    `json:"changed,omitempty"` // percent of the words of a page that has changed
	Reason     string                 `json:"reason,omitempty"`
	ArchivedAt string                 `json:"archivedAt,omitempty"`
}

func (i *wired) shownCopy(c embraye.EvidenceCopy) shownCopy {
	return shownCopy{ID: c.ID, URL: i.settings.BaseURL + "/preuves/" + c.ID, Of: c.Href, State: c.State, Failure: c.Failure, Made: second(c.MadeAt), SHA256: c.SHA256(), Bytes: c.Size,
		Title: c.Title, Visibility: c.Visibility, Licence: c.Licence, Quotation: c.Quotation, Look: c.Look, Changed: c.Changed, Reason: c.Reason, ArchivedAt: c.ArchivedAt}
}

// copyRows is what evidence list prints with --json.
type copyRows struct {
	Bytes  int64       `json:"bytes"`
	Limit  int64       `json:"limit"`
	Copies []shownCopy `json:"copies"`
}

const copiesListed = 500

func evidenceList(ctx context.Context, c *call) error {
	c.jsonFlag()
	filter := embraye.CopyFilter{Limit: copiesListed}
	c.flags.StringVar((*string)(&filter.State), "state", "", "only copies of a `STATE`: waiting, kept, failed, dropped")
	c.flags.StringVar((*string)(&filter.Look), "look", "", "only copies whose page was found `CHANGED`, moved or same")
	if _, err := c.parse(); err != nil {
		return err
	}
	if filter.State != "" && !slices.Contains(embraye.CopyStates(), filter.State) {
		return usagef("--state: unknown value %q; allowed: %s", filter.State, join(embraye.CopyStates()))
	}
	if looks := []embraye.CopyLook{embraye.PageSame, embraye.PageChanged, embraye.PageMoved}; filter.Look != "" && !slices.Contains(looks, filter.Look) {
		return usagef("--look: unknown value %q; allowed: %s", filter.Look, join(looks))
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		list, err := i.Evidence.List(ctx, by, filter)
		if err != nil {
			return err
		}
		usage, err := i.Evidence.Usage(ctx, by)
		if err != nil {
			return err
		}
		rows := copyRows{Bytes: usage.Bytes, Limit: usage.Limit, Copies: []shownCopy{}}
		var text strings.Builder
		t := tabwriter.NewWriter(&text, 0, 4, 2, ' ', 0)
		for _, one := range list {
			s := i.shownCopy(one)
			rows.Copies = append(rows.Copies, s)
			fmt.Fprintf(t, "%s\t%s %s%s\t%s\t%s\n", s.ID, s.State, s.Failure, s.Look, s.Made, s.Of)
		}
		fmt.Fprintf(t, "%d MB of %d MB (%d %%) are taken\n", usage.Bytes>>20, usage.Limit>>20, usage.Percent())
		t.Flush()
		return c.print(rows, "%s", text.String())
	})
}

// evidenceAsk copies a page that nobody has published as evidence yet.
func evidenceAsk(ctx context.Context, c *call) error {
	return onCopy(ctx, c, "URL", func(i *wired, by embraye.Acting, href string) (*embraye.EvidenceCopy, error) {
		return i.Evidence.Ask(ctx, by, href)
	})
}

func evidenceAgain(ctx context.Context, c *call) error {
	return onCopy(ctx, c, "COPY", func(i *wired, by embraye.Acting, id string) (*embraye.EvidenceCopy, error) {
		return i.Evidence.Again(ctx, by, i.copyID(id))
	})
}

func evidenceDrop(ctx context.Context, c *call) error {
	reason := ""
	c.flags.StringVar(&reason, "reason", "", "`REASON`, which stands in the public journal")
	return onCopy(ctx, c, "COPY", func(i *wired, by embraye.Acting, id string) (*embraye.EvidenceCopy, error) {
		id = i.copyID(id)
		if err := i.Evidence.Drop(ctx, by, id, reason); err != nil {
			return nil, err
		}
		return i.Evidence.One(ctx, by, id)
	})
}

func evidenceShow(ctx context.Context, c *call) error {
	s := evidence.Shown{}
	c.flags.StringVar((*string)(&s.Visibility), "visibility", "", "`WHO`: editors, quotation, public")
	c.flags.StringVar(&s.Licence, "licence", "", "the `LICENCE` by which all of it may be shown, or that it is an official text")
	c.flags.StringVar(&s.Quotation, "quotation", "", "`WORDS` of the page, at most 500 characters")
	return onCopy(ctx, c, "COPY", func(i *wired, by embraye.Acting, id string) (*embraye.EvidenceCopy, error) {
		id = i.copyID(id)
		old, err := i.Evidence.One(ctx, by, id)
		if err != nil {
			return nil, err
		}
		if !c.given("licence") { // deciding about one thing leaves the other as it is
			s.Licence = old.Licence
		}
		if !c.given("quotation") {
			s.Quotation = old.Quotation
		}
		if err := i.Evidence.Show(ctx, by, id, s); err != nil {
			return nil, err
		}
		return i.Evidence.One(ctx, by, id)
	})
}

// copyID reads the ULID of a copy, or the address of its page.
func (i *wired) copyID(s string) string { return strings.TrimPrefix(s, i.settings.BaseURL+"/preuves/") }

// onCopy does something with one copy.
func onCopy(ctx context.Context, c *call, what string, do func(*wired, embraye.Acting, string) (*embraye.EvidenceCopy, error)) error {
	c.asFlag()
	c.jsonFlag()
	args, err := c.parse(what)
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		one, err := do(i, by, args[0])
		if err != nil {
			return err
		}
		s := i.shownCopy(*one)
		when := ""
		if one.State == embraye.CopyWaiting && one.NextAt != nil {
			when = " until " + one.NextAt.UTC().Format(time.RFC3339)
		}
		return c.print(s, "%s%s: %s\n", s.State, when, s.URL)
	})
}
