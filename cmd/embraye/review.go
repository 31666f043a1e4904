package main

import (
	"context"
	"strings"

	"embraye/internal/app/constats"
	"embraye/internal/app/reviews"
	"embraye/internal/embraye"
)

// reviewed is what review, and revise of a review, print with --json.
type reviewed struct {
	ID       string      `json:"id"`  // ULID
	URL      string      `json:"url"` // also the id of its Note
	Of       embraye.IRI `json:"of"`
	Verdict  string      `json:"verdict"`
	Revision int         `json:"revision"`
	Activity string      `json:"activity,omitempty"` // what was sent; a typo sends nothing
	Inboxes  int         `json:"inboxes"`
}

func (i *wired) reviewed(p *reviews.Published) reviewed {
	r := p.Review
	out := reviewed{ID: r.ID, URL: string(i.App.Site.ReviewID(r.ID)), Of: r.Object, Verdict: string(r.Verdict), Revision: r.Revision, Inboxes: p.Inboxes}
	if p.ActivityID != "" {
		out.Activity = string(i.App.Site.ActivityID(p.ActivityID))
	}
	return out
}

func review(ctx context.Context, c *call) error {
	var in reviews.Input
	var evidence words
	verdict := ""
	c.flags.StringVar(&in.Of, "of", "", "`URL` of the constat of another organisation")
	c.flags.StringVar(&verdict, "verdict", "", "`VERDICT`: "+join(embraye.Verdicts()))
	c.flags.StringVar(&in.Reason, "reason", "", "`REASON`, plain text; required unless the verdict is confirms")
	c.flags.Var(&evidence, "evidence", "`URL` of a source of our own, its name may follow after a space; may be repeated")
	c.flags.StringVar(&in.Language, "lang", "", "`LANGUAGE` of the review")
	c.flags.StringVar(&in.Licence, "license", "", "`SPDX` id: "+strings.Join(embraye.Licences(), ", "))
	c.asFlag()
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	in.Verdict, in.Evidence = embraye.Verdict(verdict), mergeEvidence(nil, evidence)
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		p, err := i.Reviews.Publish(ctx, by, in)
		if err != nil {
			return err
		}
		out := i.reviewed(p)
		return c.print(out, "published %s, queued for %s\n", out.URL, embraye.Counted(out.Inboxes, "inbox", "inboxes"))
	})
}

// reviewFlags are what only the correction of a review has.
type reviewFlags struct{ verdict, why string }

func (f *reviewFlags) declare(c *call) {
	c.flags.StringVar(&f.verdict, "verdict", "", "`VERDICT` of a review: "+join(embraye.Verdicts()))
	c.flags.StringVar(&f.why, "why", "", "`REASON` that a review gives; --reason says why it is corrected")
}

// ourReview tells whether an argument names a review of ours.
func (i *wired) ourReview(address string) bool {
	_, ok := i.App.Site.LocalReview(embraye.IRI(embraye.Address(address)))
	return ok
}

func (i *wired) reviseReview(ctx context.Context, c *call, by embraye.Acting, address string, in reviews.ReviseInput, f reviewFlags, evidence []string) error {
	r, err := i.Reviews.Find(ctx, address)
	if err != nil {
		return err
	}
	in.ReviewContent = r.ReviewContent
	if c.given("verdict") {
		in.Verdict = embraye.Verdict(f.verdict)
	}
	if c.given("why") {
		in.Reason = f.why
	}
	if c.given("evidence") {
		in.Evidence = mergeEvidence(r.Evidence, evidence)
	}
	p, err := i.Reviews.Revise(ctx, by, r.ID, in)
	if err != nil {
		return err
	}
	out := i.reviewed(p)
	return c.print(out, "corrected %s, revision %d, queued for %s\n", out.URL, out.Revision, embraye.Counted(out.Inboxes, "inbox", "inboxes"))
}

func (i *wired) withdrawReview(ctx context.Context, c *call, by embraye.Acting, address string, in constats.WithdrawInput) error {
	r, err := i.Reviews.Find(ctx, address)
	if err != nil {
		return err
	}
	if err := i.Reviews.Withdraw(ctx, by, r.ID, in.Reason, in.Erase); err != nil {
		return err
	}
	url := string(i.App.Site.ReviewID(r.ID))
	return c.print(map[string]any{"id": r.ID, "url": url, "withdrawn": true}, "withdrawn %s\n", url)
}

func answerReview(ctx context.Context, c *call) error {
	text, maintain := "", false
	c.flags.StringVar(&text, "text", "", "`TEXT` of the answer, in Markdown")
	c.flags.BoolVar(&maintain, "maintain", false, "say that the constat stands as it is")
	c.asFlag()
	c.jsonFlag()
	args, err := c.parse("REVIEW")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		note, err := i.Reviews.Answer(ctx, by, args[0], text, maintain)
		if err != nil {
			return err
		}
		url := string(i.App.Site.NoteID(note.ID))
		return c.print(map[string]string{"id": note.ID, "url": url, "answers": string(note.Answers)}, "answered: %s\n", url)
	})
}
