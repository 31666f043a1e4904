package browsertest

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

//go:embed judge.js
var judgeScript string

// A Judge looks at pages: their outline, the size of what can be pressed, that
// focus is seen, and with axe-core everything else that a program can tell
// about their accessibility.
type Judge struct{ axe string }

// NewJudge reads axe-core.
func NewJudge(t testing.TB) *Judge {
	t.Helper()
	script, err := axe(variable(t, "axe", "EMBRAYE_TEST_AXE", "axe.min.js"))
	check(t, err)
	return &Judge{axe: script}
}

var axe = func() func(path string) (string, error) {
	var once sync.Once
	var script []byte
	var err error
	return func(path string) (string, error) {
		once.Do(func() { script, err = os.ReadFile(path) })
		return string(script), err
	}
}()

// runAxe gives one sentence for each rule that is broken: of all rules, of those
// about colours, which are most of its work, or of the others.
const runAxe = `(async (rules) => {
  const colours = ['color-contrast', 'link-in-text-block'];
  const options = { all: {}, colours: { runOnly: { type: 'rule', values: colours } },
    others: { rules: Object.fromEntries(colours.map((c) => [c, { enabled: false }])) } }[rules];
  const result = await axe.run(document, { ...options, resultTypes: ['violations'], iframes: false, preload: false });
  return result.violations.map((v) => v.id + ': ' + v.help + ': ' +
    v.nodes.slice(0, 3).map((n) => n.target.join(' ') + ' ' + n.html.slice(0, 100) + ' (' + (n.any[0]?.message ?? '') + ')').join('; ') +
    (v.nodes.length > 3 ? '; and ' + (v.nodes.length - 3) + ' more' : ''));
})(%q)`

// Look lists what is wrong with the page that a tab shows, in the light theme. Unless
// another page has the same colours, these are judged too, in both themes.
func (j *Judge) Look(tab context.Context, colours bool) ([]string, error) {
	if err := chromedp.Do(tab, Scheme("light")); err != nil {
		return nil, err
	}
	faults, err := chromedp.Run(tab, chromedp.Evaluate[[]string](judgeScript))
	if err != nil {
		return nil, fmt.Errorf("measuring the page: %w", err)
	}
	if err := j.bring(tab); err != nil {
		return nil, fmt.Errorf("loading axe: %w", err)
	}
	looks := []struct{ theme, rules string }{{"light", "others"}}
	if colours { // the second theme changes nothing else
		looks = []struct{ theme, rules string }{{"light", "all"}, {"dark", "colours"}}
	}
	for _, look := range looks {
		theme := look.theme
		if err := chromedp.Do(tab, Scheme(theme)); err != nil {
			return nil, err
		}
		broken, err := chromedp.Run(tab, chromedp.Evaluate[[]string](fmt.Sprintf(runAxe, look.rules), chromedp.EvalAwaitPromise))
		if err != nil {
			return nil, fmt.Errorf("asking axe about the %s theme: %w", theme, err)
		}
		for _, b := range broken {
			faults = append(faults, theme+": "+b)
		}
	}
	return faults, nil
}

// bring has axe in the page that a tab shows. The tab gets it once and gives it to
// all pages that it loads after this one: the script is far larger than they are.
func (j *Judge) bring(tab context.Context) error {
	there := chromedp.Evaluate[bool]("typeof axe === 'object'")
	if ok, err := chromedp.Run(tab, there); err != nil || ok {
		return err
	}
	give := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: j.axe})
		return err
	})
	return chromedp.Do(tab, give, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := chromedp.Evaluate[bool](j.axe+"\n;true")(ctx, target)
		return err
	}))
}

// Check fails the test for everything that is wrong with the page that a tab
// shows: a menu that was opened, a form that came back.
func (j *Judge) Check(t testing.TB, tab context.Context) {
	t.Helper()
	at := Read(t, tab, chromedp.Location())
	faults, err := j.Look(tab, true)
	check(t, err)
	for _, f := range faults {
		t.Errorf("%s: %s", at, f)
	}
}
