package web

import (
	"embraye/internal/app/organisation"
	"embraye/internal/embraye"
)

// An organisationPage is the profile, and the measures that can be switched on.
type organisationPage struct {
	Organisation *embraye.Actor
	Off          []embraye.Actor
	HandleLocked bool
	Rows         []embraye.ActorLink
}

func (v *visit) organisationPage() (*organisationPage, error) {
	page := &organisationPage{}
	var err error
	if page.Organisation, err = v.rooms.Organisation.Profile(v.ctx()); err != nil {
		return nil, err
	}
	if page.HandleLocked, err = v.rooms.Organisation.HandleLocked(v.ctx()); err != nil {
		return nil, err
	}
	actors, err := v.rooms.Organisation.Actors(v.ctx())
	if err != nil {
		return nil, err
	}
	for _, a := range actors {
		if a.Kind == embraye.MeasureActor && !a.Enabled {
			page.Off = append(page.Off, a)
		}
	}
	page.Rows = append(append([]embraye.ActorLink{}, page.Organisation.Links...), embraye.ActorLink{}, embraye.ActorLink{})
	return page, nil
}

func showOrganisation(v *visit) error {
	page, err := v.organisationPage()
	if err != nil {
		return err
	}
	return v.show("organisation", "office.organisation", page)
}

// changeOrganisation saves the profile, with a logo if one was sent, or
// switches a measure on.
func changeOrganisation(v *visit) error {
	logo, problems, err := v.parseLogo()
	if err != nil {
		return err
	}
	switch v.form("action") {
	case "enable":
		err = v.rooms.Organisation.EnableMeasure(v.ctx(), v.by, v.form("measure"))
		v.actors.Clear()
	case "handle":
		err = v.rooms.Organisation.SetHandle(v.ctx(), v.by, v.form("org_handle"))
		v.actors.Clear()
	default:
		if len(problems) == 0 {
			err = v.rooms.Organisation.SetProfile(v.ctx(), v.by, organisation.ProfileInput{Name: v.form("org_name"), Summary: v.form("org_summary"),
				Links: v.links(), IconFile: logo, RemoveIcon: v.form("remove_icon") != ""})
		} else {
			err = &embraye.InvalidError{Problems: problems}
		}
	}
	if err == nil {
		return v.said("/office/organisation", "office.said.done")
	}
	page, pageErr := v.organisationPage()
	if pageErr != nil {
		return pageErr
	}
	return v.again(err, "organisation", "office.organisation", page)
}

func (v *visit) parseLogo() (name string, problems []embraye.Problem, err error) {
	if err := v.parseFiles(); err != nil {
		return "", nil, err
	}
	kept, problems, err := v.takeFile(v.form("org_name"))
	if err != nil || kept == nil {
		return "", problems, err
	}
	return kept.Name, nil, nil
}

// A legalPage is the form of the legal texts, in their order.
type legalPage struct {
	Names []string
	Texts map[string]string
}

func legal(v *visit) error {
	texts, err := v.rooms.Organisation.Legal(v.ctx())
	if err != nil {
		return err
	}
	return v.show("legal", "office.legal", legalPage{embraye.LegalTexts(), texts})
}

func changeLegal(v *visit) error {
	texts := map[string]string{}
	for _, name := range embraye.LegalTexts() {
		texts[name] = v.form(name)
	}
	if err := v.rooms.Organisation.SetLegal(v.ctx(), v.by, texts); err != nil {
		return v.again(err, "legal", "office.legal", legalPage{embraye.LegalTexts(), texts})
	}
	return v.said("/office/legal", "office.said.done")
}

func audit(v *visit) error {
	before, err := v.before()
	if err != nil {
		return err
	}
	page, err := v.rooms.App.Audit(v.ctx(), v.by, before)
	if err != nil {
		return err
	}
	return v.show("audit", "office.audit", page)
}
