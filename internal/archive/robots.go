package archive

import (
	"bufio"
	"io"
	"strings"
)

const robotsName = "embraye"

// maxRobots is how many bytes of a robots.txt are read: what RFC 9309 asks at the
// least.
const maxRobots = 512 << 10

// RobotsForbid reports whether a robots.txt names us and does not want us at a
// path (RFC 9309: the longest rule that fits wins, and allowing wins a tie).
// What it says to everybody is about crawlers: we come for one page that a person
// has named.
func RobotsForbid(robots io.Reader, path string) bool {
	ours, inGroup, longest, forbidden := false, false, -1, false
	lines := bufio.NewScanner(io.LimitReader(robots, maxRobots))
	lines.Buffer(nil, maxRobots+1) // it may be one line
	for lines.Scan() {
		text, _, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "\ufeff"), "#")
		key, value, ok := strings.Cut(text, ":")
		if !ok {
			continue
		}
		key, value = strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)
		switch key {
		case "user-agent":
			if !inGroup {
				ours = false
			}
			inGroup = true
			ours = ours || strings.EqualFold(value, robotsName)
		case "allow", "disallow":
			inGroup = false
			if ours && value != "" && fits(value, path) && (len(value) > longest || len(value) == longest && key == "allow") {
				longest, forbidden = len(value), key == "disallow"
			}
		}
	}
	return forbidden
}

// fits matches a path with a rule: * is anything, $ the end.
func fits(rule, path string) bool {
	rule, whole := strings.CutSuffix(rule, "$")
	parts := strings.Split(rule, "*")
	rest, ok := strings.CutPrefix(path, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1:] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return !whole || rest == "" || len(parts) > 1 && strings.HasSuffix(path, parts[len(parts)-1])
}
