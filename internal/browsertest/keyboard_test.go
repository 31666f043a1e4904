package browsertest

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"embraye/internal/embraye"
)

// focusState describes what has the focus: its name, value and words, and
// whether a person sees that it has. Inside fields of files and dates the browser
// draws the focus itself.
const focusState = `(() => {
  const e = document.activeElement, s = getComputedStyle(e), box = e.getBoundingClientRect();
  return {
    Name: e.getAttribute('name') || '', Value: e.value === undefined ? '' : String(e.value), Kind: e.type || e.localName, Words: e.textContent.trim(),
    Outside: e === document.body,
    Seen: (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none' || e.matches('input[type=file], input[type=date]'),
    OnScreen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
})()`

type focus struct {
	Name, Value, Kind, Words string
	Outside, Seen, OnScreen  bool
}

// tabTo presses Tab until something has the focus, looks at every stop on the
// way, and leaves the focus there.
func (p *Person) tabTo(what string, is func(focus) bool) {
	p.t.Helper()
	for range 300 {
		Run(p.t, p.Tab, chromedp.KeyEvent(kb.Tab))
		f := Read(p.t, p.Tab, chromedp.Evaluate[focus](focusState))
		if f.Outside { // the browser's own controls, between the end and the start
			continue
		}
		if !f.Seen || !f.OnScreen {
			p.t.Errorf("%s: nobody sees that %s %q %q has the focus (%+v)", p.Path(), f.Kind, f.Name, f.Words, f)
		}
		if is(f) {
			return
		}
	}
	p.t.Fatalf("%s: Tab never reaches %s", p.Path(), what)
}

// key presses keys.
func (p *Person) key(keys string) {
	p.t.Helper()
	Run(p.t, p.Tab, chromedp.KeyEvent(keys))
}

// fill types into the field of a name.
func (p *Person) fill(name, text string) {
	p.t.Helper()
	p.tabTo(name, func(f focus) bool { return f.Name == name && f.Kind != "hidden" })
	p.key(text)
}

// pick goes down a select or a group of radio buttons until it has a value.
func (p *Person) pick(name, value string) {
	p.t.Helper()
	p.tabTo(name, func(f focus) bool { return f.Name == name })
	f := Read(p.t, p.Tab, chromedp.Evaluate[focus](focusState))
	if f.Kind == "radio" && f.Value == value {
		p.key(" ")
		return
	}
	for range 120 {
		p.key(kb.ArrowDown)
		if f := Read(p.t, p.Tab, chromedp.Evaluate[focus](focusState)); f.Value == value {
			return
		}
	}
	p.t.Fatalf("%s: the arrows never reach %s = %s", p.Path(), name, value)
}

// spell chooses in a select by the first letters of what it offers.
func (p *Person) spell(name, letters, value string) {
	p.t.Helper()
	p.tabTo(name, func(f focus) bool { return f.Name == name })
	p.key(letters)
	if f := Read(p.t, p.Tab, chromedp.Evaluate[focus](focusState)); f.Value != value {
		p.t.Fatalf("%s: %q chooses %s = %q", p.Path(), letters, name, f.Value)
	}
}

// enter presses Enter and waits for the page that answers.
func (p *Person) enter() {
	p.t.Helper()
	response, err := chromedp.RunResponse(p.Tab, chromedp.KeyEvent(kb.Enter))
	check(p.t, err)
	if response.Status >= 300 {
		p.t.Fatalf("Enter leads to %s, which answers %d", p.Path(), response.Status)
	}
}

func (p *Person) pressKey(value string) {
	p.t.Helper()
	p.tabTo("the button "+value, func(f focus) bool { return f.Kind == "submit" && f.Value == value })
	p.enter()
}

