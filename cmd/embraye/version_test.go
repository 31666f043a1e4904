package main

import (
	"runtime/debug"
	"strings"
	"testing"
)

func TestH01TheVersionComesFromTheBuild(t *testing.T) {
	vcs := func(main, revision, modified string) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: main}, Settings: []debug.BuildSetting{
			{Key: "-trimpath", Value: "true"}, {Key: "vcs.revision", Value: revision}, {Key: "vcs.time", Value: "2026-11-28T20:00:00Z"}, {Key: "vcs.modified", Value: modified}}}
	}
	const commit = "aef481d0123456789abcdef0123456789abcdef0"
	for name, c := range map[string]struct {
		info   *debug.BuildInfo
		want   build
		linked build
	}{
		"a tag":                 {vcs("v1.2.3", commit, "false"), build{Version: "1.2.3", Commit: commit, Date: "2026-11-28T20:00:00Z"}, build{}},
		"a commit without one":  {vcs("v0.0.0-20261128200000-aef481d01234", commit, "false"), build{Version: "0.0.0-20261128200000-aef481d01234", Commit: commit, Date: "2026-11-28T20:00:00Z"}, build{}},
		"changes beside a tag":  {vcs("v1.2.3+dirty", commit, "true"), build{Version: "1.2.3+dirty", Commit: commit, Date: "2026-11-28T20:00:00Z", Modified: true}, build{}},
		"no name of the module": {vcs("(devel)", commit, "true"), build{Version: "dev-aef481d01234+dirty", Commit: commit, Date: "2026-11-28T20:00:00Z", Modified: true}, build{}},
		"no repository":         {&debug.BuildInfo{}, build{Version: "dev"}, build{}},
		"a release":             {&debug.BuildInfo{}, build{Version: "1.2.3", Commit: commit, Date: "2026-11-28T20:00:00Z"}, build{Version: "1.2.3", Commit: commit, Date: "2026-11-28T20:00:00Z"}},
		"a named image":         {&debug.BuildInfo{}, build{Version: "1.2.3"}, build{Version: "1.2.3"}},
		"a tag and the linker":  {vcs("v1.2.3", commit, "false"), build{Version: "1.2.3", Commit: commit, Date: "2026-11-28T20:00:00Z"}, build{Version: "9", Commit: "9", Date: "9"}},
	} {
		t.Run("H01 "+name, func(t *testing.T) {
			got := readBuild(c.info, c.linked)
			c.want.Go, c.want.Platform = got.Go, got.Platform
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			line := got.String()
			for _, part := range []string{c.want.Version, c.want.Date, got.Go} {
				if !strings.Contains(line, part) {
					t.Errorf("%q does not say %q", line, part)
				}
			}
			if strings.Contains(line, "modified") != c.want.Modified {
				t.Errorf("%q", line)
			}
		})
	}
}
