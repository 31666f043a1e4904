package peers_test

import (
	"testing"

	"embraye/internal/web/office/officetest"
	"embraye/internal/web/office/peers"
)

func TestPagesAreWhole(t *testing.T) { officetest.Check(t, peers.Wing(), peers.Samples()) }
