// Package configs holds what an instance needs besides its settings: the
// reference text and the table of territories, as files that people can read
// and review, embedded in the program and read into the domain's types.
//
// What comes out of here is valid: a wrong file is refused with all its
// mistakes at once. embraye.env lists the settings; embraye.service and the
// proxy examples beside it are for operators and not embedded.
//
// Start reading at memoire-covid19.yaml, then reference.go.
package configs

import (
	_ "embed"
	"fmt"

	"embraye/internal/embraye"
)

//go:embed memoire-covid19.yaml
var memoire []byte

//go:embed territories.yaml
var territories []byte

// DefaultReference is the text that an instance follows unless another is
// given at the first start.
func DefaultReference() (*embraye.Reference, error) {
	r, err := ParseReference(memoire)
	if err != nil {
		return nil, fmt.Errorf("reading the embedded reference text: %w", err)
	}
	return r, nil
}

// Territories is the table of places.
func Territories() (*embraye.Territories, error) {
	var file struct {
		Edition     string              `json:"edition"`
		Territories []embraye.Territory `json:"territories"`
	}
	mistakes, err := decode(territories, &file)
	if err == nil && len(mistakes) > 0 {
		err = mistakes[0]
	}
	if err != nil {
		return nil, fmt.Errorf("reading the embedded territories: %w", err)
	}
	return embraye.NewTerritories(file.Edition, file.Territories)
}
