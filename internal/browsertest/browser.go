package browsertest

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"embraye/internal/storetest"
)

// patience bounds what one browser may do in a test: a page that hangs must not
// hold the whole run.
const patience = 5 * time.Minute

// stepPatience bounds one step: what a selector waits for may never come.
const stepPatience = 30 * time.Second

// A Step is something to do in a tab.
type Step = chromedp.Action[chromedp.Void]

// Browser starts a Chromium with a profile of its own and returns the context
// of its first tab. It ends with the test.
func Browser(t testing.TB) context.Context {
	t.Helper()
	path, err := program()
	if err != nil {
		storetest.Require(t, "chromium", "install chromium-headless-shell or chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.Flag("headless", "new"), chromedp.NoSandbox,
		chromedp.Flag("lang", "fr"), chromedp.Flag("accept-lang", "fr"), chromedp.WindowSize(1280, 900),
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-dev-shm-usage", true),
		// No page is kept for a way back that no test goes.
		chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,BackForwardCache"),
		// Whatever Chromium would like to tell its makers stays here.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1, EXCLUDE localhost"))
	limited, stop := context.WithTimeout(context.Background(), patience)
	allocator, release := chromedp.NewExecAllocator(limited, options...)
	tab, _ := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		if err := chromedp.Cancel(tab); err != nil && limited.Err() == nil {
			t.Errorf("closing Chromium: %v", err)
		}
		release()
		stop()
	})
	begin(t, tab)
	return tab
}

// program finds Chromium. The one without a window shows the same pages, and takes
// a quarter of the processor's time to start and half of it to be used.
func program() (path string, err error) {
	for _, name := range []string{"chromium-headless-shell", "chromium"} {
		if path, err = exec.LookPath(name); err == nil {
			break
		}
	}
	return path, err
}

// Tab opens another tab of a browser, with the same cookies.
func Tab(t testing.TB, browser context.Context) context.Context {
	t.Helper()
	tab, closeTab := chromedp.NewContext(browser)
	t.Cleanup(closeTab)
	begin(t, tab)
	return tab
}

// focused makes a tab behave as the one in front: all of them can be used at
// the same time.
func focused() Step {
	return command(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
}

// begin starts a tab. It lives as long as the context with which this is done.
func begin(t testing.TB, tab context.Context) {
	t.Helper()
	if err := chromedp.Do(tab, focused()); err != nil {
		t.Fatal(err)
	}
}

// Run takes steps in a tab and ends the test if one fails.
func Run(t testing.TB, tab context.Context, steps ...Step) {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, stepPatience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// Read returns what there is in a tab: its address, a text, a script's value.
func Read[T any](t testing.TB, tab context.Context, what chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, stepPatience)
	defer cancel()
	value, err := chromedp.Run(ctx, what)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// Load goes to an address and returns its status.
func Load(t testing.TB, tab context.Context, url string) int64 {
	t.Helper()
	return Read(t, tab, chromedp.NavigateResponse(url)).Status
}

// Scheme shows pages in "light" or "dark".
func Scheme(name string) Step {
	return command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
}

// WithoutJavaScript lets a tab run no script of any page from now on.
func WithoutJavaScript() Step {
	return command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// command is a step that is one command of the protocol without an answer.
func command[P any](c cdp.Command[P, cdp.Empty], params P) Step {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, c, params)
		return err
	})
}

// Submit presses the first submit button in an element, given as a CSS
// selector, waits for the page that answers and returns its status.
func Submit(t testing.TB, tab context.Context, form string) int64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, stepPatience)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(form+" button[type=submit]")))
	if err != nil {
		t.Fatal(err)
	}
	return response.Status
}

// Type writes into the field of a name.
func Type(name, text string) Step {
	return chromedp.SendKeys(chromedp.CSS(`main [name="`+name+`"]`), text)
}

// SignIn signs somebody in through the page.
func (in *Instance) SignIn(tab context.Context, email, password string) {
	in.t.Helper()
	Run(in.t, tab, chromedp.Navigate(in.URL+"/login"), Type("email", email), Type("password", password))
	Submit(in.t, tab, "main form")
	if at := Read(in.t, tab, chromedp.Location()); !strings.HasPrefix(at, in.URL+"/office") {
		in.t.Fatalf("signing in as %s led to %s", email, at)
	}
}

// variable is a path that the environment has to name.
func variable(t testing.TB, name, key, what string) string {
	t.Helper()
	path := os.Getenv(key)
	if path == "" {
		storetest.Require(t, name, "set "+key+" to the path of "+what)
	}
	return path
}
