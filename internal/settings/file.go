package settings

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// configLine is one KEY=value of a settings file.
type configLine struct {
	number     int
	key, value string
}

// readConfigFile reads the lines that systemd's EnvironmentFile and Compose's
// env_file read too, so that one file serves all three. Lines that none of
// them would take are Mistakes.
func readConfigFile(name string) ([]configLine, Mistakes, error) {
	data, err := ReadFile(name)
	if err != nil {
		return nil, nil, Wrong(fmt.Errorf("reading the settings file: %w", err))
	}
	var lines []configLine
	var wrong Mistakes
	for i, line := range strings.Split(strings.TrimPrefix(string(data), "\ufeff"), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		key = strings.TrimSpace(key)
		if !ok || !validKey(key) {
			wrong = append(wrong, fmt.Sprintf("%s line %d: not of the form KEY=value", name, i+1))
			continue
		}
		value, err := unquote(strings.TrimSpace(value))
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("%s line %d: %s: %v", name, i+1, key, err))
			continue
		}
		lines = append(lines, configLine{number: i + 1, key: key, value: value})
	}
	return lines, wrong, nil
}

func validKey(key string) bool {
	return key != "" && strings.Trim(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// unquote takes one pair of quotes off. Within double quotes a backslash
// escapes, as in systemd and shells; within single quotes nothing does.
func unquote(v string) (string, error) {
	if v == "" || v[0] != '"' && v[0] != '\'' {
		if strings.HasSuffix(v, `\`) {
			return "", fmt.Errorf("a value must be on one line")
		}
		return v, nil
	}
	quote := v[0]
	var b strings.Builder
	for i := 1; i < len(v); i++ {
		switch c := v[i]; {
		case c == quote:
			if rest := strings.TrimSpace(v[i+1:]); rest != "" {
				return "", fmt.Errorf("%q after the closing quote", rest)
			}
			return b.String(), nil
		case c == '\\' && quote == '"' && i+1 < len(v) && strings.ContainsRune("\"\\$`", rune(v[i+1])):
			i++
			b.WriteByte(v[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", fmt.Errorf("the quote is never closed")
}

// maxFile is far more than a file of settings, a secret or a reference text has, in
// bytes. It keeps a wrong path, of a device say, from filling the memory.
const maxFile = 1 << 20

// ReadFile reads a file that a setting names.
func ReadFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() // only read
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, maxFile)
	}
	return data, err
}
