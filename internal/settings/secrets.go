package settings

import (
	"fmt"
	"slices"
	"strings"
)

// fileSuffix makes the name of the setting that names a file with a secret.
const fileSuffix = "_FILE"

// secrets are the settings with a password inside. Each may be given by a file
// of its own, so that it stands in no environment, which other programs of the
// same user can read, and in no unit: EMBRAYE_SMTP_URL_FILE.
func secrets() []string { return []string{databaseKey, smtpKey, s3Key, spnKey} }

// shown keeps passwords out of messages.
func shown(key, value string) string {
	if slices.Contains(secrets(), key) {
		return "…"
	}
	return value
}

// readSecrets puts what the named files hold in the place of the settings.
func readSecrets(values map[string]string) (wrong Mistakes) {
	for _, key := range secrets() {
		path := strings.TrimSpace(values[key+fileSuffix])
		if path == "" {
			continue
		}
		if strings.TrimSpace(values[key]) != "" {
			wrong = append(wrong, fmt.Sprintf("%s and %s are both set: keep one of them", key, key+fileSuffix))
			continue
		}
		text, err := readSecret(path)
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("%s=%s: %v", key+fileSuffix, path, err))
			continue
		}
		values[key] = text
	}
	return wrong
}

// readSecret reads a file of one line. Editors and `echo` end it with a newline,
// which is no part of the secret.
func readSecret(path string) (string, error) {
	data, err := ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("it cannot be read: %w", err)
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	switch {
	case strings.TrimSpace(text) == "":
		return "", fmt.Errorf("the file is empty")
	case strings.Contains(text, "\n"):
		return "", fmt.Errorf("the file has more than one line: it should hold the value alone")
	}
	return text, nil
}

// readBefore is for the settings that readSecrets has read.
func readBefore(*Settings, string) error { return nil }
