package office_test

import (
	"testing"
	"testing/fstest"

	"embraye/internal/web/office"
	"embraye/internal/web/office/officetest"
)

func TestPagesAreWhole(t *testing.T) {
	officetest.Check(t, office.Wing{Files: fstest.MapFS{}}, office.Samples())
}
