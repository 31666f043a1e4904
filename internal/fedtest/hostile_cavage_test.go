package fedtest

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"time"
)

// A. Draft-cavage signatures. The forms that need no server are in httpsig's
// own tests; here the whole gate says no, or yes where a peer signs so.
func cavageRows() []row {
	return []row{
		{number: "F001", name: "no signature", run: unsigned},
		{number: "F002", name: "a byte of the body changed after signing", run: changedBody},
		{number: "F003", name: "no Digest", run: refusedForge(0, func(f *forge) {
			f.header.Del("Digest")
			f.cover("(request-target) host date")
		})},
		{number: "F004", name: "Digest not covered", run: refusedForge(0, func(f *forge) { f.cover("(request-target) host date") })},
		{number: "F006", name: "spellings of Digest", run: digestSpellings, stores: likes, out: 1},
		{number: "F008", name: "old Date", run: oldDate, stores: likes, out: 1},
		{number: "F009", name: "Date 6 minutes ahead", run: refusedForge(0, func(f *forge) { f.header.Set("Date", f.b.date(6*time.Minute)) })},
		{number: "F010", name: "no signed time", run: refusedForge(0, func(f *forge) { f.cover("(request-target) host digest") })},
		{number: "F013", name: "date alone", run: refusedForge(0, func(f *forge) { f.cover("date") })},
		{number: "F013", name: "headers absent", run: refusedForge(0, func(f *forge) {
			f.cover("date")
			f.params = strings.Replace(f.params, `,headers="date"`, "", 1)
		})},
		{number: "F014", name: "replayed on another inbox", run: otherInbox, stores: likes, out: 2},
		{number: "F015", name: "made for another host", run: otherHost, out: 1},
		{number: "F017", name: "exact repetition", run: repetition, stores: likes, out: 1},
		{number: "F018", name: "Follow again after its Undo", run: followReplayed, stores: follows, out: 1},
		{number: "F019", name: "HMAC keyed by the public key", run: hmacSigned},
		{number: "F020", name: "SHA-1 named", run: refusedForge(0, func(f *forge) {
			f.hash = crypto.SHA1
			f.params = strings.Replace(f.params, "rsa-sha256", "rsa-sha1", 1)
		})},
		{number: "F020", name: "SHA-1 called SHA-256", run: refusedForge(1, func(f *forge) { f.hash = crypto.SHA1 }), out: 1},
		{number: "F024", name: "spellings of the header", run: headerSpellings, stores: likes, out: 1},
		{number: "F025", name: "60 kB of header", run: refusedForge(0, func(f *forge) { f.params += `,pad="` + strings.Repeat("x", 60_000) + `"` })},
		{number: "F025", name: "2,000 parameters", run: refusedForge(0, func(f *forge) {
			for i := range 2000 {
				f.params += fmt.Sprintf(`,p%d="x"`, i)
			}
		})},
		{number: "F028", name: "created and expires", run: createdExpires, out: 0},
		{number: "F029", name: "signatures that are none", run: badBase64},
	}
}

// refusedForge is a Like that would count, if it were not for one change. It
// is refused before or after its key was fetched (fetches).
func refusedForge(fetches int, change func(*forge)) func(*bench) {
	return func(b *bench) {
		a, like := b.likeable()
		f := b.forge(a, like)
		change(f)
		b.want(401, b.send(f.cavage()), "the forged Like")
		equal(b, fetches, len(b.w.Wire.Requests(a.Server.Host)), "fetches of the key")
	}
}

// likeable is a stranger and a Like of a constat of ours that would count.
func (b *bench) likeable() (*Actor, map[string]any) {
	b.t.Helper()
	a := b.actor("evil")
	id := b.constat()
	return a, activity(a, "Like", "likes/1", id)
}

// again is a Like by the same actor of another constat.
func (b *bench) again(a *Actor, n int, object string) map[string]any {
	return activity(a, "Like", fmt.Sprintf("likes/again/%d", n), object)
}

