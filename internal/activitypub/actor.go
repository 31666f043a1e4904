package activitypub

import (
	"errors"
	"fmt"
	"html"
	"strings"

	"embraye/internal/activitypub/streams"
	"github.com/go-fed/activity/streams/vocab"

	"embraye/internal/embraye"
)

// actorDocument is what the three types of our actors share in go-fed.
type actorDocument interface {
	object
	SetActivityStreamsInbox(vocab.ActivityStreamsInboxProperty)
	SetActivityStreamsOutbox(vocab.ActivityStreamsOutboxProperty)
	SetActivityStreamsFollowers(vocab.ActivityStreamsFollowersProperty)
	SetActivityStreamsFollowing(vocab.ActivityStreamsFollowingProperty)
	SetActivityStreamsPreferredUsername(vocab.ActivityStreamsPreferredUsernameProperty)
	SetActivityStreamsName(vocab.ActivityStreamsNameProperty)
	SetActivityStreamsSummary(vocab.ActivityStreamsSummaryProperty)
}

// Actor is the document of a local actor: Person for the organisation, Group
// for a measure, Application for the instance (INTEROP 0.1, 0.2, 0.4).
// key signs now; org is the organisation's account.
func (w Wire) Actor(a embraye.Actor, key embraye.ActorKey, org embraye.Actor) ([]byte, error) {
	var v actorDocument
	switch a.Kind {
	case embraye.OrganisationActor:
		v = streams.NewActivityStreamsPerson()
	case embraye.MeasureActor:
		v = streams.NewActivityStreamsGroup()
	case embraye.InstanceActor:
		v = streams.NewActivityStreamsApplication()
	default:
		return nil, fmt.Errorf("actor %s is of unknown kind %q: %w", a.Handle, a.Kind, embraye.ErrInvalid)
	}
	if !strings.HasPrefix(key.PublicPEM, "-----BEGIN PUBLIC KEY-----") {
		return nil, errors.New("writing actor " + a.Handle + ": its key is not PEM in SPKI form, the only one that PeerTube reads")
	}
	b := &builder{}
	b.id(v, w.Site.ActorID(a.Handle))
	b.published(v, a.CreatedAt)
	p := profile{w, a, org}
	p.boxes(b, v)
	p.texts(v)
	extra := p.extra(key)
	switch a.Kind {
	case embraye.OrganisationActor:
		extra["embraye:measures"] = w.Site.Measures(a.Handle)
		extra["embraye:reviewsAbout"] = w.Site.ReviewsAbout()
		extra["featuredCollections"] = w.Site.Collections(a.Handle) // FEP-7aa9
		if a.Log != nil {
			extra["embraye:log"] = map[string]any{"origin": a.Log.Origin, "vkey": a.Log.VKey, "prefix": a.Log.Prefix}
		}
		if a.Witness != nil {
			extra["embraye:witness"] = map[string]any{"name": a.Witness.Name, "vkey": a.Witness.VKey, "submission": a.Witness.Submission, "monitoring": a.Witness.Monitoring}
		}
	case embraye.MeasureActor:
		extra["featuredCollections"] = w.Site.Collections(a.Handle)
		// PeerTube loads a Group only if a Person of the same host owns it.
		extra["attributedTo"] = []any{map[string]any{"type": "Person", "id": w.Site.ActorID(org.Handle)}}
		extra["embraye:measure"] = w.Reference.MeasureIRI(a.Measure)
		extra["embraye:organisation"] = w.Site.ActorID(org.Handle)
	}
	extra["attachment"] = p.attachment()
	return b.finish(v, extra)
}

// A profile is what an actor says of itself; org is the organisation's account.
type profile struct {
	Wire
	actor, org embraye.Actor
}

func (p profile) boxes(b *builder, v actorDocument) {
	inbox, outbox := streams.NewActivityStreamsInboxProperty(), streams.NewActivityStreamsOutboxProperty()
	inbox.SetIRI(b.address(p.Site.Inbox(p.actor.Handle)))
	outbox.SetIRI(b.address(p.Site.Outbox(p.actor.Handle)))
	v.SetActivityStreamsInbox(inbox)
	v.SetActivityStreamsOutbox(outbox)
	followers, following := streams.NewActivityStreamsFollowersProperty(), streams.NewActivityStreamsFollowingProperty()
	followers.SetIRI(b.address(p.Site.Followers(p.actor.Handle)))
	following.SetIRI(b.address(p.Site.Following(p.actor.Handle)))
	v.SetActivityStreamsFollowers(followers)
	v.SetActivityStreamsFollowing(following)
}

func (p profile) texts(v actorDocument) {
	username := streams.NewActivityStreamsPreferredUsernameProperty()
	username.SetXMLSchemaString(p.actor.Handle)
	v.SetActivityStreamsPreferredUsername(username)
	name := streams.NewActivityStreamsNameProperty()
	name.AppendXMLSchemaString(p.actorName(p.actor))
	v.SetActivityStreamsName(name)
	summary := streams.NewActivityStreamsSummaryProperty()
	summary.AppendXMLSchemaString(p.summary())
	v.SetActivityStreamsSummary(summary)
}

