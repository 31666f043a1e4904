package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// version is what the linker set, -ldflags "-X main.version=1.0.0", or what Go
// wrote down about the repository that it built from.
var version = "dev"

func init() {
	if info, ok := debug.ReadBuildInfo(); ok && version == "dev" {
		version = readBuild(info).Version
	}
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
func readBuild(info *debug.BuildInfo) build {
	b := build{Version: "dev", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
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
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	b := readBuild(info)
	b.Version = version
	return c.print(b, "%s\n", b)
}
