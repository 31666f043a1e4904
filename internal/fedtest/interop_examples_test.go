package fedtest

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// one is what an example does to an instance that has heard of nobody but of
// whom it says. All are answered 202.
type one struct {
	after   []string // examples that came before
	follows bool     // our organisation asked to follow the sender
	real    bool     // run with our real ids as well
	// given is the effect of the example as it stands, stored and answered;
	// real the effect with our real ids. Without real there is no difference.
	given, withReal []string
}

const (
	annID  = "https://m.example/users/ann"
	boID   = "https://g.example/users/bo"
	cyID   = "https://h.example/@cy"
	anaID  = "https://pt.example/accounts/ana"
	jardin = "https://pt.example/video-channels/jardin"
	ptID   = "https://pt.example/accounts/peertube"
	evaID  = "https://mk.example/users/9a"
	leaID  = "https://ak.example/users/lea"
	zoID   = "https://lm.example/u/zo"
	wpID   = "https://wp.example/?author=0"

	ourMeasure = "https://us.example/actors/mesure2"
	ourOrg     = "https://us.example/actors/organisation"

	fayID  = "https://sn.example/fay"
	gilID  = "https://hk.example/u/gil"
	rootID = "https://ub.example"
	uidID  = "https://nb.example/uid/7"
	halID  = "https://fy.example/ap/users/hal"

	boPost = boID + "/statuses/01JTXWBZ8Q4M7V2K5N3P6R9S0T"
	cyPost = cyID + "/0196f2c4-5a10-7d31-9c55-2b8f6a1e4d70"
)

func lines(l ...string) []string { return append([]string{}, l...) }

// followed is the effect of a Follow: a follower, and an Accept in its own inbox.
func followed(by, name string) one {
	return one{given: lines("mesure2 is followed by "+by, "> Accept /of/"+name+"/inbox")}
}

// unfollowed undoes that.
func unfollowed(by, follow string) one {
	return one{after: lines(follow), given: lines("-mesure2 is followed by " + by)}
}

// accepted is the answer to a Follow of ours: it counts if the Follow is ours.
func accepted(by string) one {
	return one{follows: true, real: true, withReal: lines("-our follow of "+by+" is pending", "our follow of "+by+" is accepted")}
}

// reacted is a reaction to a constat, which there has to be.
func reacted(kind, by, emoji string) one {
	return one{real: true, withReal: lines(strings.TrimSpace(kind+" of "+exampleConstat+" by "+by+" "+emoji), kind+"s: 1")}
}

// unreacted takes it back.
func unreacted(kind, by, emoji, after string) one {
	return one{after: lines(after), real: true,
		withReal: lines("-"+strings.TrimSpace(kind+" of "+exampleConstat+" by "+by+" "+emoji), "-"+kind+"s: 1")}
}

// reply is the line of a reply that waits for an editor.
func reply(uri, text string) string {
	return "reply " + uri + " to mesure2 under " + exampleConstat + " pending: " + text
}

// mention is the same message where there is no such constat.
func mention(uri, text string) string {
	return "reply " + uri + " to mesure2 under  pending: " + text
}

func replied(uri, text string) one {
	return one{real: true, given: lines(mention(uri, text)), withReal: lines(reply(uri, text))}
}

func edited(uri, before, after, create string) one {
	return one{after: lines(create), real: true, given: lines("-"+mention(uri, before), mention(uri, after)),
		withReal: lines("-"+reply(uri, before), reply(uri, after))}
}

func deleted(by, uri, text, create string) one {
	return one{after: lines(create), real: true, given: lines("-"+mention(uri, text), "buried "+by+" "+uri),
		withReal: lines("-"+reply(uri, text), "buried "+by+" "+uri)}
}

func reported(by, text string, objects ...string) one {
	return one{given: lines(`report of ["` + strings.Join(objects, `","`) + `"] by ` + by + ": " + text)}
}

// left is an actor that is deleted: what it did goes with it.
func left(by, follow string) one {
	return one{after: lines(follow), given: lines("-mesure2 is followed by " + by)}
}

