package proofs

import (
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// copyStates lists the states of the filter.
func copyStates(p *office.Page, chosen embraye.CopyState) []office.Option {
	codes := []string{"all"}
	for _, s := range embraye.CopyStates() {
		codes = append(codes, string(s))
	}
	options := p.Form.Options("office.copy_state", string(chosen), codes)
	options[0].Value, options[0].Chosen = "", chosen == ""
	return options
}

// copyLooks lists what a comparison can have found.
func copyLooks(p *office.Page, chosen embraye.CopyLook) []office.Option {
	options := p.Form.Options("office.copy_look", string(chosen), []string{"all", string(embraye.PageSame), string(embraye.PageChanged), string(embraye.PageMoved)})
	options[0].Value, options[0].Chosen = "", chosen == ""
	return options
}

// visibilities are who may see a copy.
func visibilities() []string {
	var list []string
	for _, v := range embraye.CopyVisibilities() {
		list = append(list, string(v))
	}
	return list
}

// copyLicences are by what a copy may be shown whole.
func copyLicences(p *office.Page, chosen string) []office.Option {
	options := []office.Option{}
	for _, l := range embraye.Licences() {
		options = append(options, office.Option{Value: l, Label: l, Chosen: l == chosen})
	}
	official := p.T("office.copies.official")
	return append(options, office.Option{Value: official, Label: official, Chosen: chosen == official})
}
