package browsertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"embraye/configs"
	"embraye/internal/embraye"
	webpage "embraye/internal/web/page"
)

// fit lists what a reader of this width could not read: a page wider than the
// window, words of a picture that end outside of it or lie over one another,
// the name of a stage over its shape, a control that ends outside of the window,
// cuts its own words or lies over another.
const fit = `(() => {
  const faults = [], wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide) faults.push('the page is ' + document.documentElement.scrollWidth + ' px wide');
  for (const stage of document.querySelectorAll('.stage.plain')) {
    if (parseFloat(getComputedStyle(stage).paddingLeft) < 30) faults.push('"' + stage.textContent + '" lies over its shape');
  }
  const name = (e) => e.outerHTML.replace(/\s+/g, ' ').slice(0, 90);
  const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0 && !e.closest('.vh, .skip');
  const controls = [...document.querySelectorAll('a.btn, button, input:not([type=hidden]), select, textarea, summary')].filter(seen);
  const rule = document.createElement('canvas').getContext('2d');
  const oneLine = (e) => { // the browser's own words, which no box of the page tells
    const style = getComputedStyle(e);
    rule.font = style.font;
    return rule.measureText('Choose File No file chosen').width > e.clientWidth && e.clientHeight < 2.4 * parseFloat(style.fontSize);
  };
  for (const e of controls) {
    const box = e.getBoundingClientRect();
    if (box.left < -1 || box.right > wide + 1) faults.push('ends outside of the window: ' + name(e));
    if (e.tagName === 'BUTTON' && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 2)) faults.push('cuts its words: ' + name(e));
    if (e.type === 'file' && oneLine(e)) faults.push('cuts its words: ' + name(e));
  }
  for (let i = 0; i < controls.length; i++) for (let j = i + 1; j < controls.length; j++) {
    if (controls[i].contains(controls[j]) || controls[j].contains(controls[i])) continue;
    const a = controls[i].getBoundingClientRect(), b = controls[j].getBoundingClientRect();
    if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2) faults.push('lie over one another: ' + name(controls[i]) + ' and ' + name(controls[j]));
  }
  for (const picture of document.querySelectorAll('svg')) {
    if (!picture.checkVisibility()) continue;
    const words = [...picture.querySelectorAll('text')].map((e) => ({ box: e.getBoundingClientRect(), text: e.textContent })).filter((w) => w.box.width > 0);
    for (const w of words) {
      if (w.box.left < 0 || w.box.right > wide + 1) faults.push('"' + w.text + '" ends outside of the window');
    }
    for (let i = 0; i < words.length; i++) for (let j = i + 1; j < words.length; j++) {
      const a = words[i].box, b = words[j].box;
      const x = Math.min(a.right, b.right) - Math.max(a.left, b.left), y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (x > 2 && y > 6) faults.push('"' + words[i].text + '" and "' + words[j].text + '" lie over one another');
    }
  }
  return faults;
})()`

// mainPages are those that most readers see, on an instance with the
// demonstration.
func mainPages(corrected string) map[string]string {
	return map[string]string{"home": "/", "measure": "/@mesure2", "place": "/@mesure2/FR", "constat": "/constats/" + corrected,
		"versions": "/constats/" + corrected + "/versions", "territories": "/territoires", "timeline": "/chronologie", "organisation": "/@organisation",
		"understand": "/comprendre", "data": "/donnees", "follow": "/suivre"}
}

// The main pages fit windows from 320 px to 1280 px, and 1280 px at 200 %
// zoom, in both languages. Pictures of them go into the folder screenshots, to
// be looked at.
func TestMainPagesFit(t *testing.T) {
	if testing.Short() {
		t.Skip("looks at the main pages in a browser")
	}
	in := New(t)
	corrected := in.demonstrate(t)
	tab := Browser(t)
	check(t, os.MkdirAll("screenshots", 0o755))
	for name, path := range mainPages(corrected) {
		for _, lang := range []string{"en", "fr"} {
			if status := Load(t, tab, in.URL+path+"?lang="+lang); status != 200 {
				t.Errorf("%s: %d", path, status)
			}
			for _, width := range []int64{320, 360, 768, 1280} {
				if lang == "en" && width != 320 {
					continue // English words are shorter: the narrowest window tells
				}
				Run(t, tab, chromedp.EmulateViewport(width, 800))
				fits(t, tab, fmt.Sprintf("%s in %s at %d px", path, lang, width))
				if lang == "fr" && slices.Contains([]int64{360, 1280}, width) {
					shoot(t, tab, fmt.Sprintf("%s-%d", name, width))
				}
			}
			Run(t, tab, chromedp.EmulateViewport(640, 450, chromedp.EmulateScale(2)))
			fits(t, tab, path+" in "+lang+" at 200 %")
			Run(t, tab, wordsAt(24), chromedp.EmulateViewport(360, 800))
			fits(t, tab, path+" in "+lang+" at 360 px with large letters")
			Run(t, tab, wordsAt(16))
		}
	}
}

// wordsAt is the size of words, in pixels, that a reader has set in the browser.
func wordsAt(size int64) Step {
	return command(page.SetFontSizes, page.SetFontSizesParams{FontSizes: &page.FontSizes{Standard: size, Fixed: size}})
}

// The frame that people copy shows all of a measure, on a phone too.
func TestFrameFits(t *testing.T) {
	in := New(t)
	in.demonstrate(t)
	tab := Browser(t)
	for _, width := range []int64{288, 600} {
		Run(t, tab, chromedp.EmulateViewport(width, webpage.EmbedHeight))
		Load(t, tab, in.URL+"/@mesure1/embed")
		if whole := Read(t, tab, chromedp.Evaluate[int64]("document.documentElement.scrollHeight")); whole > webpage.EmbedHeight {
			t.Errorf("%d px high in a frame of %d × %d", whole, width, webpage.EmbedHeight)
		}
	}
}

func fits(t *testing.T, tab context.Context, what string) {
	t.Helper()
	for _, f := range Read(t, tab, chromedp.Evaluate[[]string](fit)) {
		t.Errorf("%s: %s", what, f)
	}
}

// shoot takes the whole page in both themes.
func shoot(t *testing.T, tab context.Context, name string) {
	t.Helper()
	for _, theme := range []string{"dark", "light"} {
		Run(t, tab, Scheme(theme))
		check(t, os.WriteFile(filepath.Join("screenshots", name+"-"+theme+".png"), Read(t, tab, chromedp.FullScreenshot(100)), 0o644))
	}
}

// demonstrate fills the instance with the demonstration and returns a constat
// that was corrected.
func (in *Instance) demonstrate(t *testing.T) string {
	t.Helper()
	list, err := configs.Demo()
	check(t, err)
	_, err = in.Constats.LoadDemo(t.Context(), embraye.Operator(), list)
	check(t, err)
	updates, err := in.Store.Tables().Updates.Latest(t.Context(), len(list))
	check(t, err)
	for _, u := range updates {
		if u.Substance > 1 {
			return u.ID
		}
	}
	t.Fatal("nothing in the demonstration was corrected")
	return ""
}
