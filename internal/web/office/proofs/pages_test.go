package proofs_test

import (
	"testing"

	"embraye/internal/web/office/officetest"
	"embraye/internal/web/office/proofs"
)

func TestPagesAreWhole(t *testing.T) { officetest.Check(t, proofs.Wing(), proofs.Samples()) }
