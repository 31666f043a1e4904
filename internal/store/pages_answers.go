package store

import (
	"context"

	"embraye/internal/embraye"
)

// addAnswers puts our public answers under the replies that they answer, oldest
// first.
func (t Tables) addAnswers(ctx context.Context, replies []embraye.ShownReply) error {
	posts := make([]embraye.IRI, len(replies))
	for i, r := range replies {
		posts[i] = r.Reply.URI
	}
	answers, err := t.Notes.Answers(ctx, posts)
	for _, a := range answers {
		for i := range replies {
			if !a.Private && a.InReplyTo == string(replies[i].Reply.URI) {
				replies[i].Answers = append(replies[i].Answers, a)
			}
		}
	}
	return err
}
