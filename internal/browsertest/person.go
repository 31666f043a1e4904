package browsertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"embraye/internal/embraye"
)

// A Person sits in front of a browser of their own and counts what they wait
// for: pages loaded and forms sent.
type Person struct {
	In    *Instance
	Tab   context.Context
	Waits int

	// Shots, if not empty, is where a picture of every page goes.
	Shots string

	t testing.TB
}

// Sit gives somebody a browser with no cookies, with or without JavaScript.
func (in *Instance) Sit(browser context.Context, javascript bool) *Person {
	in.t.Helper()
	tab, closeTab := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	in.t.Cleanup(closeTab)
	begin(in.t, tab)
	if !javascript {
		Run(in.t, tab, WithoutJavaScript())
	}
	return &Person{In: in, Tab: tab, t: in.t}
}

// Open loads a page by its address or path and wants 200.
func (p *Person) Open(address string) {
	p.t.Helper()
	if status := p.Status(address); status != 200 {
		p.t.Fatalf("%s answers %d", address, status)
	}
}

// Status loads a page and returns its status.
func (p *Person) Status(address string) int64 {
	p.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = p.In.URL + address
	}
	status := Load(p.t, p.Tab, address)
	p.waited()
	return status
}

// Press presses a button or link, waits for the page that answers, and wants
// one of 2xx.
func (p *Person) Press(selector string) {
	p.t.Helper()
	if status := p.PressFor(selector); status >= 300 {
		p.t.Errorf("pressing %s answers %d: %s", selector, status, p.Text("main"))
	}
}

// PressFor presses a button or link and returns the status of the page that
// answers.
func (p *Person) PressFor(selector string) int64 {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.Tab, stepPatience)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector)))
	if err != nil {
		p.t.Fatalf("pressing %s: %v", selector, err)
	}
	p.waited()
	return response.Status
}

// SignIn goes through the page of the sign-in.
func (p *Person) SignIn(email, password string) {
	p.t.Helper()
	p.In.SignIn(p.Tab, email, password)
	p.Waits += 2
}

func (p *Person) waited() {
	p.t.Helper()
	p.Waits++
	if p.Shots == "" {
		return
	}
	picture := Read(p.t, p.Tab, chromedp.FullScreenshot(100))
	name := filepath.Join(p.Shots, string(rune('a'+p.Waits-1))+".png")
	if err := os.WriteFile(name, picture, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// Write replaces what is in a field.
func (p *Person) Write(name, text string) {
	p.t.Helper()
	field := `main [name="` + name + `"]:not([type="hidden"])`
	Read(p.t, p.Tab, chromedp.Evaluate[chromedp.Void]("document.querySelector(`"+field+"`).select()"))
	Run(p.t, p.Tab, chromedp.SendKeys(chromedp.CSS(field), text))
}

// Choose picks an option of a select, or a radio button.
func (p *Person) Choose(name, value string) {
	p.t.Helper()
	if n := Read(p.t, p.Tab, chromedp.Evaluate[int](`document.querySelectorAll('main select[name="`+name+`"]').length`)); n > 0 {
		Run(p.t, p.Tab, chromedp.SetValue(chromedp.CSS(`main select[name="`+name+`"]`), value))
		return
	}
	p.Tick(name, value)
}

// Tick presses a radio button or a checkbox.
func (p *Person) Tick(name, value string) {
	p.t.Helper()
	Run(p.t, p.Tab, chromedp.Click(chromedp.CSS(`main input[name="`+name+`"][value="`+value+`"]`)))
}

// Unfold opens the details around an element.
func (p *Person) Unfold(selector string) {
	p.t.Helper()
	Run(p.t, p.Tab, chromedp.Click(chromedp.CSS(`main details:has(`+selector+`) > summary`)))
}

// Attach puts a file into the form.
func (p *Person) Attach(name string, content []byte) {
	p.t.Helper()
	path := filepath.Join(p.t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		p.t.Fatal(err)
	}
	Run(p.t, p.Tab, chromedp.SetUploadFiles(chromedp.CSS(`main input[type="file"]`), []string{path}))
}

// Text is what stands in an element of the page that has been loaded. The page
// is asked itself: nodes that the protocol has numbered may be those of the page
// before.
func (p *Person) Text(selector string) string {
	p.t.Helper()
	text := Read(p.t, p.Tab, chromedp.Evaluate[*string](fmt.Sprintf("document.querySelector(%q)?.innerText ?? null", selector)))
	if text == nil {
		p.t.Fatalf("%s has no %s", p.Path(), selector)
	}
	return *text
}

// Sees wants words on the page; how the stylesheet writes them does not matter.
func (p *Person) Sees(words ...string) {
	p.t.Helper()
	text := p.Text("body")
	for _, w := range words {
		if !strings.Contains(strings.ToLower(text), strings.ToLower(w)) {
			p.t.Errorf("%s does not say %q:\n%s", p.Path(), w, text)
		}
	}
}

// Path is where the browser is.
func (p *Person) Path() string {
	p.t.Helper()
	return strings.TrimPrefix(Read(p.t, p.Tab, chromedp.Location()), p.In.URL)
}

// SetUp walks through a one-time link as the first admin.
func (p *Person) SetUp(email, password string) {
	p.t.Helper()
	link, err := p.In.People.SetupLink(p.t.Context(), embraye.Operator())
	check(p.t, err)
	p.Open(link)
	p.Write("email", email)
	p.Write("name", "Personne d'essai")
	p.Write("password", password)
	p.Write("org_name", "Les Communs d'essai")
	p.Write("org_summary", "Une association qui essaie.")
	p.Press("main form button[type=submit]")
}
