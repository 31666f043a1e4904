package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

// W65: one structured line per event, escaped, cut at 2 kB a value; the stack
// of a panic stays whole.
func TestW65LogLines(t *testing.T) {
	hostile := "a\nlevel=ERROR msg=forged\x1b[31m" + strings.Repeat("é", 1<<19)
	for _, asJSON := range []bool{false, true} {
		var out bytes.Buffer
		log := (&Settings{LogJSON: asJSON}).Logger(&out)
		log.Warn(hostile, "agent", hostile, "err", errors.New(hostile), slog.Group("peer", "name", hostile), "stack", strings.Repeat("s", 5<<10))
		line := out.String()
		if strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") || strings.Contains(line, "\x1b") || len(line) > 16<<10 {
			t.Errorf("JSON %t: %d lines, %d bytes: %.200q", asJSON, strings.Count(line, "\n"), len(line), line)
		}
		if !strings.Contains(line, strings.Repeat("s", 5<<10)) {
			t.Errorf("JSON %t: the stack is cut", asJSON)
		}
		var event map[string]any
		if asJSON && json.Unmarshal(out.Bytes(), &event) != nil {
			t.Errorf("no JSON: %.200s", line)
		}
	}
}
