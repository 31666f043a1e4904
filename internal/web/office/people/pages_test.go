package people_test

import (
	"testing"

	"embraye/internal/web/office/officetest"
	"embraye/internal/web/office/people"
)

// The pages of those who are not signed in, and the others.
func TestPagesAreWhole(t *testing.T) {
	officetest.Check(t, people.Wing(), people.Samples(), "link", "setup", "login", "step", "invite", "reset_ask", "reset")
}
