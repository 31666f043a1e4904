package web_test

import (
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/instance"
	"embraye/internal/storetest"
)

// What this process changes shows on the next request; what a command or
// another replica changes, within a second.
func TestPagesAreFresh(t *testing.T) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			w := fedtest.New(t, fedtest.Config{Kind: kind}, "ours.example")
			s := &site{w, w.Instances[0], t}
			shows := func(title string) bool {
				t.Helper()
				return strings.Contains(s.get("/@mesure2", browser).Body.String(), title)
			}
			shows("nothing yet, but the page is kept")
			s.publish("Dit par ce processus")
			if !shows("Dit par ce processus") {
				t.Error("a change of this process does not show on the next request")
			}
			o := s.App.Options
			o.Store, o.Notify = storetest.OpenURL(t, s.URL, s.Clock.Now), nil
			other, err := instance.Join(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := other.Constats.Publish(t.Context(), embraye.Operator(), sampleInput("Dit par un autre processus")); err != nil {
				t.Fatal(err)
			}
			s.Clock.Advance(time.Second)
			if !shows("Dit par un autre processus") {
				t.Error("a change of another process does not show after a second")
			}
		})
	}
}
