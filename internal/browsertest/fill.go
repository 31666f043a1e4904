package browsertest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"embraye/configs"
	"embraye/internal/app/constats"
	"embraye/internal/embraye"
	"embraye/internal/instance"
	"embraye/internal/store"
)

// Filled is what Fill left behind.
type Filled struct {
	IDs       []string // constats that are published, oldest first
	Corrected []string // those with more than one version
	Replied   []string // those with shown replies
	Withdrawn []string
}

// Newest is the last constat: corrected, with replies.
func (f Filled) Newest() string { return f.IDs[len(f.IDs)-1] }

// Fill publishes n constats on the instance.
func (in *Instance) Fill(t testing.TB, n int) Filled {
	t.Helper()
	f := Fill(t, in.Rooms, in.Clock.Advance, n)
	in.Web.Invalidate()
	return f
}

// Fill publishes n constats in the 18 regions and beyond: every measure, both
// subjects, all stages, several institutions, two languages; some corrected,
// some withdrawn, some with replies, the last one corrected and answered. The
// same n gives the same constats.
func Fill(t testing.TB, a *instance.Rooms, advance func(time.Duration), n int) Filled {
	t.Helper()
	places, err := configs.Territories()
	check(t, err)
	f := &filler{t: t, ctx: t.Context(), Rooms: a, regions: places.Regions()}
	for i := range n {
		advance(time.Minute) // the newest is the same in every run
		id := f.publish(i)
		last := i == n-1
		if i%29 == 28 && !last {
			check(t, a.Constats.Withdraw(f.ctx, embraye.Operator(), id, constats.WithdrawInput{Reason: "La source parlait d'un autre territoire."}))
			f.Withdrawn = append(f.Withdrawn, id)
			continue
		}
		f.IDs = append(f.IDs, id)
		if i%10 == 3 || last {
			f.correct(id, i)
		}
		if i%15 == 7 || last {
			f.reply(id, 1+i%3)
		}
	}
	return f.Filled
}

type filler struct {
	Filled
	t   testing.TB
	ctx context.Context
	*instance.Rooms
	regions []embraye.Territory
}

func (f *filler) publish(i int) string {
	f.t.Helper()
	p, err := f.Constats.Publish(f.ctx, embraye.Operator(), constats.PublishInput{Scope: f.scope(i), Content: f.content(i)})
	check(f.t, err)
	return p.Update.ID
}

// scope is, for the first 36, one measure in every region on both sides.
func (f *filler) scope(i int) embraye.Scope {
	region := f.regions[i%len(f.regions)]
	s := embraye.Scope{Measure: "m2", Subject: embraye.Subjects()[(i/len(f.regions))%2], Territory: region.Code}
	if i >= 2*len(f.regions) {
		s.Measure = fmt.Sprintf("m%d", 1+(i/36)%7)
		switch i % 25 {
		case 6:
			s.Territory = "FR"
		case 12:
			s.Territory = "EU"
		case 18:
			s.Territory, s.TerritoryName = "COG-C35238", "Rennes"
		case 24:
			s.Territory = "COG-D35"
		}
	}
	if s.Subject != embraye.BySubjectInstitution {
		return s
	}
	name := region.Name.In("fr")
	s.Institution = []embraye.Institution{{Name: "Région " + name, Kind: "region"}, {Name: "Université d'essai, " + name, Kind: "university"},
		{Name: "Agence d'essai, " + name, Kind: "agency"}}[(i/36)%3]
	return s
}

func (f *filler) content(i int) embraye.Content {
	stages := embraye.Stages()
	c := embraye.Content{Stage: stages[(i*5+i/7)%len(stages)], Language: "fr", EffectiveDate: embraye.Date(fmt.Sprintf("%d-%02d", 2020+i%6, 1+i%12)),
		Title:    fmt.Sprintf("Constat d'essai numéro %d, d'une longueur ordinaire", i+1),
		Summary:  "Texte d'essai de deux phrases. Il dit ce qui a changé, pour qui, et ce que la source permet d'affirmer sans aller plus loin.",
		Evidence: []embraye.Evidence{{Href: fmt.Sprintf("https://preuves.example/%d", i), Name: "Délibération d'essai", Publisher: "Éditeur d'essai"}}}
	if i%11 == 10 {
		c.Language, c.Title = "en", fmt.Sprintf("Test update number %d, of ordinary length", i+1)
		c.Summary = "Test text of two sentences. It tells what changed, for whom, and what the source lets us say."
	}
	if i%4 == 0 {
		c.Text = "Un paragraphe d'essai, avec *un mot appuyé* et [un lien](https://preuves.example/texte).\n\n- un premier point\n- un second point"
		c.Lessons = []string{"e1", "e4"}
	}
	if i%9 == 0 {
		c.Evidence = append(c.Evidence, embraye.Evidence{Href: fmt.Sprintf("https://preuves.example/%d/seconde", i), Name: "Compte rendu d'essai"})
		c.Indicator = &embraye.Indicator{Name: "Communs financés", Value: "12", Unit: "projets", Goal: "20", AsOf: "2025-06"}
	}
	if c.Stage == embraye.NoSign {
		c.EffectiveDate, c.Searched = "", []string{"site de la région", "recueil des actes"}
	}
	return c
}

// correct changes what the constat says, or only its spelling.
func (f *filler) correct(id string, i int) {
	f.t.Helper()
	u, err := f.App.Store.Tables().Updates.Take(f.ctx, id)
	check(f.t, err)
	in := constats.ReviseInput{Kind: embraye.Typo, Reason: "Une faute de frappe.", Content: u.Content}
	in.Content.Summary = "Texte d'essai de deux phrases, relu. Il dit ce qui a changé, pour qui, et ce que la source permet d'affirmer."
	if i%20 != 13 {
		in.Kind, in.Reason, in.Content.Stage = embraye.Substance, "Le financement est voté.", embraye.Done
	}
	_, err = f.Constats.Revise(f.ctx, embraye.Operator(), id, in)
	check(f.t, err)
	f.Corrected = append(f.Corrected, id)
}

// reply puts replies there as if they had come and had been shown.
func (f *filler) reply(id string, n int) {
	f.t.Helper()
	object, now := f.App.Site.UpdateID(id), f.App.Now()
	check(f.t, f.App.Store.InTx(f.ctx, func(tables store.Tables) error {
		for i := range n {
			actor := embraye.IRI(fmt.Sprintf("https://ailleurs.example/users/essai%d", i))
			if err := tables.RemoteActors.Upsert(f.ctx, &embraye.RemoteActor{URI: actor, Host: "ailleurs.example", Type: "Person",
				Username: fmt.Sprintf("essai%d", i), Name: fmt.Sprintf("Compte d'essai %d", i+1), URL: string(actor), Inbox: actor + "/inbox", FetchedAt: now}); err != nil {
				return err
			}
			address := fmt.Sprintf("https://ailleurs.example/notes/%s-%d", id, i)
			if _, err := tables.Replies.Insert(f.ctx, &embraye.Reply{URI: embraye.IRI(address), URL: address, Actor: actor, Object: object, InReplyTo: string(object),
				HTML: `<p>Réponse d'essai, avec <a href="https://ailleurs.example/" rel="nofollow noopener">un lien</a>.</p>`, Language: "fr", Public: true,
				State: embraye.ReplyShown, Delivery: actor + "/inbox", PublishedAt: now, ReceivedAt: now}); err != nil {
				return err
			}
		}
		tables.Changed()
		tables.AddCounts(store.UpdateCounter(id), 2*n, n, n)
		return nil
	}))
	f.Replied = append(f.Replied, id)
}
