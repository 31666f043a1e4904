// Package talk is the conversation with others: replies and reports, likes,
// boosts and quotes, followers, and whether what we send arrives.
//
// Start reading at conversation.go.
package talk

import (
	"embed"
	"html/template"

	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

//go:embed templates/*.html
var templateFiles embed.FS

// Wing has the pages of the subject.
func Wing() office.Wing {
	return office.Wing{Routes: routes, Files: templateFiles, Funcs: template.FuncMap{"textSeen": textSeen, "replyStates": replyStates, "actorsOf": actorsOf, "olderQuotes": olderQuotes, "moreBlocks": moreBlocks, "severities": severities}}
}

func routes(p office.Plan) {
	p.See(embraye.Reader, "/office/conversation", conversation)
	p.Do(embraye.Reviewer, "/office/conversation", changeConversation)
	p.See(embraye.Reader, "/office/conversation/{id}", conversationOne)
	p.Do(embraye.Reviewer, "/office/conversation/{id}", decide)
	p.Do(embraye.Reviewer, "/office/reports/{id}", closeReport)
	p.See(embraye.Reader, "/office/interactions", interactions)
	p.Do(embraye.Reviewer, "/office/quotes/{id}", revokeQuote)
	p.See(embraye.Reader, "/office/elsewhere", elsewhere)
	p.Do(embraye.Reviewer, "/office/elsewhere", changeElsewhere)
	p.See(embraye.Reader, "/office/followers", followers)
	p.Do(embraye.Reviewer, "/office/followers", decideFollow)
	p.See(embraye.Admin, "/office/blocks", blocks)
	p.Do(embraye.Admin, "/office/blocks", changeBlocks)
	p.See(embraye.Admin, "/office/blocks/list", showBlockList)
	p.Send(embraye.Admin, "/office/blocks/list", changeBlockList)
	p.See(embraye.Admin, "/office/blocks/drafts", blockDrafts)
	p.Do(embraye.Admin, "/office/blocks/drafts", decideBlockDrafts)
	p.See(embraye.Reader, "/office/deliveries", deliveries)
	p.Do(embraye.Admin, "/office/deliveries", changeDeliveries)
}