// A constat is signed for, written and published by somebody who has a
// keyboard and nothing else.
func TestKeyboardOnly(t *testing.T) {
	withoutScripts(t, func(t *testing.T, in *Instance, sit func() *Person) {
		in.AddPerson(adminEmail, embraye.Admin, password)
		p := sit()
		p.Open("/login")
		p.fill("email", adminEmail)
		p.fill("password", password)
		p.enter()
		if at := p.Path(); at != "/office" {
			t.Fatalf("signing in leads to %s", at)
		}
		// The first stop of every page leads past its menus.
		p.key(kb.Tab)
		if f := Read(t, p.Tab, chromedp.Evaluate[focus](focusState)); !strings.HasPrefix(f.Words, "Skip") && !strings.HasPrefix(f.Words, "Aller") {
			t.Errorf("the first stop is %q", f.Words)
		}
		p.key(kb.Enter)
		p.key(kb.Tab)
		if !Read(t, p.Tab, chromedp.Evaluate[bool](`document.activeElement.closest('main') !== null`)) {
			t.Errorf("after the way past the menus the focus is on %q", Read(t, p.Tab, chromedp.Evaluate[focus](focusState)).Words)
		}
		p.tabTo("the way to a new constat", func(f focus) bool {
			return f.Kind == "a" && (f.Words == "Write an update" || f.Words == "Écrire un constat")
		})
		p.enter()
		p.pick("measure", "m2")
		p.fill("title", "Ecrit au clavier")
		p.fill("summary", "Un constat sans souris.")
		Run(t, p.Tab, chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)))
		if f := Read(t, p.Tab, chromedp.Evaluate[focus](focusState)); f.Name != "title" || f.Value != "Ecrit au clavier" {
			t.Errorf("Shift+Tab leads back from the summary to %s %q", f.Name, f.Value)
		}
		p.spell("territory", "Breta", "FR-BRE")
		p.pick("subject", "civil_society")
		p.fill("evidence_href", "https://preuve.example/clavier")
		p.pick("stage", "announced")
		p.pressKey("publish")
		p.tabTo("the last button", func(f focus) bool {
			return f.Kind == "submit" && f.Value == "" && !strings.Contains(f.Words, "out") && !strings.Contains(f.Words, "connecter")
		})
		p.enter()
		constat := strings.TrimPrefix(p.Path(), "/office")
		if status := in.publicStatus(t, constat); status != 200 {
			t.Errorf("%s answers %d", constat, status)
		}
	})
}

// What is wrong has the focus when a form comes back: it is read out first, and
// the next stop is the first mistake.
func TestMistakesHaveTheFocus(t *testing.T) {
	withoutScripts(t, func(t *testing.T, in *Instance, sit func() *Person) {
		in.AddPerson(adminEmail, embraye.Admin, password)
		p := sit()
		p.Open("/login")
		p.Write("email", adminEmail)
		p.Write("password", "un autre mot de passe")
		p.PressFor("main form button[type=submit]")
		Run(t, p.Tab, chromedp.WaitVisible(chromedp.CSS("#erreurs:focus"))) // given with the first picture
		p.key(kb.Tab)
		if f := Read(t, p.Tab, chromedp.Evaluate[focus](focusState)); f.Kind != "a" || !f.Seen || !f.OnScreen {
			t.Errorf("the next stop is %+v", f)
		}
	})
}

// stopsOfTab counts what Tab visits: of radio buttons the chosen one, or one of
// each group.
const stopsOfTab = `(() => {
  const groups = new Set();
  return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), textarea, select, summary')].filter((e) => {
    if (!e.checkVisibility({ visibilityProperty: true })) return false;
    if (e.type !== 'radio') return true;
    const first = !groups.has(e.name);
    groups.add(e.name);
    return first;
  }).length;
})()`

// Tab visits every link and field of a page once, in sight, and comes back to
// the start: nothing holds it.
func TestKeyboardGoesAround(t *testing.T) {
	in := New(t)
	in.Fill(t, 12)
	in.AddPerson(adminEmail, embraye.Admin, password)
	p := in.Sit(Browser(t), true)
	p.SignIn(adminEmail, password)
	for _, path := range []string{"/", "/@mesure2", "/chronologie", "/office/constats/new", "/office/people"} {
		p.Open(path)
		stops := Read(t, p.Tab, chromedp.Evaluate[int](stopsOfTab))
		seen := 0
		for range stops + 20 {
			p.key(kb.Tab)
			f := Read(t, p.Tab, chromedp.Evaluate[focus](focusState))
			if f.Outside {
				break
			}
			seen++
			if !f.Seen || !f.OnScreen {
				t.Errorf("%s: nobody sees that %s %q has the focus", path, f.Kind, f.Words)
			}
		}
		if seen < stops*9/10 || seen > stops+10 {
			t.Errorf("%s: Tab made %d stops of %d", path, seen, stops)
		}
	}
}

// From the first link to a published constat in at most ten loads and submits.
func TestNewcomersClock(t *testing.T) {
	withoutScripts(t, func(t *testing.T, in *Instance, sit func() *Person) {
		p := sit()
		p.Shots = shots(t, t.Name())
		p.SetUp(adminEmail, password)
		p.Choose("measure", "m2")
		p.Write("title", "Un appel à communs")
		p.Write("summary", "La région ouvre un appel à communs.")
		p.Choose("territory", "FR-BRE")
		p.Choose("subject", "institution")
		p.Write("institution", "Région Bretagne")
		p.Choose("institution_kind", "region")
		p.Write("evidence_href", "https://preuve.example/appel")
		p.Choose("stage", "under_way")
		p.Press(`main button[value="publish"]`)
		p.Press("main form button[type=submit]")
		constat := strings.TrimPrefix(p.Path(), "/office")
		if status := in.publicStatus(t, constat); status != 200 {
			t.Errorf("%s answers %d", constat, status)
		}
		if p.Waits > 10 {
			t.Errorf("%d loads and submits", p.Waits)
		}
		t.Logf("a published constat after %d loads and submits", p.Waits)
	})
}
