package store

import (
	"fmt"
	"strings"
)

// records reads one JSON value, a list of lists, as rows with the given columns
// ("id bigint, error text"): so a batch of any size is one statement with one
// parameter, on both databases.
func (t table) records(columns string) string {
	fields := strings.Split(columns, ", ")
	for i, field := range fields {
		name, kind, _ := strings.Cut(field, " ")
		if t.s.postgres {
			fields[i] = fmt.Sprintf("CAST(item ->> %d AS %s) AS %s", i, kind, name)
		} else {
			fields[i] = fmt.Sprintf("value ->> %d AS %s", i, name)
		}
	}
	source := "json_each(?)"
	if t.s.postgres {
		source = "jsonb_array_elements(CAST(? AS jsonb)) AS item"
	}
	return "(SELECT " + strings.Join(fields, ", ") + " FROM " + source + ")"
}
