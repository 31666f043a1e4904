package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"embraye/internal/settings"
)

// TestMain also makes this test binary the program itself: scripts and tests
// that want a real process run it under the name embraye.
func TestMain(m *testing.M) {
	testscript.Main(tests{m}, map[string]func(){"embraye": main})
}

// tests are all tests, after which the shared data folder is removed.
type tests struct{ *testing.M }

func (m tests) Run() int {
	defer func() { os.RemoveAll(firstStartedOnce.dir) }()
	return m.M.Run()
}

// TestScripts runs testdata/script: one file per command. Each has a data
// folder of its own that a first start has been through; it is made once and
// copied, because eleven RSA keys take a while.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			env.Setenv("EMBRAYE_LOG_LEVEL", "error")
			if err := os.CopyFS(filepath.Join(env.WorkDir, "data"), os.DirFS(firstStarted(t))); err != nil {
				return err
			}
			return private(filepath.Join(env.WorkDir, "data"))
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"constats": countConstats, "ids": readIDs},
	})
}

// private gives a copied folder the modes that the program gave it.
func private(dir string) error {
	return filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(name, 0o700)
		}
		return os.Chmod(name, 0o600)
	})
}

// countConstats holds that the data folder has so many published constats:
// `constats 0` after refused input.
func countConstats(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: constats N")
	}
	c := testCall(ts.MkAbs("data"), io.Discard)
	ctx := context.Background()
	i, err := c.open(ctx)
	ts.Check(err)
	defer i.close()
	n, err := i.Store.Tables().Updates.Count(ctx)
	ts.Check(err)
	if got := fmt.Sprint(n); got != args[0] {
		ts.Fatalf("%s constats, want %s", got, args[0])
	}
}

// readIDs sets $ID and $URL to those of the constat that a command printed.
func readIDs(ts *testscript.TestScript, neg bool, args []string) {
	var p published
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &p))
	ts.Setenv("ID", p.ID)
	ts.Setenv("URL", p.URL)
}

// testCall is a command of this process on a data folder.
func testCall(dataDir string, stderr io.Writer) *call {
	p := &program{stdin: strings.NewReader(""), stdout: io.Discard, stderr: stderr, now: time.Now,
		environ: []string{"EMBRAYE_DATA_DIR=" + dataDir, "EMBRAYE_LOG_LEVEL=error"}}
	return p.newCall(command{}, nil, "")
}

var firstStartedOnce struct {
	sync.Once
	dir string
	err error
}

// firstStarted is a data folder after a first start with default settings.
func firstStarted(t *testing.T) string {
	t.Helper()
	o := &firstStartedOnce
	o.Do(func() {
		if o.dir, o.err = os.MkdirTemp("", "embraye-test-"); o.err == nil {
			o.err = makeInstance(filepath.Join(o.dir, "data"))
		}
	})
	if o.err != nil {
		t.Fatal(o.err)
	}
	return filepath.Join(o.dir, "data")
}

func makeInstance(dir string) error {
	ctx := context.Background()
	c := testCall(dir, io.Discard)
	s, err := settings.Load(c.environ, "")
	if err != nil {
		return err
	}
	i, err := c.firstStart(ctx, s, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return i.close()
}