// blocked is a Block of a measure by a follower of it.
func blocked(by, follow string) one {
	return one{after: lines(follow), given: lines("-mesure2 is followed by "+by, ourMeasure+" is blocked by "+by)}
}

// ignored is answered 202 and leaves nothing.
func ignored() one { return one{real: true} }

// examples is what other programs send, and what becomes of it.
var examples = map[string]one{
	"mastodon/follow":        followed(annID, "ann"),
	"mastodon/accept":        accepted(annID),
	"mastodon/like":          reacted("like", annID, ""),
	"mastodon/announce":      reacted("boost", annID, ""),
	"mastodon/create":        replied(annID+"/statuses/10", "<p>Merci pour ce constat</p>"),
	"mastodon/update":        edited(annID+"/statuses/10", "<p>Merci pour ce constat</p>", "<p>Merci beaucoup pour ce constat</p>", "mastodon/create"),
	"mastodon/delete":        deleted(annID, annID+"/statuses/10", "<p>Merci pour ce constat</p>", "mastodon/create"),
	"mastodon/delete-actor":  left(annID, "mastodon/follow"),
	"mastodon/undo-follow":   unfollowed(annID, "mastodon/follow"),
	"mastodon/undo-announce": unreacted("boost", annID, "", "mastodon/announce"),
	"mastodon/flag":          reported("https://m.example/actor", "spam", ourMeasure, exampleConstat),
	"mastodon/move":          ignored(),
	"mastodon/block":         blocked(annID, "mastodon/follow"),
	"mastodon/quote-request": {real: true, withReal: lines("quote of "+exampleConstat+" in "+annID+"/statuses/11", "> Accept /of/ann/inbox")},
	"mastodon/create-quote":  ignored(), // the QuoteRequest tells us

	"gotosocial/follow":        followed(boID, "bo"),
	"gotosocial/accept":        accepted(boID),
	"gotosocial/like":          reacted("like", boID, ""),
	"gotosocial/announce":      reacted("boost", boID, ""),
	"gotosocial/create":        replied(boPost, "<p>Bien vu</p>"),
	"gotosocial/update":        edited(boPost, "<p>Bien vu</p>", "<p>Bien vu !</p>", "gotosocial/create"),
	"gotosocial/delete":        deleted(boID, boPost, "<p>Bien vu</p>", "gotosocial/create"),
	"gotosocial/delete-actor":  left(boID, "gotosocial/follow"),
	"gotosocial/undo-follow":   unfollowed(boID, "gotosocial/follow"),
	"gotosocial/undo-announce": unreacted("boost", boID, "", "gotosocial/announce"),
	"gotosocial/flag":          reported("https://g.example/users/g.example", "spam", ourMeasure),
	"gotosocial/move":          ignored(),
	"gotosocial/block":         blocked(boID, "gotosocial/follow"),

	"hollo/follow":        followed(cyID, "cy"),
	"hollo/accept":        accepted(cyID),
	"hollo/create":        replied(cyPost, "<p>D’accord</p>"),
	"hollo/announce":      reacted("boost", cyID, ""),
	"hollo/update":        edited(cyPost, "<p>D’accord</p>", "<p>D’accord, merci</p>", "hollo/create"),
	"hollo/delete":        deleted(cyID, cyPost, "<p>D’accord</p>", "hollo/create"),
	"hollo/delete-actor":  left(cyID, "hollo/follow"),
	"hollo/undo-follow":   unfollowed(cyID, "hollo/follow"),
	"hollo/undo-announce": unreacted("boost", cyID, "", "hollo/announce"),
	"hollo/move":          ignored(),
	"hollo/block":         blocked(cyID, "hollo/follow"),
	"hollo/flag":          reported(cyID, "spam", ourMeasure, exampleConstat),
	"hollo/emoji-react":   reacted("like", cyID, "X"),
	"mitra/like-emoji":    reacted("like", "https://mi.example/users/di", "X"),

	"peertube/follow":      followed(ptID, "peertube"),
	"peertube/follow-user": followed(anaID, "ana"),
	"peertube/accept":      accepted(jardin),
	"peertube/announce":    ignored(),
	// PeerTube writes Markdown and says so.
	"peertube/create": {real: true,
		given: lines("reply https://pt.example/videos/watch/9c9d/comments/8 to organisation under  pending: <p>@organisation@us.example <strong>merci</strong></p>"),
		// The Note is one of the measure's: then that is who was answered.
		withReal: lines("reply https://pt.example/videos/watch/9c9d/comments/8 to mesure2 under " + exampleNote + " pending: <p>@organisation@us.example <strong>merci</strong></p>")},
	"peertube/update":       ignored(),
	"peertube/delete":       {given: lines("buried " + anaID + " https://pt.example/videos/watch/9c9d")},
	"peertube/delete-actor": left(anaID, "peertube/follow-user"),
	"peertube/undo-follow":  unfollowed(anaID, "peertube/follow-user"),
	"peertube/flag":         reported(anaID, "faux", ourOrg),
	"peertube/view":         ignored(),

	"misskey/follow":       followed(evaID, "9a"),
	"misskey/accept":       accepted(evaID),
	"misskey/like":         reacted("like", evaID, ":blobcat:"),
	"misskey/announce":     reacted("boost", evaID, ""),
	"misskey/create":       {real: true, withReal: lines(reply("https://mk.example/notes/9q", "<p>oui</p>"))},
	"misskey/create-quote": ignored(),
	"misskey/delete": {after: lines("misskey/create"), real: true, given: lines("buried " + evaID + " https://mk.example/notes/9q"),
		withReal: lines("-"+reply("https://mk.example/notes/9q", "<p>oui</p>"), "buried "+evaID+" https://mk.example/notes/9q")},
	"misskey/delete-actor": left(evaID, "misskey/follow"),
	"misskey/update-actor": {given: lines(evaID + " is called Eva")},
	"misskey/undo-follow":  unfollowed(evaID, "misskey/follow"),
	"misskey/flag":         reported("https://mk.example/users/inst", "spam", ourMeasure),
	"misskey/block":        blocked(evaID, "misskey/follow"),
	"misskey/move":         ignored(),

	"akkoma/follow":           followed(leaID, "lea"),
	"akkoma/accept":           accepted(leaID),
	"akkoma/like":             reacted("like", leaID, ""),
	"akkoma/emoji-react":      reacted("like", leaID, "👍"),
	"akkoma/undo-emoji-react": unreacted("like", leaID, "👍", "akkoma/emoji-react"),
	"akkoma/undo-follow":      unfollowed(leaID, "akkoma/follow"),
	"akkoma/announce":         reacted("boost", leaID, ""),
	"akkoma/create":           {real: true, withReal: lines(reply("https://ak.example/objects/8", "bien"))},
	"akkoma/flag":             reported(leaID, "faux", ourMeasure, exampleConstat),
	"akkoma/block":            blocked(leaID, "akkoma/follow"),
	"akkoma/delete-actor":     left(leaID, "akkoma/follow"),

	"lemmy/follow":          followed(zoID, "zo"),
	"lemmy/dislike":         ignored(),
	"lemmy/flag":            reported(zoID, "faux", exampleConstat),
	"lemmy/delete-actor":    left(zoID, "lemmy/follow"),
	"lemmy/block-community": {after: lines("lemmy/follow")}, // a community's ban: the follower stays
	"lemmy/announce":        ignored(),

	// N07: programs that were followed through with the real thing.
	"snac/follow":        followed(fayID, "fay"),
	"snac/undo-follow":   unfollowed(fayID, "snac/follow"),
	"snac/like":          reacted("like", fayID, ""),
	"snac/announce":      reacted("boost", fayID, ""),
	"snac/undo-announce": unreacted("boost", fayID, "", "snac/announce"),
	"snac/create":        replied(fayID+"/p/1764360003.000001", "<p>Bien noté</p>"),

	"honk/follow":        followed(gilID, "gil"),
	"honk/undo-follow":   unfollowed(gilID, "honk/follow"),
	"honk/emoji-react":   reacted("like", gilID, "🌱"),
	"honk/announce":      reacted("boost", gilID, ""),
	"honk/undo-announce": unreacted("boost", gilID, "", "honk/announce"),
	"honk/create":        {real: true, withReal: lines(reply(gilID+"/h/aG9uaw", "<p>oui"))},

	"microblogpub/follow":        followed(rootID, "ub.example"),
	"microblogpub/undo-follow":   unfollowed(rootID, "microblogpub/follow"),
	"microblogpub/like":          reacted("like", rootID, ""),
	"microblogpub/announce":      reacted("boost", rootID, ""),
	"microblogpub/undo-announce": unreacted("boost", rootID, "", "microblogpub/announce"),
	"microblogpub/create":        {real: true, withReal: lines(reply(rootID+"/o/06f", "<p>merci</p>"))},

	"nodebb/follow":      followed(uidID, "7"),
	"nodebb/undo-follow": unfollowed(uidID, "nodebb/follow"),
	"nodebb/like":        reacted("like", uidID, ""),
	"nodebb/undo-like":   unreacted("like", uidID, "", "nodebb/like"),
	"nodebb/announce":    reacted("boost", uidID, ""),
	"nodebb/create":      replied("https://nb.example/post/12", "<p>Très bien</p>"),

	"fedify/follow":      followed(halID, "hal"),
	"fedify/undo-follow": unfollowed(halID, "fedify/follow"),
	"fedify/like":        reacted("like", halID, ""),
	"fedify/undo-like":   unreacted("like", halID, "", "fedify/like"),
	"fedify/announce":    reacted("boost", halID, ""),
	"fedify/create":      replied("https://fy.example/ap/note/9b21", "<p>C’est noté</p>"),

	"gotosocial/undo-like": unreacted("like", boID, "", "gotosocial/like"),
	"hollo/like":           reacted("like", cyID, ""),
	"hollo/undo-like":      unreacted("like", cyID, "", "hollo/like"),

	"friendica/dislike": ignored(),
	"wordpress/accept":  accepted(wpID),
	"pixelfed/like":     reacted("like", "https://px.example/users/jo", ""),
	"mbin/flag":         reported("https://mb.example/u/b", "x", ourMeasure, exampleConstat),
}

