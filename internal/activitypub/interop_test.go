package activitypub

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"embraye/internal/embraye"
)

// The tests of the interop files are named after the numbered rules that they hold:
// Interop for a decision of section 0 of the study of other servers, TopA
// (Mastodon, GoToSocial, Fedify) and TopB (PeerTube, Misskey, Pleroma, Lemmy…)
// for its two lists of what does most damage.

func emittedDoc(t *testing.T, name string) map[string]any {
	t.Helper()
	doc, ok := emitted(t)[name]
	if !ok {
		t.Fatalf("nothing emitted is called %s", name)
	}
	return decode(t, doc)
}

// want compares one property of a document.
func want(t *testing.T, doc map[string]any, property string, value any) {
	t.Helper()
	if diff := cmp.Diff(value, doc[property]); diff != "" {
		t.Errorf("%v %s: %s", doc["type"], property, diff)
	}
}

func list(values ...any) []any { return append([]any{}, values...) }

const public = "https://www.w3.org/ns/activitystreams#Public"

func TestInterop01_OrganisationIsAPerson(t *testing.T) {
	org := emittedDoc(t, "actor-organisation")
	want(t, org, "type", "Person")
	want(t, org, "embraye:measures", ourOrg+"/measures")
	want(t, org, "url", "https://us.example/@organisation")
}

func TestInterop02_TopB01_MeasureIsAGroupOwnedByAPerson(t *testing.T) {
	measure := emittedDoc(t, "actor-measure")
	want(t, measure, "type", "Group")
	want(t, measure, "attributedTo", list(map[string]any{"type": "Person", "id": ourOrg}))
	want(t, measure, "embraye:measure", "https://w3id.org/embraye/ref/essai/2020-04-29/m2")
	if _, has := measure["postingRestrictedToMods"]; has {
		t.Error("postingRestrictedToMods makes posts unanswerable on Friendica (B 25)")
	}
	first, _, _ := strings.Cut(measure["summary"].(string), "</p>")
	if !strings.Contains(first, "ne reçoit pas de publications") {
		t.Errorf("the summary does not say first that the account takes no posts: %s", first)
	}
	if len(measure["summary"].(string)) > 1000 {
		t.Error("PeerTube cuts the summary")
	}
}

func TestInterop04_InstanceIsAnApplication(t *testing.T) {
	instance := emittedDoc(t, "actor-instance")
	want(t, instance, "type", "Application")
	want(t, instance, "url", "https://us.example/")
}

// TopA 11 (lists and raster icons) and TopB 18 (SPKI, handles).
func TestInterop05_TopA11_TopB18_Profiles(t *testing.T) {
	for _, name := range []string{"actor-organisation", "actor-measure", "actor-instance"} {
		doc := emittedDoc(t, name)
		want(t, doc, "discoverable", true)
		want(t, doc, "indexable", true)
		want(t, doc, "manuallyApprovesFollowers", false)
		want(t, doc, "attributionDomains", list("us.example"))
		if _, isList := doc["attachment"].([]any); !isList {
			t.Errorf("%s: attachment is %T", name, doc["attachment"])
		}
		if icon := doc["icon"].(map[string]any); icon["mediaType"] != "image/png" || icon["type"] != "Image" {
			t.Errorf("%s: icon %v", name, icon)
		}
		id := doc["id"].(string)
		want(t, doc, "publicKey", map[string]any{"id": id + "#main-key", "owner": id, "publicKeyPem": testPEM})
		want(t, doc, "endpoints", map[string]any{"sharedInbox": "https://us.example/inbox"})
		if !regexp.MustCompile(`^[a-z0-9_]+$`).MatchString(doc["preferredUsername"].(string)) {
			t.Errorf("%s: handle %v", name, doc["preferredUsername"])
		}
		for _, absent := range []string{"suspended", "memorial"} {
			if _, has := doc[absent]; has {
				t.Errorf("%s carries %s", name, absent)
			}
		}
	}
	if _, err := testWire(t).Actor(measureActor, embraye.ActorKey{PublicPEM: "-----BEGIN RSA PUBLIC KEY-----\nMIIB\n-----END RSA PUBLIC KEY-----\n"}, orgActor); err == nil {
		t.Error("a PKCS#1 key is written, which PeerTube cannot read")
	}
}

// A profile link is the only form that Mastodon verifies.
func TestInterop05_ProfileLinks(t *testing.T) {
	org := emittedDoc(t, "actor-organisation")
	attachment := org["attachment"].([]any)
	last := attachment[len(attachment)-1].(map[string]any)
	want(t, last, "value", `<a href="https://association.example/" rel="me nofollow noopener noreferrer">https://association.example/</a>`)
	a := orgActor
	a.Links = []embraye.ActorLink{{Name: "x", Href: `javascript:alert("1")`}}
	doc := decode(t, must(t)(testWire(t).Actor(a, testKey, a)))
	attachment = doc["attachment"].([]any)
	want(t, attachment[len(attachment)-1].(map[string]any), "value", "javascript:alert(&#34;1&#34;)")
}