func (b *bench) likeCount() int { return b.count("interactions", "kind = 'like'") }

func unsigned(b *bench) {
	a, like := b.likeable()
	r := a.Request(b.inbox(), like)
	r.Header.Del("Signature")
	b.want(401, b.send(r), "an unsigned Like")
	create := a.Request(b.inbox(), activity(a, "Create", "creates/1", note(a, "notes/1", "inReplyTo", like["object"])))
	create.Header.Del("Signature")
	b.want(401, b.send(create), "an unsigned Create")
}

func changedBody(b *bench) {
	a, like := b.likeable()
	r := a.Request(b.inbox(), like)
	body := Body(b.t, like)
	changed := bytes.Replace(body, []byte("likes/1"), []byte("likes/2"), 1)
	r.Body = io.NopCloser(bytes.NewReader(changed))
	b.want(401, b.send(r), "another body under the same Digest")
}

func digestSpellings(b *bench) {
	a, like := b.likeable()
	sum256, sum512 := sha256.Sum256(Body(b.t, like)), sha512.Sum512(Body(b.t, like))
	s256, s512 := base64.StdEncoding.EncodeToString(sum256[:]), base64.StdEncoding.EncodeToString(sum512[:])
	for _, digest := range []string{"sha-256=" + s256, "SHA-512=" + s512 + ",SHA-256=" + s256} {
		f := b.forge(a, like)
		f.header.Set("Digest", digest)
		b.want(202, b.send(f.cavage()), "Digest: %s", digest)
	}
	equal(b, 1, b.likeCount(), "likes")
}

func oldDate(b *bench) {
	a, like := b.likeable()
	for _, age := range []time.Duration{61 * time.Minute, 13 * time.Hour, 10 * 365 * 24 * time.Hour} {
		f := b.forge(a, like)
		f.header.Set("Date", b.date(-age))
		b.want(401, b.send(f.cavage()), "a Date %s old", age)
	}
	equal(b, 0, b.likeCount(), "likes")
	f := b.forge(a, like)
	f.header.Set("Date", b.date(-59*time.Minute))
	b.want(202, b.send(f.cavage()), "a Date 59 minutes old")
	equal(b, 1, b.likeCount(), "likes")
}

// otherInbox: the path is part of what is signed.
func otherInbox(b *bench) {
	a, like := b.likeable()
	f := b.forge(a, like)
	f.path = "/actors/organisation/inbox"
	b.want(202, b.send(f.cavage()), "the delivery")
	equal(b, 1, b.likeCount(), "likes")
	f = b.forge(a, b.again(a, 2, b.organisation()))
	f.signedPath, f.path = "/actors/organisation/inbox", "/actors/water/inbox"
	b.want(401, b.send(f.cavage()), "the delivery at another inbox")
}

// otherHost: the signed host is compared with the settings.
func otherHost(b *bench) {
	a, like := b.likeable()
	f := b.forge(a, like)
	f.host = "good.example"
	b.want(421, b.send(f.cavage()), "Host: good.example, signed")
	f = b.forge(a, like)
	f.values["host"] = "good.example"
	if got := b.send(f.cavage()); got != 401 {
		b.t.Errorf("good.example signed, ours sent: answered %d, want 401", got)
	}
}

func repetition(b *bench) {
	a, like := b.likeable()
	first := b.forge(a, like)
	b.want(202, b.send(first.cavage()), "the Like")
	before := sums(b.t, b.in.Store)
	b.w.Clock.Advance(30 * time.Second)
	b.want(202, b.send(first.request()), "the same request again")
	for table, sum := range sums(b.t, b.in.Store) {
		if sum != before[table] && table != "hosts" {
			b.t.Errorf("the repetition changed %s", table)
		}
	}
	equal(b, 1, b.likeCount(), "likes")
}

