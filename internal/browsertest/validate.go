package browsertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// validateConfig is the recommended set of rules without three: white space is
// a matter of taste in what a template writes, titles are as long as editors
// make them, and our forms send lists under one name.
const validateConfig = `{"root": true, "extends": ["html-validate:recommended"],
"rules": {"no-trailing-whitespace": "off", "long-title": "off", "form-dup-name": "off"}}`

// A Validator collects the source of pages and has html-validate read all of
// them in one go.
type Validator struct {
	program, folder string
	names           map[string]string // file: page
}

// NewValidator finds html-validate.
func NewValidator(t testing.TB) *Validator {
	t.Helper()
	return &Validator{program: variable(t, "html", "EMBRAYE_TEST_HTML", "html-validate"), folder: t.TempDir(), names: map[string]string{}}
}

// Add keeps the source of a page.
func (v *Validator) Add(t testing.TB, name string, source []byte) {
	t.Helper()
	file := filepath.Join(v.folder, fmt.Sprintf("%04d.html", len(v.names)))
	check(t, os.WriteFile(file, source, 0o600))
	v.names[file] = name
}

// Check fails the test for every error in the pages.
func (v *Validator) Check(t testing.TB) {
	t.Helper()
	config := filepath.Join(v.folder, "config.json")
	check(t, os.WriteFile(config, []byte(validateConfig), 0o600))
	result := filepath.Join(t.TempDir(), "result.json") // a pipe would be cut when the program ends
	output, err := exec.CommandContext(t.Context(), v.program, "--config", config, "--formatter", "json="+result, v.folder).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) { // 1: there are errors
		t.Fatalf("html-validate: %v\n%s", err, output)
	}
	list, err := os.ReadFile(result)
	check(t, err)
	var report []struct {
		FilePath string
		Messages []struct {
			RuleID, Message, Selector string
			Line, Column              int
		}
	}
	check(t, json.Unmarshal(list, &report))
	for _, page := range report {
		for _, m := range page.Messages {
			t.Errorf("%s:%d:%d: %s: %s (%s)", v.names[page.FilePath], m.Line, m.Column, m.RuleID, m.Message, m.Selector)
		}
	}
}
