package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// What the linker sets where the source was no repository, as .ci/release builds:
// -ldflags "-X main.version=1.0.0 -X main.commit=… -X main.date=…". What Go wrote
// down about the repository that it built from comes first.
var version, commit, date string

func init() { version = thisBuild().Version }

func thisBuild() build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return readBuild(info, build{Version: version, Commit: commit, Date: date})
}

// build is which source a program was made of. Go knows commit and date where it
// builds in a repository.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Date     string `json:"date,omitempty"`     // of the commit
	Modified bool   `json:"modified,omitempty"` // there were changes beside the commit
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// readBuild prefers the tag; a commit without one is named as Go names it.
func readBuild(info *debug.BuildInfo, linked build) build {
	b := build{Version: "dev", Commit: linked.Commit, Date: linked.Date, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Date = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.Version = strings.TrimPrefix(v, "v")
	} else if linked.Version != "" {
		b.Version = linked.Version
	} else if b.Commit != "" {
		b.Version += "-" + b.Commit[:min(12, len(b.Commit))]
		if b.Modified {
			b.Version += "+dirty"
		}
	}
	return b
}

// String is one line for a person.
func (b build) String() string {
	var known []string
	if b.Commit != "" {
		known = append(known, "commit "+b.Commit[:min(12, len(b.Commit))])
	}
	if b.Date != "" {
		known = append(known, b.Date)
	}
	if b.Modified {
		known = append(known, "modified")
	}
	return fmt.Sprintf("embraye %s (%s)", b.Version, strings.Join(append(known, b.Go, b.Platform), ", "))
}

func printVersion(_ context.Context, c *call) error {
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	b := thisBuild()
	return c.print(b, "%s\n", b)
}
