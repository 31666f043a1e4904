package organisation

import (
	"slices"
	"testing"

	"embraye/internal/check"
)

// everyFinding is what a page may have to tell: every matter in every state that
// its look knows.
func everyFinding() (list []check.Finding) {
	states := map[string][]check.State{
		"settings": {check.OK, check.Warning}, "peers": {check.OK, check.Warning}, "mail": {check.Skipped},
		"get": {check.OK, check.Error}, "webfinger": {check.OK, check.Error}, "post": {check.OK, check.Error},
		"proxy": {check.OK, check.Warning, check.Error, check.Skipped},
	}
	for _, code := range []string{"database", "disk", "evidence", "secret", "clock", "backup", "deliveries", "dns", "tls"} {
		states[code] = []check.State{check.OK, check.Warning, check.Error}
	}
	for code, each := range states {
		for _, s := range each {
			list = append(list, check.Finding{Code: code, State: s, Sentence: "exactly <this>", Remedy: "do that"})
		}
	}
	return list
}

// What is worst stands first, and what asks for something is counted.
func TestFindingsBeginWithTheWorst(t *testing.T) {
	list := everyFinding()
	table := arranged(list)
	if len(table.List) != len(list) || table.List[0].State != check.Error || table.List[len(list)-1].State != check.Skipped {
		t.Errorf("%+v", table.List)
	}
	wants := slices.IndexFunc(table.List, func(f check.Finding) bool { return !table.Wants(f) })
	if table.Wrong != wants || wants != check.Count(list, check.Error)+check.Count(list, check.Warning) {
		t.Errorf("%d ask for something, %d come first", table.Wrong, wants)
	}
}
