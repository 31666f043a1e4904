package office

import (
	"slices"

	"embraye/internal/embraye"
)

// Links reads the lines of the profile: link_name and link_href, by number.
func (v *Visit) Links() []embraye.ActorLink {
	var list []embraye.ActorLink
	names, hrefs := v.R.PostForm["link_name"], v.R.PostForm["link_href"]
	for i := range min(len(names), len(hrefs)) {
		if names[i] != "" || hrefs[i] != "" {
			list = append(list, embraye.ActorLink{Name: names[i], Href: hrefs[i]})
		}
	}
	return list
}

// ParseLogo keeps the picture that came with a form, if there is one.
func (v *Visit) ParseLogo() (name string, problems []embraye.Problem, err error) {
	if err := v.ParseFiles(); err != nil {
		return "", nil, err
	}
	kept, problems, err := v.TakeFile(v.Form("org_name"))
	if err != nil || kept == nil {
		return "", problems, err
	}
	return kept.Name, nil, nil
}

// A profilePart is the rows of links of a profile.
type profilePart struct {
	Page *Page
	Rows []embraye.ActorLink
}

// profile hands rows of links to a part; what was typed wins.
func profile(p *Page, rows []embraye.ActorLink) profilePart {
	if names, hrefs := p.Form.Values["link_name"], p.Form.Values["link_href"]; len(names) > 0 {
		rows = nil
		for i := range min(len(names), len(hrefs)) {
			rows = append(rows, embraye.ActorLink{Name: names[i], Href: hrefs[i]})
		}
	}
	return profilePart{p, rows}
}

// Errors are the sentences about the rows.
func (p profilePart) Errors() []string {
	var list []string
	for _, problem := range p.Page.Form.Problems {
		if problem.Field == "links" {
			list = append(list, p.Page.Form.Sentence(problem))
		}
	}
	return list
}

// Wrong reports whether one of them is about this row.
func (p profilePart) Wrong(row embraye.ActorLink) bool {
	return slices.ContainsFunc(p.Page.Form.Problems, func(problem embraye.Problem) bool {
		return problem.Field == "links" && problem.Value == row.Href && row != embraye.ActorLink{}
	})
}

// SetSignatory says whether an organisation signed the memorandum, as the part
// "signatory" of a page was filled in; ours is the empty account.
func SetSignatory(v *Visit, organisation embraye.IRI) error {
	signed, err := embraye.MakeSignatory(v.Form("signatory"), v.Form("signatory_proof"))
	if err != nil {
		return err
	}
	return v.Rooms.Organisation.SetSignatory(v.Context(), v.By, organisation, signed)
}