// TestExamples sends every example (N07 among them), signed as its program signs, to an
// instance under the name that it gives: as it stands, and with the ids of our
// real constat, Note and Follow.
func TestExamples(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		s := newScene(t, kind)
		for name, e := range examples {
			t.Run(name, func(t *testing.T) { s.try(t, name, e, false, e.given) })
			if e.real {
				t.Run(name+" with real ids", func(t *testing.T) { s.try(t, name, e, true, e.withReal) })
			}
		}
	})
}

func (s *scene) try(t *testing.T, name string, e one, real bool, want []string) {
	outer, world := s.t, s.w.T
	s.t, s.w.T = t, t
	defer func() { s.t, s.w.T = outer, world }()
	s.clear()
	if e.follows {
		s.follow(program(name), sender(t, s.example(name, false)))
	}
	for _, before := range e.after {
		if status := s.post(program(before), s.example(before, real)); status != 202 {
			t.Fatalf("%s was answered %d", before, status)
		}
	}
	s.answers()
	before := s.state()
	if status := s.post(program(name), s.example(name, real)); status != 202 {
		t.Fatalf("answered %d, want 202", status)
	}
	got := changes(before, s.state())
	for _, answer := range s.answers() {
		got = append(got, "> "+answer)
	}
	if diff := cmp.Diff(lines(want...), got); diff != "" {
		t.Error(diff)
	}
}

// TestExamplesAreAllPlayed keeps the folder and the table equal.
func TestExamplesAreAllPlayed(t *testing.T) {
	found := 0
	err := filepath.WalkDir(examplesFolder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found++
			name := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(path), examplesFolder), ".json")
			if _, ok := examples[name]; !ok {
				t.Errorf("%s is sent to no inbox", path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if found != len(examples) {
		t.Errorf("%d examples in the folder, %d in the table", found, len(examples))
	}
}
