package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
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
	Open    bool  // public replies are shown at once
	Closing int64 // the report whose note was refused
}

func conversation(v *visit) error {
	page, err := v.conversationPage()
	if err != nil {
		return err
	}
	return v.show("conversation", "office.conversation", page)
}

func (v *visit) conversationPage() (*conversationPage, error) {
	before, err := v.before()
	if err != nil {
		return nil, err
	}
	page := &conversationPage{State: embraye.ReplyState(v.r.URL.Query().Get("state"))}
	switch page.State {
	case "":
		page.State = embraye.ReplyPending
	case "all":
		page.State = ""
	case embraye.ReplyPending, embraye.ReplyShown, embraye.ReplyHidden:
	default:
		return nil, embraye.ErrNotFound
	}
	if page.Replies, err = v.rooms.Talk.Replies(v.ctx(), v.by, embraye.ReplyFilter{State: page.State, Before: before, Limit: officePageSize}); err != nil {
		return nil, err
	}
	if len(page.Replies) == officePageSize {
		page.Next = page.Replies[len(page.Replies)-1].Reply.ID
	}
	if page.Reports, err = v.rooms.Talk.Reports(v.ctx(), v.by, "open"); err != nil {
		return nil, err
	}
	if page.Blocked, err = v.rooms.Talk.BlockedAuthors(v.ctx(), v.by); err != nil {
		return nil, err
	}
	rules, err := v.rooms.Organisation.Rules(v.ctx())
	page.Open = rules.RepliesOpen
	return page, err
}

func conversationOne(v *visit) error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	reply, err := v.rooms.Talk.Reply(v.ctx(), v.by, id)
	if err != nil {
		return err
	}
	return v.show("reply", "office.reply", reply)
}

// TextSeen stands for the text of a reply in the form that decides about it.
func (p *officePage) TextSeen(r embraye.Reply) string { return textSeen(r) }

func textSeen(r embraye.Reply) string {
	sum := sha256.Sum256([]byte(r.HTML))
	return hex.EncodeToString(sum[:8])
}

// showSeen shows a reply, if its text is still the one that was read: its
// author can change it at any moment.
func (v *visit) showSeen(r embraye.Reply) error {
	if v.form("seen") != textSeen(r) {
		return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "reply", Code: "changed_meanwhile"}}}
	}
	return v.rooms.Talk.Show(v.ctx(), v.by, r.ID)
}

// decide shows, hides, answers or blocks.
func decide(v *visit) error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	reply, err := v.rooms.Talk.Reply(v.ctx(), v.by, id)
	if err != nil {
		return err
	}
	said := "office.said.done"
	switch v.form("action") {
	case "show":
		err = v.showSeen(reply.Reply)
	case "hide":
		err = v.rooms.Talk.Hide(v.ctx(), v.by, id, v.form("reason"))
	case "answer":
		if _, err = v.rooms.Talk.Answer(v.ctx(), v.by, id, v.form("answer")); reply.Reply.Public {
			said = "office.said.answered"
		} else {
			said = "office.said.answered_privately"
		}
	case "block":
		err = ofField(v.rooms.Talk.BlockAuthor(v.ctx(), v.by, reply.Reply.Actor, v.form("block_reason")), "block_reason")
	case "block_server":
		err = v.blockServer(reply.Reply.Actor.Host())
	default:
		err = embraye.ErrInvalid
	}
	if errors.Is(err, embraye.ErrConflict) {
		err = &embraye.InvalidError{Problems: []embraye.Problem{{Field: "reply", Code: "changed_meanwhile"}}}
	}
	if err != nil {
		return v.again(err, "reply", "office.reply", reply)
	}
	return v.said("/office/conversation", said)
}

// blockServer blocks a server; one that is blocked already is what was asked.
func (v *visit) blockServer(host string) error {
	err := v.rooms.Talk.BlockDomain(v.ctx(), v.by, host, v.form("block_reason"))
	if errors.Is(err, embraye.ErrConflict) {
		return nil
	}
	return ofField(err, "block_reason")
}

// ofField puts mistakes beside a field that is called otherwise in its form.
func ofField(err error, name string) error {
	var invalid *embraye.InvalidError
	if errors.As(err, &invalid) {
		for i := range invalid.Problems {
			invalid.Problems[i].Field = name
		}
	}
	return err
}

// changeConversation reports a message elsewhere, or hears an author again.
func changeConversation(v *visit) error {
	var err error
	switch v.form("action") {
	case "unblock":
		err = v.rooms.Talk.UnblockAuthor(v.ctx(), v.by, embraye.IRI(v.form("actor")))
	case "flag":
		err = v.rooms.Talk.SendReport(v.ctx(), v.by, v.form("url"), v.form("report"))
	default:
		err = embraye.ErrInvalid
	}
	if err != nil {
		return v.conversationAgain(err, 0)
	}
	return v.said("/office/conversation", "office.said.done")
}

func closeReport(v *visit) error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	if err := v.rooms.Talk.CloseReport(v.ctx(), v.by, id, v.form("note")); err != nil {
		return v.conversationAgain(err, id)
	}
	return v.said("/office/conversation", "office.said.done")
}

// conversationAgain shows the page once more with what was typed.
func (v *visit) conversationAgain(err error, closing int64) error {
	var invalid *embraye.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	page, pageErr := v.conversationPage()
	if pageErr != nil {
		return pageErr
	}
	page.Closing = closing
	return v.again(err, "conversation", "office.conversation", page)
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
	NextQuote    string
}

func interactions(v *visit) error {
	before, err := v.before()
	if err != nil {
		return err
	}
	page := &interactionsPage{}
	if page.Interactions, err = v.rooms.Talk.Interactions(v.ctx(), v.by, embraye.InteractionFilter{Before: before, Limit: officePageSize}); err != nil {
		return err
	}
	if n := len(page.Interactions); n == officePageSize {
		page.Next = page.Interactions[n-1].Interaction.ID
	}
	quotesBefore := v.r.URL.Query().Get("quotes_before")
	if quotesBefore != "" && !embraye.ValidID(quotesBefore) {
		return embraye.ErrNotFound
	}
	if page.Quotes, err = v.rooms.Talk.Quotes(v.ctx(), v.by, quotesBefore, officePageSize); err != nil {
		return err
	}
	if n := len(page.Quotes); n == officePageSize {
		page.NextQuote = page.Quotes[n-1].Quote.ID
	}
	return v.show("interactions", "office.interactions", page)
}

func revokeQuote(v *visit) error {
	if !embraye.ValidID(v.param("id")) {
		return embraye.ErrNotFound
	}
	if err := v.rooms.Talk.RevokeQuote(v.ctx(), v.by, v.param("id")); err != nil {
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
	if page.Hosts, err = v.rooms.Talk.FollowersByHost(v.ctx(), v.by); err != nil {
		return err
	}
	if page.Page, err = v.rooms.Talk.Followers(v.ctx(), v.by, v.r.URL.Query().Get("actor"), before); err != nil {
		return err
	}
	return v.show("followers", "office.followers", page)
}

func deliveries(v *visit) error {
	hosts, err := v.rooms.Directory.FailingHosts(v.ctx(), v.by)
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
		_, err = v.rooms.Directory.RetryDeliveries(v.ctx(), v.by, v.form("host"))
	case "drop":
		_, err = v.rooms.Directory.DropDeliveries(v.ctx(), v.by, v.form("host"))
	default:
		err = embraye.ErrInvalid
	}
	if err != nil {
		return err
	}
	return v.said("/office/deliveries", "office.said.done")
}
