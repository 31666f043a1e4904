package organisation_test

import (
	"testing"

	"embraye/internal/web/office/officetest"
	"embraye/internal/web/office/organisation"
)

func TestPagesAreWhole(t *testing.T) {
	officetest.Check(t, organisation.Wing(), organisation.Samples())
}