func (w Wire) actorName(a embraye.Actor) string {
	switch {
	case a.Name != "":
		return a.Name
	case a.Kind == embraye.MeasureActor:
		return w.measureTitle(a.Measure, w.language())
	}
	return a.Handle
}

// summary is HTML. That of a measure says first that the account only
// publishes (people post into Groups), as PeerTube cuts at 1,000 characters.
func (p profile) summary() string {
	text := &page{}
	switch p.actor.Kind {
	case embraye.MeasureActor:
		text.paragraph(html.EscapeString(p.Catalogue.T(p.language(), "actor.measure", p.actorName(p.org))))
		if m, ok := p.Reference.Measure(p.actor.Measure); ok {
			text.paragraph(html.EscapeString(p.Catalogue.T(p.language(), "actor.asks", embraye.OneLine(m.Text.In(p.language())))))
		}
	case embraye.InstanceActor:
		text.paragraph(html.EscapeString(p.Catalogue.T(p.language(), "actor.instance")))
	default:
		text.paragraph(escaped(p.actor.Summary))
	}
	return text.String()
}

func (p profile) extra(key embraye.ActorKey) map[string]any {
	a := p.actor
	id := p.Site.ActorID(a.Handle)
	extra := map[string]any{
		"url": p.address(), "featured": p.Site.Featured(a.Handle),
		"endpoints": map[string]any{"sharedInbox": p.Site.SharedInbox()},
		"icon":      map[string]any{"type": "Image", "mediaType": "image/png", "url": p.Site.Icon(a.Handle), "summary": p.actorName(a)},
		// Whoever makes a list of accounts may name ours (FEP-7aa9).
		"interactionPolicy": map[string]any{"canFeature": map[string]any{"automaticApproval": []any{Public}}},
		"webfinger":         strings.TrimPrefix(p.Site.Mention(a.Handle), "@"), // FEP-2c59
		// One object, never a list (INTEROP 0.21).
		"publicKey":    map[string]any{"id": p.Site.KeyID(a.Handle), "owner": id, "publicKeyPem": key.PublicPEM},
		"discoverable": true, "indexable": true, "manuallyApprovesFollowers": false,
		"attributionDomains": []any{hostname(p.Site.Base)},
		"alsoKnownAs":        texts(a.AlsoKnownAs),
		"generator":          generator(),
	}
	if key.Ed25519Public != "" {
		extra["assertionMethod"] = []any{map[string]any{"id": p.Site.Ed25519KeyID(a.Handle), "type": "Multikey", "controller": id,
			"publicKeyMultibase": key.Ed25519Public}}
	}
	optional(extra, "movedTo", a.MovedTo)
	return extra
}

// What a server understands, by FEP-844e.
const (
	implementsRFC9421 = "https://datatracker.ietf.org/doc/html/rfc9421"
	implementsEd25519 = "https://datatracker.ietf.org/doc/html/rfc9421#name-eddsa-using-curve-edwards25"
)

// generator says what we understand, so that nobody has to try.
func generator() map[string]any {
	return map[string]any{"type": "Application", "implements": []any{
		map[string]any{"href": implementsRFC9421, "name": "RFC-9421: HTTP Message Signatures"},
		map[string]any{"href": implementsEd25519, "name": "RFC-9421 signatures using the Ed25519 algorithm"},
	}}
}

func (p profile) address() string {
	if p.actor.Kind == embraye.InstanceActor {
		return p.Site.Base + "/"
	}
	return p.Site.ActorPage(p.actor.Handle)
}

// attachment is the table of the profile; for a measure also its owner,
// its page and the licence of its text.
func (p profile) attachment() []any {
	t := func(key string) string { return p.Catalogue.T(p.language(), key) }
	list := []any{}
	switch p.actor.Kind {
	case embraye.MeasureActor:
		list = append(list,
			property(t("actor.organisation"), profileLink(p.Site.ActorPage(p.org.Handle))),
			property(t("actor.page"), profileLink(p.Site.ActorPage(p.actor.Handle))),
			property(t("actor.licence"), html.EscapeString(p.Reference.Licence)))
	case embraye.OrganisationActor:
		list = append(list, property(t("actor.site"), profileLink(p.Site.Base+"/")))
	}
	for _, l := range p.actor.Links {
		list = append(list, property(l.Name, profileLink(l.Href)))
	}
	return list
}

func property(name, value string) map[string]any {
	return map[string]any{"type": "PropertyValue", "name": name, "value": value}
}

// profileLink is the only form that Mastodon verifies: one link whose text is
// its address. What is no web address stays text.
func profileLink(href string) string {
	if !embraye.WebAddress(href) {
		return html.EscapeString(href)
	}
	h := html.EscapeString(href)
	return `<a href="` + h + `" rel="me nofollow noopener noreferrer">` + h + `</a>`
}

// hostname is the host of our origin, as link previews name it.
func hostname(base string) string {
	host := embraye.IRI(base + "/").Host()
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	return host
}
