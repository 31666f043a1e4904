package site

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// weightsFile is measured by TestBudget on an instance of 300 constats in 18
// regions, and compared with what it measures each time.
//
//go:embed weights.json
var weightsFile []byte

// A pageWeight is what a page costs its reader.
type pageWeight struct {
	Path     string `json:"path"`
	Key      string `json:"key"`      // of its name in the catalogue
	Kilobyte int    `json:"kB"`       // uncompressed, with the stylesheet
	Requests int    `json:"requests"` // the page, its stylesheet
	Elements int    `json:"elements"`
}

func weights() ([]pageWeight, error) {
	var list []pageWeight
	if err := json.Unmarshal(weightsFile, &list); err != nil {
		return nil, fmt.Errorf("web: measured weights: %w", err)
	}
	return list, nil
}
