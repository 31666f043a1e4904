package settings

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// maxLogged bounds what one value adds to a line of the log: errors may repeat
// what a stranger sent (W65). Stacks are ours and stay whole.
const (
	maxLogged = 2 << 10
	stackKey  = "stack"
)

// Logger writes as the settings say.
func (s *Settings) Logger(w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: s.LogLevel, ReplaceAttr: boundAttr}
	if s.LogJSON {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// boundAttr cuts long values; the handlers escape what is left.
func boundAttr(_ []string, a slog.Attr) slog.Attr {
	if a.Key == stackKey {
		return a
	}
	switch a.Value.Kind() {
	case slog.KindString:
		if s := a.Value.String(); len(s) > maxLogged {
			a.Value = slog.StringValue(cutLogged(s))
		}
	case slog.KindAny:
		if s := fmt.Sprint(a.Value.Any()); len(s) > maxLogged {
			a.Value = slog.StringValue(cutLogged(s))
		}
	}
	return a
}

// cutLogged keeps the beginning, and no half of a character.
func cutLogged(s string) string {
	return strings.ToValidUTF8(s[:maxLogged], "") + "…"
}
