// Package talk is what people elsewhere say to us, and what editors do about
// it: replies and answers, moderation, blocks, reports, reactions, followers.
//
// What always holds: nothing of a stranger is public before somebody of ours
// decided, unless the organisation shows replies at once; what is not addressed
// to everybody is never public; who is blocked is not heard.
//
// Start reading at conversation.go, then moderation.go.
package talk

import (
	"embraye/internal/app"
	"embraye/internal/app/directory"
)

// Talk is the use cases of the conversation.
type Talk struct {
	desk      *app.App
	directory *directory.Directory
	*Domains
	Circle *Circle
	Lists  *Lists
}

// Domains is the use cases about whole servers: which are refused or limited, and who
// of those may follow.
type Domains struct {
	desk      *app.App
	directory *directory.Directory
}

// New opens it over a desk.
func New(desk *app.App, d *directory.Directory) *Talk {
	domains, circle := &Domains{desk, d}, &Circle{desk, d}
	return &Talk{desk, d, domains, circle, &Lists{domains, circle}}
}
