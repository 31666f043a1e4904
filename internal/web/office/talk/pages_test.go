package talk_test

import (
	"testing"

	"embraye/internal/web/office/officetest"
	"embraye/internal/web/office/talk"
)

func TestPagesAreWhole(t *testing.T) { officetest.Check(t, talk.Wing(), talk.Samples()) }
