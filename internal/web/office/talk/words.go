package talk

import (
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// replyStates lists the states of the conversation.
func replyStates(p *office.Page, chosen embraye.ReplyState) []office.Option {
	current := string(chosen)
	if current == "" {
		current = "all"
	}
	return p.Form.Options("office.reply_state", current, []string{"pending", "shown", "hidden", "all"})
}

// actorsOf lists our actors that can be followed.
func actorsOf(p *office.Page, f *followersPage) []office.Option {
	chosen := f.Page.Actor
	org := p.Frame.Organisation.Handle
	list := []office.Option{{Label: p.T("office.all"), Chosen: chosen == ""}, {Value: org, Label: p.Handle(org), Chosen: chosen == org}}
	for _, m := range f.Measures {
		list = append(list, office.Option{Value: m.Handle, Label: p.Handle(m.Handle), Chosen: chosen == m.Handle})
	}
	return list
}

// olderQuotes is Older for the second list of its page.
func olderQuotes(p *office.Page, id string) *office.OlderLink {
	return p.OlderOf("quotes_before", p.T("office.quotes"), id)
}

// moreBlocks leads to where the list of blocks goes on.
func moreBlocks(p *office.Page, after string) *office.OlderLink {
	link := p.OlderOf("after", p.T("office.blocks.list"), after)
	if link != nil {
		link.Text = p.T("office.blocks.more")
	}
	return link
}

// severities are those of a block, the stricter first.
func severities() []string { return []string{string(embraye.Suspend), string(embraye.Silence)} }
