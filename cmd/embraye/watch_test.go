package main

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the dashboard and the rules ask for is what a started program tells, and
// each figure of ours is explained.
func TestFiguresWatchedAreTold(t *testing.T) {
	s := serveProcess(t, onDir(instanceDir(t), "EMBRAYE_METRICS_LISTEN=127.0.0.1:0")...)
	s.command(nil, "backup", filepath.Join(t.TempDir(), "x.tar.gz"))
	get(t, localhost(s.address), "http://localhost:8080/no/such/page")
	_, text := get(t, http.DefaultClient, "http://"+between(s.log.String(), "msg=metrics address=", "\n")+"/metrics")
	s.stop()

	told := map[string]bool{"up": true} // Prometheus' own
	explained := readFile(t, "../../configs/hosting/metrics.md")
	for _, m := range regexp.MustCompile(`(?m)^([a-z_]+)(\{.*\})? `).FindAllStringSubmatch(text, -1) {
		told[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE ((?:embraye|http)_[a-z_]+) `).FindAllStringSubmatch(text, -1) {
		if !regexp.MustCompile("(?m)^\\| `" + m[1] + "[{`]").MatchString(explained) {
			t.Errorf("%s is not explained in metrics.md", m[1])
		}
	}
	asked := 0
	for file, expressions := range map[string][]string{"grafana.json": dashboard(t), "alerts.yml": rules(t)} {
		for _, e := range expressions {
			for _, name := range metricsOf(e) {
				if asked++; !told[name] {
					t.Errorf("%s: %s is not told (%s)", file, name, e)
				}
			}
		}
	}
	if asked < 20 {
		t.Errorf("only %d figures are asked for", asked)
	}
	if want := `http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="404",http_route=""} 1`; !strings.Contains(text, want) {
		t.Errorf("no %s in\n%s", want, text)
	}
	if strings.Contains(text, "localhost") {
		t.Error("a figure names a server")
	}
}

// metricsOf are the names in an expression of PromQL that are no function, no
// word of the language and no label.
func metricsOf(expression string) (names []string) {
	e := regexp.MustCompile(`\{[^}]*\}|\[[^\]]*\]`).ReplaceAllString(expression, "")
	e = regexp.MustCompile(`\b(by|on|without|ignoring) \([^)]*\)`).ReplaceAllString(e, "")
	for _, m := range regexp.MustCompile(`([a-zA-Z_]\w*)( *\()?`).FindAllStringSubmatch(e, -1) {
		if word := m[1]; m[2] == "" && word != "and" && word != "unless" && word != "or" {
			names = append(names, word)
		}
	}
	return names
}

// dashboard are the expressions of its panels.
func dashboard(t *testing.T) (expressions []string) {
	t.Helper()
	var d struct {
		UID           string
		SchemaVersion int
		Inputs        []struct{ Name, PluginID string } `json:"__inputs"`
		Panels        []struct {
			ID      int
			Title   string
			Targets []struct {
				Expr       string
				Datasource struct{ UID string }
			}
		}
	}
	if err := json.Unmarshal([]byte(readFile(t, "../../configs/grafana.json")), &d); err != nil {
		t.Fatal(err)
	}
	if d.UID == "" || d.SchemaVersion < 39 || len(d.Inputs) != 1 || d.Inputs[0].Name != "DS_PROMETHEUS" || d.Inputs[0].PluginID != "prometheus" {
		t.Errorf("the dashboard cannot be imported: %s %d %+v", d.UID, d.SchemaVersion, d.Inputs)
	}
	seen := map[int]bool{}
	for _, p := range d.Panels {
		if seen[p.ID] || len(p.Targets) == 0 {
			t.Errorf("panel %d (%s) is there twice, or shows nothing", p.ID, p.Title)
		}
		seen[p.ID] = true
		for _, target := range p.Targets {
			if target.Datasource.UID != "${DS_PROMETHEUS}" {
				t.Errorf("%s asks %q", p.Title, target.Datasource.UID)
			}
			expressions = append(expressions, target.Expr)
		}
	}
	return expressions
}

// rules are the expressions of the alerts, one line each.
func rules(t *testing.T) (expressions []string) {
	t.Helper()
	text := readFile(t, "../../configs/alerts.yml")
	for _, m := range regexp.MustCompile(`(?m)^ +expr: (.+)$`).FindAllStringSubmatch(text, -1) {
		expressions = append(expressions, m[1])
	}
	if len(expressions) != strings.Count(text, "- alert: ") {
		t.Errorf("%d expressions of %d alerts", len(expressions), strings.Count(text, "- alert: "))
	}
	return expressions
}

// The operator sees what is asked, not who asks, nor what would open a door; and
// nothing at all without wanting to.
func TestAccessLogSaysWhatAndNotWho(t *testing.T) {
	const token = "Zq7-a-token-that-nobody-may-read"
	for mode, want := range map[string]int{"on": 5, "off": 0} {
		s := serveProcess(t, onDir(instanceDir(t), "EMBRAYE_ACCESS_LOG="+mode, "EMBRAYE_TRUSTED_PROXIES=127.0.0.1")...)
		for _, path := range []string{"/setup/", "/reset/", "/invite/", "/en/reset/", "/livez?key="} {
			get(t, localhost(s.address), "http://localhost:8080"+path+token)
		}
		s.stop()
		log := s.log.String()
		if got := strings.Count(log, "msg=access method=GET path=/"); got != want {
			t.Errorf("%s: %d lines in\n%s", mode, got, log)
		}
		for _, word := range []string{token, "key=", "client="} {
			if strings.Contains(log, word) {
				t.Errorf("%s: the log says %q:\n%s", mode, word, log)
			}
		}
		if line := regexp.MustCompile(`level=INFO msg=access method=GET path=/livez status=200 bytes=\d+ took=`); line.MatchString(log) != (want > 0) {
			t.Errorf("%s: no such line in\n%s", mode, log)
		}
	}
}
