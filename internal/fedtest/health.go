package fedtest

import (
	"context"
	"time"

	"embraye/internal/check"
)

// Health is a doctor of an instance that has something to be told, and that is
// found by its name.
func Health() *check.Doctor {
	return &check.Doctor{
		Inside: func(context.Context) []check.Finding {
			return append(check.Settings(nil), check.Backup("", time.Hour, time.Now()), check.Deliveries(check.Queue{}, time.Now()))
		},
		Outside: func(context.Context) []check.Finding {
			return []check.Finding{{Code: "get", State: check.OK, Sentence: "other servers can fetch the instance"}}
		},
	}
}
