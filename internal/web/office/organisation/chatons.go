package organisation

import (
	"embraye/internal/chatons"
	"embraye/internal/web/office"
)

// A chatonsPage is the form of what is said in the files of ChatonsInfos.
type chatonsPage struct {
	chatons.Info
	Fields []chatons.Field
	Files  []string
}

func newChatonsPage(info chatons.Info) *chatonsPage {
	return &chatonsPage{info, chatons.Fields(), []string{chatons.Folder + chatons.OrganizationFile, chatons.Folder + chatons.ServiceFile, chatons.Folder + chatons.MetricsFile}}
}

func showChatons(v *office.Visit) error {
	info, err := v.Rooms.Organisation.Chatons(v.Context())
	if err != nil {
		return err
	}
	return v.Show("chatons", "office.chatons", newChatonsPage(info))
}

func changeChatons(v *office.Visit) error {
	info := chatons.Info{On: v.Form("chatons_on") != "", Separator: v.Form("chatons_separator"), More: v.Form("chatons_more"), Values: map[string]string{}}
	for _, f := range chatons.Fields() {
		info.Values[f.Key] = v.Form(f.Name())
	}
	if err := v.Rooms.Organisation.SetChatons(v.Context(), v.By, info); err != nil {
		return v.Again(err, "chatons", "office.chatons", newChatonsPage(info))
	}
	return v.Said("/office/chatons", "office.said.done")
}

// choices are the words of a key's choices; the values of the protocol stand
// beside them, as its documentation speaks of nothing else.
func choices(p *office.Page, f chatons.Field) []office.Option {
	list := []office.Option{{Label: p.T("office.chatons.unsaid")}}
	for _, c := range f.Choices {
		list = append(list, office.Option{Value: c, Label: p.T(f.Name()+"."+c) + " (" + c + ")"})
	}
	return list
}

func separators(p *office.Page) []office.Option {
	return []office.Option{{Value: ",", Label: p.T("office.chatons.comma")}, {Value: ";", Label: p.T("office.chatons.semicolon")}}
}
