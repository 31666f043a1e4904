// Command summary reads the events of `go test -json`, shows what failed or was
// skipped, and fails if anything did: a skipped test proves nothing.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// event is one line of `go test -json`, as `go doc test2json` describes it.
type event struct {
	Action     string
	Package    string
	ImportPath string // of build output
	Test       string
	Elapsed    float64 // seconds
	Output     string
}

type summary struct {
	out             io.Writer
	output          map[string][]string // by package and test, until they end
	passed, failed  int
	skipped, broken []string
}

func main() {
	s := &summary{out: os.Stdout, output: map[string][]string{}}
	if err := s.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "summary:", err)
		os.Exit(1)
	}
	os.Exit(s.finish())
}

func (s *summary) read(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fmt.Fprintln(s.out, lines.Text()) // what the go command says besides
			continue
		}
		s.take(e)
	}
	return lines.Err()
}

func (s *summary) take(e event) {
	key := e.Package + e.ImportPath + " " + e.Test
	switch e.Action {
	case "output", "build-output":
		s.output[key] = append(s.output[key], e.Output)
		return
	case "pass":
		if e.Test != "" {
			s.passed++
		} else {
			fmt.Fprintf(s.out, "ok    %s (%.1f s)\n", e.Package, e.Elapsed)
		}
	case "skip":
		if e.Test != "" { // a package without tests is no skip
			s.skipped = append(s.skipped, e.Package+" "+e.Test)
			s.show("SKIP", key)
		}
	case "fail", "build-fail":
		if e.Test != "" {
			s.failed++
		} else {
			s.broken = append(s.broken, e.Package+e.ImportPath)
		}
		s.show("FAIL", key)
	default:
		return
	}
	delete(s.output, key)
}

func (s *summary) show(word, key string) {
	fmt.Fprintf(s.out, "%s  %s\n", word, key)
	for _, line := range s.output[key] {
		fmt.Fprint(s.out, "      ", line)
		if !strings.HasSuffix(line, "\n") {
			fmt.Fprintln(s.out)
		}
	}
}

// finish prints the counts as the last line. A package that does not build, or
// that ends outside a test, counts as a failure of its own.
func (s *summary) finish() int {
	if s.failed == 0 {
		s.failed = len(s.broken)
	}
	for _, name := range s.skipped {
		fmt.Fprintln(s.out, "skipped:", name)
	}
	if len(s.skipped) > 0 {
		fmt.Fprintf(s.out, "%d skipped, which counts as failed\n", len(s.skipped))
		s.failed += len(s.skipped)
	}
	fmt.Fprintf(s.out, "%d passed, %d failed\n", s.passed, s.failed)
	if s.failed > 0 || s.passed == 0 {
		return 1
	}
	return 0
}