// followReplayed: what was undone stays undone while the signature is valid.
func followReplayed(b *bench) {
	a := b.actor("evil")
	f := b.forge(a, activity(a, "Follow", "follows/1", b.measure()))
	b.want(202, b.send(f.cavage()), "the Follow")
	equal(b, 1, b.count("followers", ""), "followers")
	b.w.Clock.Advance(10 * time.Second)
	undo := activity(a, "Undo", "follows/1/undo", map[string]any{"id": a.Server.Base + "/follows/1", "type": "Follow", "actor": a.ID, "object": b.measure()})
	b.want(202, b.post(a, undo), "its Undo")
	equal(b, 0, b.count("followers", ""), "followers after the Undo")
	b.w.Clock.Advance(20 * time.Minute)
	b.want(202, b.send(f.request()), "the first Follow again")
	equal(b, 0, b.count("followers", ""), "followers after the repetition")
}

// hmacSigned: the algorithm comes from the key, never from the header.
func hmacSigned(b *bench) {
	a, like := b.likeable()
	f := b.forge(a, like)
	f.params = strings.Replace(f.params, "rsa-sha256", "hmac-sha256", 1)
	r := f.cavage()
	mac := hmac.New(sha256.New, []byte(PEM(b.t, &a.Key.PublicKey)))
	for i, name := range strings.Fields(f.covered) {
		if i > 0 {
			mac.Write([]byte("\n"))
		}
		mac.Write([]byte(name + ": " + f.value(name)))
	}
	r.Header.Set("Signature", f.params+`,signature="`+base64.StdEncoding.EncodeToString(mac.Sum(nil))+`"`)
	b.want(401, b.send(r), "a MAC with the public key")
}

// headerSpellings: what servers of others really send.
func headerSpellings(b *bench) {
	a, like := b.likeable()
	spaced := b.forge(a, like)
	spaced.params = strings.ReplaceAll(spaced.params, `",`, `", `)
	b.want(202, b.send(spaced.cavage()), "a space after each comma")

	turned := b.forge(a, like)
	turned.params = `headers="` + turned.covered + `",algorithm="rsa-sha256",keyId="` + a.KeyID + `"`
	b.want(202, b.send(turned.cavage()), "another order")

	created := b.forge(a, like)
	created.cover("(request-target) host (created) digest")
	created.params = strings.Replace(created.params, "rsa-sha256", "hs2019", 1) + ",created=" + b.unix(0)
	created.values["(created)"] = b.unix(0)
	b.want(202, b.send(created.cavage()), "an unquoted created")
	equal(b, 1, b.likeCount(), "likes")
}

func createdExpires(b *bench) {
	a, like := b.likeable()
	type test struct{ name, value string }
	for _, t := range []test{{"created", "0"}, {"created", "-5"}, {"created", "soon"}, {"created", "1"}, {"created", b.unix(6 * time.Minute)}, {"created", ""},
		{"expires", b.unix(-time.Second)}, {"expires", b.unix(25 * time.Hour)}, {"expires", ""}} {
		f := b.forge(a, like)
		f.cover("(request-target) host (" + t.name + ") digest")
		if t.value != "" {
			f.params += "," + t.name + `="` + t.value + `"`
			f.values["("+t.name+")"] = t.value
		}
		b.want(401, b.send(f.cavage()), "%s = %q", t.name, t.value)
	}
}

func badBase64(b *bench) {
	a, like := b.likeable()
	for name, signature := range map[string]func(string) string{
		"empty":             func(string) string { return "" },
		"not base64":        func(string) string { return "!!!!" },
		"1 MB":              func(string) string { return strings.Repeat("QUJD", 1<<18-2000) },
		"url-safe alphabet": func(s string) string { return "_-" + strings.NewReplacer("+", "-", "/", "_").Replace(s)[2:] },
	} {
		f := b.forge(a, like)
		f.signature = signature
		b.want(401, b.send(f.cavage()), "a signature that is %s", name)
	}
}
