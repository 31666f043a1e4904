package backup

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"embraye/internal/store"
)

// decode turns a value of JSON into one of a column's kind. What is written
// (json.Encoder) says the same: bytes are base64, times RFC 3339 in UTC.
func decode(v any, kind store.ColumnKind) (any, error) {
	text, isText := v.(string)
	number, isNumber := v.(json.Number)
	_, isBool := v.(bool)
	switch {
	case v == nil:
		return nil, nil
	case kind == store.TextColumn && isText, kind == store.BooleanColumn && isBool:
		return v, nil
	case kind == store.IntegerColumn && isNumber:
		return number.Int64()
	case kind == store.TimeColumn && isText:
		at, err := time.Parse(time.RFC3339Nano, text)
		return at.UTC(), err
	case kind == store.BytesColumn && isText:
		return base64.StdEncoding.DecodeString(text)
	}
	return nil, fmt.Errorf("%.80v is no value of the kind %s", v, kind)
}
