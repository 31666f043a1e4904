package main

import (
	"context"
	"errors"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
)

// published is what publish and revise print with --json.
type published struct {
	ID       string `json:"id"`  // ULID
	URL      string `json:"url"` // also the id of its Note
	Revision int    `json:"revision"`
	Activity string `json:"activity,omitempty"` // what was sent; a typo sends nothing
	Inboxes  int    `json:"inboxes"`            // that it was queued for
}

func (i *wired) published(p *constats.Published) published {
	out := published{ID: p.Update.ID, URL: string(i.App.Site.UpdateID(p.Update.ID)), Revision: p.Update.Revision, Inboxes: p.Inboxes}
	if p.ActivityID != "" {
		out.Activity = string(i.App.Site.ActivityID(p.ActivityID))
	}
	return out
}

func publish(ctx context.Context, c *call) error {
	var in constats.PublishInput
	var f fields
	var subject, kind string
	sign := false
	text := func(p *string, name, usage string) { c.flags.StringVar(p, name, "", usage) }
	text(&in.Measure, "measure", "`ID` of the measure in the reference text, such as m2")
	text(&subject, "subject", "`SUBJECT`: "+join(embraye.Subjects()))
	text(&in.Territory, "territory", "`CODE` of the place, such as FR-BRE")
	text(&in.TerritoryName, "territory-name", "`NAME` of the place, for a commune (COG-C…)")
	text(&in.Institution.Name, "institution", "`NAME` of the institution")
	text(&kind, "institution-kind", "`KIND`: "+join(embraye.InstitutionKinds()))
	text(&in.Institution.SIREN, "siren", "`SIREN` number of the institution")
	text(&in.Institution.Wikidata, "wikidata", "`ITEM` of Wikidata, such as Q12130")
	f.declare(c.flags)
	c.flags.BoolVar(&sign, "sign", false, "show the name of the person that --as names")
	c.asFlag()
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	in.Subject, in.Institution.Kind = embraye.Subject(subject), embraye.InstitutionKind(kind)
	if err := f.apply(c, &in.Content); err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		if sign {
			if by.Person == nil {
				return errors.New("--sign needs --as: the operator has no name to sign with")
			}
			in.SignedBy = by.Person.Name
		}
		p, err := i.Constats.Publish(ctx, by, in)
		if err != nil {
			return err
		}
		out := i.published(p)
		return c.print(out, "published %s, revision %d, queued for %s\n", out.URL, out.Revision, embraye.Counted(out.Inboxes, "inbox", "inboxes"))
	})
}
