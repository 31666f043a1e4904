package organisation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"embraye/internal/activitypub"
	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// maxLinks is how many lines a profile has; Mastodon shows four.
const maxLinks = 10

// ProfileInput is the organisation's profile. An empty IconFile keeps the icon
// that is there; RemoveIcon goes back to the drawn one.
type ProfileInput struct {
	Name, Summary string
	Links         []embraye.ActorLink
	IconFile      string // name of an uploaded picture
	RemoveIcon    bool
}

// Profile is the organisation as it stands.
func (o *Organisation) Profile(ctx context.Context) (*embraye.Actor, error) {
	return o.desk.Store.Tables().Actors.Take(ctx, o.desk.Organisation())
}

// Actors lists our actors: the organisation, the instance, then the measures,
// switched on or not.
func (o *Organisation) Actors(ctx context.Context) ([]embraye.Actor, error) {
	return o.desk.Store.Tables().Actors.List(ctx)
}

// SetProfile changes it and tells whoever knows us.
func (o *Organisation) SetProfile(ctx context.Context, by embraye.Acting, in ProfileInput) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("organisation: profile: %w", err)
	}
	if err := CheckProfile(&in); err != nil {
		return err
	}
	return o.desk.InTx(ctx, func(t store.Tables) error { return o.SetProfileIn(ctx, t, by, in) })
}

// CheckProfile cleans a profile and lists its mistakes.
func CheckProfile(in *ProfileInput) error {
	wrong := &embraye.InvalidError{}
	in.Name = embraye.OneLine(in.Name)
	in.Summary = embraye.Prose(in.Summary)
	if p := embraye.TextProblem("org_name", in.Name, embraye.MaxName, true); p != nil {
		wrong.Problems = append(wrong.Problems, *p)
	}
	if p := embraye.TextProblem("org_summary", in.Summary, embraye.MaxSummary, false); p != nil {
		wrong.Problems = append(wrong.Problems, *p)
	}
	var links []embraye.ActorLink
	for _, l := range in.Links {
		l.Name, l.Href = embraye.OneLine(l.Name), embraye.Address(l.Href)
		if l.Name == "" && l.Href == "" {
			continue
		}
		if p := linkProblem(l); p != nil {
			wrong.Problems = append(wrong.Problems, *p)
		}
		links = append(links, l)
	}
	if in.Links = links; len(links) > maxLinks {
		wrong.Problems = append(wrong.Problems, embraye.Problem{Field: "links", Code: "too_many_links", Max: maxLinks})
	}
	if len(wrong.Problems) > 0 {
		return wrong
	}
	return nil
}

// linkProblem is what is wrong with one line; its value says which line.
func linkProblem(l embraye.ActorLink) *embraye.Problem {
	p := embraye.TextProblem("links", l.Name, embraye.MaxName, false)
	switch {
	case p != nil:
	case !embraye.WebAddress(l.Href):
		p = &embraye.Problem{Field: "links", Code: "bad_url"}
	case embraye.Blank(l.Name):
		p = &embraye.Problem{Field: "links", Code: "link_without_name"}
	default:
		return nil
	}
	p.Value = app.Cut(l.Href, embraye.MaxName)
	return p
}

