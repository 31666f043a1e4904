package organisation

import (
	"embraye/internal/app/organisation"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// An organisationPage is the profile, and the measures that can be switched on.
type organisationPage struct {
	Organisation *embraye.Actor
	Off          []embraye.Actor
	HandleLocked bool
	Signatory    embraye.Signatory
	Rows         []embraye.ActorLink
}

func readOrganisation(v *office.Visit) (*organisationPage, error) {
	page := &organisationPage{}
	var err error
	if page.Organisation, err = v.Rooms.Organisation.Profile(v.Context()); err != nil {
		return nil, err
	}
	if page.HandleLocked, err = v.Rooms.Organisation.HandleLocked(v.Context()); err != nil {
		return nil, err
	}
	if page.Signatory, err = v.Rooms.Organisation.Signatory(v.Context(), ""); err != nil {
		return nil, err
	}
	actors, err := v.Rooms.Organisation.Actors(v.Context())
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

func showOrganisation(v *office.Visit) error {
	page, err := readOrganisation(v)
	if err != nil {
		return err
	}
	return v.Show("organisation", "office.organisation", page)
}

// change saves the profile, with a logo if one was sent, or
// switches a measure on.
func change(v *office.Visit) error {
	logo, problems, err := v.ParseLogo()
	if err != nil {
		return err
	}
	switch v.Form("action") {
	case "enable":
		err = v.Rooms.Organisation.EnableMeasure(v.Context(), v.By, v.Form("measure"))
		v.Renamed()
	case "signatory":
		err = office.SetSignatory(v, "")
	case "handle":
		err = v.Rooms.Organisation.SetHandle(v.Context(), v.By, v.Form("org_handle"))
		v.Renamed()
	default:
		if len(problems) == 0 {
			err = v.Rooms.Organisation.SetProfile(v.Context(), v.By, organisation.ProfileInput{Name: v.Form("org_name"), Summary: v.Form("org_summary"),
				Links: v.Links(), IconFile: logo, RemoveIcon: v.Form("remove_icon") != ""})
		} else {
			err = &embraye.InvalidError{Problems: problems}
		}
	}
	if err == nil {
		return v.Said("/office/organisation", "office.said.done")
	}
	page, pageErr := readOrganisation(v)
	if pageErr != nil {
		return pageErr
	}
	return v.Again(err, "organisation", "office.organisation", page)
}
