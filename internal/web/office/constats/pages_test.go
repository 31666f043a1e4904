package constats_test

import (
	"testing"

	"embraye/internal/web/office/constats"
	"embraye/internal/web/office/officetest"
)

func TestPagesAreWhole(t *testing.T) { officetest.Check(t, constats.Wing(), constats.Samples()) }