// SetProfileIn is SetProfile inside a transaction of the caller's.
func (o *Organisation) SetProfileIn(ctx context.Context, t store.Tables, by embraye.Acting, in ProfileInput) error {
	actors, err := t.Actors.ListToWrite(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(actors, func(x embraye.Actor) bool { return x.Kind == embraye.OrganisationActor })
	org := &actors[i] // there is always one
	oldIcon, renamed := org.IconFile, org.Name != in.Name
	if err := o.setIcon(ctx, t, org, in); err != nil {
		return err
	}
	org.Name, org.Summary, org.Links, org.UpdatedAt = in.Name, in.Summary, in.Links, o.desk.Stamp()
	if err := t.Actors.Save(ctx, org); err != nil {
		return err
	}
	if oldIcon != "" && oldIcon != org.IconFile {
		if err := t.EvidenceFiles.Unpublish(ctx, oldIcon); err != nil {
			return err
		}
	}
	t.Changed()
	for k := range actors {
		actor := &actors[k]
		if actor.Kind == embraye.InstanceActor {
			actor.Name, actor.UpdatedAt = in.Name, org.UpdatedAt // it speaks for the same house
			if err := t.Actors.Save(ctx, actor); err != nil {
				return err
			}
		}
		if actor.Kind == embraye.OrganisationActor || renamed { // the others name the organisation
			if err := o.desk.TellOfActor(ctx, t, actor); err != nil {
				return err
			}
		}
	}
	return o.desk.Record(ctx, t, by, "organisation.profile", string(o.desk.Site.ActorID(org.Handle)), "", false)
}

// setIcon takes an uploaded picture as the icon, or goes back to the drawn one.
func (o *Organisation) setIcon(ctx context.Context, t store.Tables, org *embraye.Actor, in ProfileInput) error {
	if in.RemoveIcon {
		org.IconFile = ""
		return nil
	}
	if in.IconFile == "" {
		return nil
	}
	file, err := t.EvidenceFiles.Take(ctx, in.IconFile)
	if errors.Is(err, embraye.ErrNotFound) || err == nil && !strings.HasPrefix(file.MediaType, "image/") {
		return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "file", Code: "not_a_picture"}}}
	}
	if err != nil {
		return err
	}
	org.IconFile = file.Name
	return t.EvidenceFiles.Publish(ctx, file.Name)
}

// EnableMeasure switches a measure on, for good: m0 is off at first.
func (o *Organisation) EnableMeasure(ctx context.Context, by embraye.Acting, id string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("organisation: enable a measure: %w", err)
	}
	measure, ok := o.desk.Reference().Measure(id)
	if !ok {
		return fmt.Errorf("organisation: measure %q: %w", app.Cut(id, embraye.MaxName), embraye.ErrNotFound)
	}
	return o.desk.InTx(ctx, func(t store.Tables) error {
		actor, err := t.Actors.TakeToWrite(ctx, measure.Handle)
		if err != nil || actor.Enabled {
			return err
		}
		actor.Enabled, actor.UpdatedAt = true, o.desk.Stamp()
		if err := t.Actors.Save(ctx, actor); err != nil {
			return err
		}
		t.Changed()
		if err := tellOfMeasures(ctx, o.desk, t); err != nil {
			return err
		}
		return o.desk.Record(ctx, t, by, "measure.enable", string(o.desk.Site.ActorID(actor.Handle)), "", true)
	})
}

// tellOfMeasures tells the organisation's followers which accounts it recommends
// from now on (FEP-7aa9): Mastodon reads a collection that it knows once a day at
// most.
func tellOfMeasures(ctx context.Context, desk *app.App, t store.Tables) error {
	org, err := t.Actors.Take(ctx, desk.Organisation())
	if err != nil {
		return err
	}
	if known, err := t.Followers.Count(ctx, org.Handle); err != nil || known == 0 {
		return err
	}
	measures, err := t.EnabledMeasures(ctx)
	if err != nil {
		return err
	}
	doc, err := desk.Wire().FeaturedMeasures(*org, measures)
	if err != nil {
		return err
	}
	id, err := desk.NewID()
	if err != nil {
		return err
	}
	body, err := desk.Wire().UpdateOf(id, org.Handle, doc, desk.Stamp())
	if err != nil {
		return err
	}
	_, err = desk.SendToMany(ctx, t, app.Outgoing{ID: id, Actor: org.Handle, KeyID: org.KeyID, Kind: "Update",
		Object: desk.Site.Collection(org.Handle, activitypub.MeasuresCollection), Body: body, To: store.Targets{FollowersOf: []string{org.Handle}}})
	return err
}
