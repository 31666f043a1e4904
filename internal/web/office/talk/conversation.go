package talk

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"embraye/internal/embraye"
	"embraye/internal/web/office"
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

func conversation(v *office.Visit) error {
	page, err := readConversation(v)
	if err != nil {
		return err
	}
	return v.Show("conversation", "office.conversation", page)
}

func readConversation(v *office.Visit) (*conversationPage, error) {
	before, err := v.Before()
	if err != nil {
		return nil, err
	}
	page := &conversationPage{}
	if page.State, err = v.ReplyState(); err != nil {
		return nil, err
	}
	if page.Replies, err = v.Rooms.Talk.Replies(v.Context(), v.By, embraye.ReplyFilter{State: page.State, Before: before, Limit: office.PageSize}); err != nil {
		return nil, err
	}
	if len(page.Replies) == office.PageSize {
		page.Next = page.Replies[len(page.Replies)-1].Reply.ID
	}
	if page.Reports, err = v.Rooms.Talk.Reports(v.Context(), v.By, "open"); err != nil {
		return nil, err
	}
	if page.Blocked, err = v.Rooms.Talk.BlockedAuthors(v.Context(), v.By); err != nil {
		return nil, err
	}
	rules, err := v.Rooms.Organisation.Rules(v.Context())
	page.Open = rules.RepliesOpen
	return page, err
}

// replyOf is the reply that an address names.
func replyOf(v *office.Visit) (*embraye.OfficeReply, error) {
	id, err := v.Number("id")
	if err != nil {
		return nil, err
	}
	return v.Rooms.Talk.Reply(v.Context(), v.By, id)
}

func conversationOne(v *office.Visit) error {
	reply, err := replyOf(v)
	if err != nil {
		return err
	}
	return v.Show("reply", "office.reply", reply)
}

func textSeen(r embraye.Reply) string {
	sum := sha256.Sum256([]byte(r.HTML))
	return hex.EncodeToString(sum[:8])
}

// showSeen shows a reply, if its text is still the one that was read: its
// author can change it at any moment.
func showSeen(v *office.Visit, r embraye.Reply) error {
	if v.Form("seen") != textSeen(r) {
		return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "reply", Code: "changed_meanwhile"}}}
	}
	return v.Rooms.Talk.Show(v.Context(), v.By, r.ID)
}

// answerAndShow is showSeen with our answer below it.
func answerAndShow(v *office.Visit, r embraye.Reply) error {
	if v.Form("seen") != textSeen(r) {
		return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "reply", Code: "changed_meanwhile"}}}
	}
	_, err := v.Rooms.Talk.AnswerAndShow(v.Context(), v.By, r.ID, v.Form("answer"))
	return err
}

// decide shows, hides, answers or blocks.
func decide(v *office.Visit) error {
	reply, err := replyOf(v)
	if err != nil {
		return err
	}
	said := "office.said.done"
	switch v.Form("action") {
	case "show":
		err = showSeen(v, reply.Reply)
	case "hide":
		err = v.Rooms.Talk.Hide(v.Context(), v.By, reply.Reply.ID, v.Form("reason"))
	case "answer_show":
		said, err = "office.said.answered", answerAndShow(v, reply.Reply)
	case "answer":
		if _, err = v.Rooms.Talk.Answer(v.Context(), v.By, reply.Reply.ID, v.Form("answer")); reply.Reply.Public {
			said = "office.said.answered"
		} else {
			said = "office.said.answered_privately"
		}
	case "block":
		err = ofField(v.Rooms.Talk.BlockAuthor(v.Context(), v.By, reply.Reply.Actor, v.Form("block_reason")), "block_reason")
	default:
		err = embraye.ErrInvalid
	}
	if errors.Is(err, embraye.ErrConflict) {
		err = &embraye.InvalidError{Problems: []embraye.Problem{{Field: "reply", Code: "changed_meanwhile"}}}
	}
	if err != nil {
		return v.Again(err, "reply", "office.reply", reply)
	}
	return v.Said("/office/conversation", said)
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
func changeConversation(v *office.Visit) error {
	var err error
	switch v.Form("action") {
	case "unblock":
		err = v.Rooms.Talk.UnblockAuthor(v.Context(), v.By, embraye.IRI(v.Form("actor")))
	case "flag":
		err = v.Rooms.Talk.SendReport(v.Context(), v.By, v.Form("url"), v.Form("report"))
	default:
		err = embraye.ErrInvalid
	}
	if err != nil {
		return office.Late(v, conversationAgain(v, err, 0), "/office/conversation")
	}
	return v.Said("/office/conversation", "office.said.done")
}

func closeReport(v *office.Visit) error {
	id, err := v.Number("id")
	if err != nil {
		return err
	}
	if err := v.Rooms.Talk.CloseReport(v.Context(), v.By, id, v.Form("note")); err != nil {
		return conversationAgain(v, err, id)
	}
	return v.Said("/office/conversation", "office.said.done")
}

// conversationAgain shows the page once more with what was typed.
func conversationAgain(v *office.Visit, err error, closing int64) error {
	var invalid *embraye.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	page, pageErr := readConversation(v)
	if pageErr != nil {
		return pageErr
	}
	page.Closing = closing
	return v.Again(err, "conversation", "office.conversation", page)
}
