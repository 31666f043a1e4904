package reviews_test

import (
	"testing"

	"embraye/internal/web/office/officetest"
	"embraye/internal/web/office/reviews"
)

func TestPagesAreWhole(t *testing.T) { officetest.Check(t, reviews.Wing(), reviews.Samples()) }
