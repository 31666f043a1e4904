package web_test

import (
	"net/http"
	"testing"

	"embraye/internal/fedtest"
	"embraye/internal/storetest"
)

// Every address answers the same on both databases.
func TestEveryAddressOnBothDatabases(t *testing.T) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			w := fedtest.New(t, fedtest.Config{Kind: kind}, "ours.example")
			s := &site{w, w.Instances[0], t}
			id, constat := s.publish("Un appel à communs est ouvert")
			withdrawn, gone := s.publish("Un constat de trop")
			s.revise(id)
			s.withdraw(withdrawn)
			for path, want := range map[string]int{
				"/": 200, "/@mesure2": 200, "/@organisation": 200, "/@fonds": 404, constat: 200, gone: 410,
				constat + "/versions/2": 200, gone + "/versions/1": 410, constat + "/versions/9": 404,
				constat + "/replies": 200, constat + "/replies?page=1": 200, constat + "/fil": 200, constat + "/fil?page=1": 200, constat + "/likes": 200, constat + "/shares": 200,
				pinnedPath(t, s): 200, "/actors/mesure2/outbox": 200, "/actors/mesure2/outbox?page=true": 200,
				"/actors/mesure2/followers": 200, "/actors/organisation/following": 200, "/actors/mesure2/featured": 200,
				"/actors/organisation/measures": 200, "/actors/mesure2/measures": 404, "/actors/organisation/collections/mesures": 200, "/actors/organisation/collections": 200, "/actors/mesure2/collections/qui-suit": 200, "/actors/mesure2/icon.png": 200,
				s.activities(id)["Create"]: 200, s.activities(withdrawn)["Create"]: 410, "/citations/" + id: 404,
				finger("acct:mesure2@ours.example"): 200, "/nodeinfo/2.1": 200, "/livez": 200, "/readyz": 200,
			} {
				for _, accept := range []string{activity, browser} {
					if path == s.activities(id)["Create"] && accept == browser {
						continue // sent to the constat: TestFacesOfAddresses
					}
					if w := s.get(path, accept); w.Code != want {
						t.Errorf("%s as %s: %d, want %d: %s", path, accept, w.Code, want, http.StatusText(w.Code))
					}
				}
			}
		})
	}
}
