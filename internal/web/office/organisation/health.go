package organisation

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"embraye/internal/check"
	"embraye/internal/web/office"
)

// sessionOutside is where a session keeps the last look from outside: the replica
// that shows it may be another.
const sessionOutside = "outside"

// A healthPage says how the instance is.
type healthPage struct {
	Inside  []check.Finding
	Outside *outsideLook // nil: not asked for since the sign-in
}

// outsideLook is what was found through the public names, and when.
type outsideLook struct {
	At       time.Time
	Findings []check.Finding
}

func health(v *office.Visit) error {
	page := &healthPage{Inside: v.Rooms.Health.Inside(v.Context())}
	if kept := v.Sessions().GetBytes(v.Context(), sessionOutside); kept != nil {
		if err := json.Unmarshal(kept, &page.Outside); err != nil {
			return fmt.Errorf("the look from outside that the session keeps: %w", err)
		}
	}
	return v.Show("health", "office.health", page)
}

// lookOutside asks other servers' questions once, which takes a while.
func lookOutside(v *office.Visit) error {
	list, looked := v.Rooms.Health.LookOutside(v.Context())
	if !looked {
		return v.Said("/office/health", "office.health.busy")
	}
	kept, err := json.Marshal(outsideLook{v.Now(), list})
	if err != nil {
		return err
	}
	v.Sessions().Put(v.Context(), sessionOutside, kept)
	return v.Said("/office/health", "office.health.looked")
}

// A findingsTable is a list of findings on a page, what is worst first.
type findingsTable struct {
	Page    *office.Page
	Caption string
	Wrong   int // how many ask for something to be done
	List    []check.Finding
}

func findings(p *office.Page, caption string, list []check.Finding) findingsTable {
	table := arranged(list)
	table.Page, table.Caption = p, p.T(caption)
	return table
}

// arranged counts the findings and puts them in order.
func arranged(list []check.Finding) findingsTable {
	worst := []check.State{check.Error, check.Warning, check.OK, check.Skipped}
	list = slices.SortedStableFunc(slices.Values(list), func(a, b check.Finding) int { return slices.Index(worst, a.State) - slices.Index(worst, b.State) })
	return findingsTable{Wrong: check.Count(list, check.Error) + check.Count(list, check.Warning), List: list}
}

// Wants tells whether something is to be done about a finding.
func (findingsTable) Wants(f check.Finding) bool {
	return f.State == check.Error || f.State == check.Warning
}

// Way is the mark beside a state's words.
func (findingsTable) Way(s check.State) string {
	return map[check.State]string{check.Error: "late", check.Warning: "wait", check.OK: "all"}[s]
}
