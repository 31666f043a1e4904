package activitypub

import (
	"cmp"
	"time"

	"embraye/internal/activitypub/streams"

	"embraye/internal/embraye"
)

// Mention names somebody who must see a Note of ours.
type Mention struct {
	Actor embraye.IRI
	Name  string // @user@host
}

// post is what all our Notes have in common.
type post struct {
	id, author, followers embraye.IRI
	inReplyTo             string
	conversation          embraye.IRI
	thread                embraye.IRI // the collection of it; empty: the conversation has none
	html, language        string
	published             time.Time
	updated               *time.Time
	tags, pictures        []any
	mentions              []Mention
	group                 embraye.IRI // the measure that wrote it, if a measure did
	direct                bool        // for those who are mentioned and nobody else
	terms                 map[string]any
}

// Note is a constat as it is delivered (INTEROP 0.8 to 0.13): readable without
// our terms, and with them readable without its HTML. reason is that of the
// last correction of substance, empty if there was none.
func (w Wire) Note(u embraye.Update, reason string) ([]byte, error) {
	id := w.Site.UpdateID(u.ID)
	return w.post(post{
		id: id, author: w.Site.ActorID(u.Actor), followers: w.Site.Followers(u.Actor), conversation: id, thread: w.Site.ThreadID(u.ID), group: w.group(u.Actor),
		html: w.Texts().Constat(u, reason), language: u.Language, published: u.PublishedAt, updated: u.UpdatedAt,
		tags: []any{w.measureTag(u.Actor)}, pictures: pictures(u.Evidence), terms: w.terms(u, reason),
	})
}

// PostNote is one of our other Notes: « où on en est », a correction, an
// answer. Who is mentioned is told besides the followers, or alone if the Note
// is private.
func (w Wire) PostNote(n embraye.Note, mentions ...Mention) ([]byte, error) {
	id := w.Site.NoteID(n.ID)
	conversation, thread := id, embraye.IRI("")
	if n.UpdateID != "" {
		conversation, thread = w.Site.UpdateID(n.UpdateID), w.Site.ThreadID(n.UpdateID)
	}
	var tags []any
	if n.Kind == embraye.PinnedNote { // its text ends in the measure's hashtag
		tags = []any{w.measureTag(n.Actor)}
	}
	return w.post(post{
		id: id, author: w.Site.ActorID(n.Actor), followers: w.Site.Followers(n.Actor), inReplyTo: n.InReplyTo,
		conversation: conversation, thread: thread, group: w.group(n.Actor), html: n.HTML, language: n.Language, published: n.PublishedAt, updated: n.UpdatedAt,
		tags: tags, mentions: mentions, direct: n.Private, terms: answerTerms(n),
	})
}

// answerTerms tells which review an answer answers, and whether its constat
// stands as it is.
func answerTerms(n embraye.Note) map[string]any {
	if n.Answers == "" {
		return nil
	}
	m := map[string]any{"embraye:answers": n.Answers}
	if n.Maintained {
		m["embraye:maintained"] = true
	}
	return m
}

func (w Wire) post(p post) ([]byte, error) {
	b, v := &builder{}, streams.NewActivityStreamsNote()
	b.id(v, p.id)
	b.published(v, p.published)
	b.updated(v, p.updated)
	author := streams.NewActivityStreamsAttributedToProperty()
	author.AppendIRI(b.address(p.author))
	v.SetActivityStreamsAttributedTo(author)
	content := streams.NewActivityStreamsContentProperty()
	content.AppendXMLSchemaString(p.html)
	v.SetActivityStreamsContent(content)
	var mentioned []embraye.IRI
	tags := append([]any{}, p.tags...)
	for _, m := range p.mentions {
		mentioned = append(mentioned, m.Actor)
		tags = append(tags, map[string]any{"type": "Mention", "href": m.Actor, "name": m.Name})
	}
	if p.direct {
		b.audience(v, mentioned, nil)
	} else {
		b.audience(v, []embraye.IRI{Public}, append([]embraye.IRI{p.followers}, mentioned...))
	}
	return b.finish(v, p.extra(tags))
}

// group is the measure behind a handle, none for the organisation's.
func (w Wire) group(handle string) embraye.IRI {
	if handle == w.Organisation {
		return ""
	}
	return w.Site.ActorID(handle)
}

// extra is what go-fed does not know or would write differently: the map of
// one language, addresses as plain strings, and our terms. There is no name,
// summary or source: other programs take them for a title, a content warning,
// or the text itself. There are no likes, shares and replies either: Mastodon
// would write over its own counts (INTEROP 0.10); WithCounts adds them where
// they are fresh.
func (p post) extra(tags []any) map[string]any {
	m := map[string]any{
		"contentMap": map[string]any{p.language: p.html}, "url": p.id,
		"sensitive": false, "attachment": append([]any{}, p.pictures...), "tag": tags,
		"inReplyTo": nil, // WordPress 4 refuses a Create whose Note has no such key
	}
	if p.inReplyTo != "" {
		m["inReplyTo"] = p.inReplyTo
	}
	if !p.direct { // what is private has no page, belongs to no public conversation, is not quoted
		// Mastodon reads conversation alone; who reads context fetches it (FEP-f228).
		m["context"], m["conversation"] = cmp.Or(p.thread, p.conversation), p.conversation
		// Without this nobody on Mastodon 4.5 may quote us (INTEROP 0.13).
		m["interactionPolicy"] = map[string]any{"canQuote": map[string]any{"automaticApproval": []any{Public}}}
		if p.group != "" { // NodeBB files it there: to it every Group is a category
			m["audience"] = p.group
		}
	}
	for key, value := range p.terms {
		m[key] = value
	}
	return m
}

// measureTag is the hashtag of a measure, made of its handle; its page is the
// measure's.
func (w Wire) measureTag(handle string) map[string]any {
	return map[string]any{"type": "Hashtag", "name": "#" + hashtag(handle), "href": w.Site.ActorPage(handle)}
}

// pictures are what the editor chose to show beside the text. Other evidence
// stays out: any medium takes the place of the preview card (INTEROP 0.8), and
// a document that is no picture is shown as a dead link.
func pictures(list []embraye.Evidence) []any {
	var out []any
	for _, e := range list {
		if e.Attached {
			out = append(out, map[string]any{"type": "Image", "mediaType": e.MediaType, "url": e.Href, "name": e.Name})
		}
	}
	return out
}
