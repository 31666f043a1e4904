package httpsig

import (
	"fmt"
	"strings"
	"testing"
)

// TestPeersCavage: the forms that other servers send, as their source makes them.
func TestPeersCavage(t *testing.T) {
	bare := "https://evil.example/users/mal"
	agent := func(f *forge) { f.header.Set("User-Agent", "peer/1.0 (+https://evil.example/)") }
	tests := []struct {
		name, keyID string
		f           *forge
		edit        func(*forge)
	}{
		{"Mastodon POST", bare + "#main-key", newForge(), func(f *forge) {
			f.covered = "host date digest content-type (request-target)"
		}},
		{"Mastodon 4.7 POST", bare + "#main-key", newForge(), func(f *forge) {
			f.covered = "host date content-type digest (request-target)"
		}},
		{"Mastodon GET", bare + "#main-key", newFetch("/constats/1"), func(f *forge) {
			f.covered = "host date accept (request-target)"
			f.header.Set("Accept", `application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"`)
		}},
		{"GoToSocial POST", bare + "/main-key", newForge(), func(f *forge) { f.algorithm = "hs2019" }},
		{"GoToSocial GET", bare + "/main-key", newFetch("/constats/1"), func(f *forge) { f.algorithm = "hs2019" }},
		{"PeerTube POST", bare, newForge(), func(f *forge) { f.covered = "(request-target) host date digest" }},
		{"PeerTube GET without query", bare, newFetch("/actors/m2/outbox?page=1"), func(f *forge) {
			f.signedTarget = "/actors/m2/outbox"
		}},
		{"Fedify POST, every header", bare + "#main-key", newForge(), func(f *forge) {
			agent(f)
			f.header.Set("Accept", "*/*")
			f.header.Set("Content-Length", fmt.Sprint(len(follow)))
			f.covered = "(request-target) accept content-length content-type date digest host user-agent"
		}},
		{"Fedify GET, every header, query left out", bare + "#main-key", newFetch("/actors/m2/outbox?page=1"), func(f *forge) {
			agent(f)
			f.header.Set("Accept", "application/activity+json")
			f.covered, f.signedTarget = "(request-target) accept date host user-agent", "/actors/m2/outbox"
		}},
		{"Misskey POST", bare + "#main-key", newForge(), func(f *forge) { f.covered = "(request-target) date host digest" }},
		{"Pleroma POST", bare + "#main-key", newForge(), func(f *forge) {
			f.covered = "(request-target) content-length date digest host"
			f.header.Set("Content-Length", fmt.Sprint(len(follow)))
		}},
		{"Friendica POST", bare + "#main-key", newForge(), func(f *forge) {
			f.covered = "(request-target) date digest host content-type"
		}},
		{"BookWyrm POST", bare + "/#main-key", newForge(), func(f *forge) { f.covered = "(request-target) host date digest" }},
		{"Lemmy POST", bare + "#main-key", newForge(), func(f *forge) {
			f.covered, f.algorithm = "(request-target) content-type date digest host", "hs2019"
		}},
		{"WordPress fallback POST", bare + "?author=1#main-key", newForge(), func(f *forge) {
			f.covered = "(request-target) host date digest"
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.edit(tt.f)
			rc := tt.f.sign()
			rc.r.Header.Set("Signature", strings.Replace(rc.r.Header.Get("Signature"), malKeyID, tt.keyID, 1))
			if s := wantValid(t, rc); s.KeyID != tt.keyID {
				t.Errorf("key id is %q, want %q", s.KeyID, tt.keyID)
			}
		})
	}
}

func TestPeers9421(t *testing.T) {
	tests := []struct {
		name string
		edit func(*forge9421)
	}{
		{"Mastodon 4.7", func(f *forge9421) { f.components = []string{"@method", "@target-uri", "content-digest"} }},
		{"Fedify", func(f *forge9421) {
			f.components = []string{"@method", "@target-uri", "@authority", "host", "date", "content-digest"}
			f.params = fmt.Sprintf(`;alg="rsa-v1_5-sha256";keyid="%s";created=%d`, malKeyID, now.Unix())
		}},
		{"WordPress", func(f *forge9421) {
			f.label = "wp"
			f.components = []string{"@method", "@target-uri", "@authority", "content-digest"}
			f.params += `;alg="rsa-v1_5-sha256"`
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newForge9421()
			tt.edit(f)
			wantValid(t, f.sign())
		})
	}
}
