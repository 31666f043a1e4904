package web

import (
	"html/template"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
)

// A conversationPage lists replies and mentions.
type conversationPage struct {
	State   embraye.ReplyState
	Replies []embraye.OfficeReply
	Reports []embraye.Report
	Blocked []embraye.ActorBlock
	Next    int64
	Open    bool // public replies are shown at once
}

func conversation(v *visit) error {
	before, err := v.before()
	if err != nil {
		return err
	}
	page := &conversationPage{State: embraye.ReplyState(v.r.URL.Query().Get("state"))}
	switch page.State {
	case "":
		page.State = embraye.ReplyPending
	case "all":
		page.State = ""
	case embraye.ReplyPending, embraye.ReplyShown, embraye.ReplyHidden:
	default:
		return embraye.ErrNotFound
	}
	if page.Replies, err = v.app.Replies(v.ctx(), v.by, embraye.ReplyFilter{State: page.State, Before: before, Limit: officePageSize}); err != nil {
		return err
	}
	if len(page.Replies) == officePageSize {
		page.Next = page.Replies[len(page.Replies)-1].Reply.ID
	}
	if page.Reports, err = v.app.Reports(v.ctx(), v.by, "open"); err != nil {
		return err
	}
	if page.Blocked, err = v.app.BlockedAuthors(v.ctx(), v.by); err != nil {
		return err
	}
	rules, err := v.app.Rules(v.ctx())
	page.Open = rules.RepliesOpen
	if err != nil {
		return err
	}
	return v.show("conversation", "office.conversation", page)
}

func conversationOne(v *visit) error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	reply, err := v.app.Reply(v.ctx(), v.by, id)
	if err != nil {
		return err
	}
	return v.show("reply", "office.reply", reply)
}

// decide shows, hides, answers or blocks.
func decide(v *visit) error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	reply, err := v.app.Reply(v.ctx(), v.by, id)
	if err != nil {
		return err
	}
	said := "office.said.done"
	switch v.form("action") {
	case "show":
		err = v.app.ShowReply(v.ctx(), v.by, id)
	case "hide":
		err = v.app.HideReply(v.ctx(), v.by, id, v.form("reason"))
	case "answer":
		_, err = v.app.AnswerAs(v.ctx(), v.by, id, v.form("answer"))
		said = "office.said.answered"
	case "block":
		err = v.app.BlockAuthor(v.ctx(), v.by, reply.Reply.Actor, v.form("reason"))
	case "block_server":
		err = v.app.AddBlock(v.ctx(), v.by, reply.Reply.Actor.Host(), v.form("reason"))
	default:
		err = embraye.ErrInvalid
	}
	if err != nil {
		return v.again(err, "reply", "office.reply", reply)
	}
	return v.said("/office/conversation", said)
}

// changeConversation is the rule about replies, reports, and authors to hear
// again.
func changeConversation(v *visit) error {
	var err error
	switch v.form("action") {
	case "rules":
		rules, rulesErr := v.app.Rules(v.ctx())
		if rulesErr != nil {
			return rulesErr
		}
		rules.RepliesOpen = v.form("replies_open") != ""
		err = v.app.SetRules(v.ctx(), v.by, rules)
	case "unblock":
		err = v.app.UnblockAuthor(v.ctx(), v.by, embraye.IRI(v.form("actor")))
	case "flag":
		err = v.app.SendFlag(v.ctx(), v.by, v.form("url"), v.form("report"))
	default:
		err = embraye.ErrInvalid
	}
	if err != nil {
		return err
	}
	return v.said("/office/conversation", "office.said.done")
}

func closeReport(v *visit) error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	if err := v.app.CloseReport(v.ctx(), v.by, id, v.form("note")); err != nil {
		return err
	}
	return v.said("/office/conversation", "office.said.done")
}

// Clean is a stranger's text, sanitised when it came and once more here.
func (p *officePage) Clean(html string) template.HTML {
	return template.HTML(activitypub.SanitizeHTML(html))
}

// An interactionsPage lists likes, boosts and quotes.
type interactionsPage struct {
	Interactions []embraye.OfficeInteraction
	Quotes       []embraye.OfficeQuote
	Next         int64
}

func interactions(v *visit) error {
	before, err := v.before()
	if err != nil {
		return err
	}
	page := &interactionsPage{}
	if page.Interactions, err = v.app.Interactions(v.ctx(), v.by, embraye.InteractionFilter{Before: before, Limit: officePageSize}); err != nil {
		return err
	}
	if n := len(page.Interactions); n == officePageSize {
		page.Next = page.Interactions[n-1].Interaction.ID
	}
	if page.Quotes, err = v.app.Quotes(v.ctx(), v.by, "", officePageSize); err != nil {
		return err
	}
	return v.show("interactions", "office.interactions", page)
}

func revokeQuote(v *visit) error {
	if !embraye.ValidID(v.param("id")) {
		return embraye.ErrNotFound
	}
	if err := v.app.RevokeQuote(v.ctx(), v.by, v.param("id")); err != nil {
		return err
	}
	return v.said("/office/interactions", "office.said.done")
}

// A followersPage counts by server and lists who follows.
type followersPage struct {
	Hosts []embraye.HostCount
	Page  *embraye.FollowerPage
}

func followers(v *visit) error {
	before, err := v.before()
	if err != nil {
		return err
	}
	page := &followersPage{}
	if page.Hosts, err = v.app.FollowersByHost(v.ctx(), v.by); err != nil {
		return err
	}
	if page.Page, err = v.app.Followers(v.ctx(), v.by, v.r.URL.Query().Get("actor"), before); err != nil {
		return err
	}
	return v.show("followers", "office.followers", page)
}

func deliveries(v *visit) error {
	hosts, err := v.app.FailingHosts(v.ctx(), v.by)
	if err != nil {
		return err
	}
	return v.show("deliveries", "office.deliveries", hosts)
}

// changeDeliveries tries again or gives up for good, for one server.
func changeDeliveries(v *visit) error {
	var err error
	switch v.form("action") {
	case "retry":
		_, err = v.app.RetryDeliveries(v.ctx(), v.by, v.form("host"))
	case "drop":
		_, err = v.app.DropDeliveries(v.ctx(), v.by, v.form("host"))
	default:
		err = embraye.ErrInvalid
	}
	if err != nil {
		return err
	}
	return v.said("/office/deliveries", "office.said.done")
}
