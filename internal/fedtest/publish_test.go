package fedtest

import (
	"fmt"
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/storetest"
)

// Each statement is a journey to PostgreSQL, which the editor waits for: nothing
// is asked twice by one publication.
func TestAPublicationAsksNothingTwice(t *testing.T) {
	ear := &storetest.Ear{}
	in := New(t, Config{Kind: storetest.SQLite, Listen: ear.Listen}, "nous.example").Instances[0]
	for n := range 2 { // the first one opens the keys
		ear.Heard()
		input := sample()
		input.Title = fmt.Sprintf("Constat %d", n)
		if _, err := in.Constats.Publish(t.Context(), embraye.Operator(), input); err != nil {
			t.Fatal(err)
		}
	}
	times := map[string]int{}
	for _, st := range ear.Heard() {
		if strings.HasPrefix(st.Query, "SELECT") && !strings.Contains(st.Query, "domain_blocks") { // each of both activities may meet a new block
			times[fmt.Sprint(st.Query, st.Args)]++
		}
		if strings.Contains(st.Query, "actor_keys") {
			t.Errorf("a key is read again: %s", st.Query)
		}
	}
	for query, n := range times {
		if n > 1 {
			t.Errorf("%d times: %s", n, query)
		}
	}
	if len(times) == 0 {
		t.Error("nothing was heard")
	}
}
