package draw

import (
	"math"
	"os"
	"regexp"
	"strings"
	"testing"

	"embraye/internal/embraye"
)

// sheet is the stylesheet of the site.
func sheet(t *testing.T) string {
	t.Helper()
	body, err := os.ReadFile("../web/page/assets/style.css")
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// theme holds the colours of one theme: of :root and of the stages.
type theme map[string]map[string]string

// themes reads the tokens: what stands before the first dark block is light,
// and dark where that block does not say otherwise.
func themes(t *testing.T) map[string]theme {
	t.Helper()
	light, rest, found := strings.Cut(sheet(t), "@media (prefers-color-scheme:dark){")
	dark, _, end := strings.Cut(rest, "\n}")
	if !found || !end {
		t.Fatal("the stylesheet has no dark tokens")
	}
	list := map[string]theme{"light": {}, "dark": {}}
	list["light"].read(light)
	list["dark"].read(light)
	list["dark"].read(dark)
	return list
}

func (th theme) read(css string) {
	rule := regexp.MustCompile(`(?m)^(:root|\.[a-z_]+)\{([^}]*)\}`)
	token := regexp.MustCompile(`--([a-z]+):(#[0-9a-f]{3,6}|var\(--[a-z]+\))`)
	for _, r := range rule.FindAllStringSubmatch(css, -1) {
		name := strings.TrimPrefix(r[1], ".")
		if th[name] == nil {
			th[name] = map[string]string{}
		}
		for _, d := range token.FindAllStringSubmatch(r[2], -1) {
			th[name][d[1]] = d[2]
		}
	}
}

// colour finds a token, follows one var() and writes #fff as #ffffff.
func (th theme) colour(t *testing.T, rule, token string) string {
	t.Helper()
	v := th[rule][token]
	if name, ok := strings.CutPrefix(v, "var(--"); ok {
		v = th[":root"][strings.TrimSuffix(name, ")")]
	}
	if len(v) == 4 {
		v = "#" + v[1:2] + v[1:2] + v[2:3] + v[2:3] + v[3:] + v[3:]
	}
	if len(v) != 7 {
		t.Fatalf("no token --%s in %s", token, rule)
	}
	return v
}

// luminance and contrast are WCAG 2's.
func luminance(hex string) float64 {
	c := paint(hex)
	part := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

func contrast(a, b string) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func TestContrasts(t *testing.T) {
	if got := contrast("#000000", "#ffffff"); math.Abs(got-21) > 0.01 {
		t.Fatalf("black on white is %f", got)
	}
	for name, th := range themes(t) {
		root := func(token string) string { return th.colour(t, ":root", token) }
		check := func(what, fg, bg string, least float64) {
			if got := contrast(fg, bg); got < least {
				t.Errorf("%s: %s is %.2f, needs %.1f", name, what, got, least)
			}
		}
		for _, ground := range []string{"paper", "wash"} {
			for _, text := range []string{"ink", "soft", "accent", "visited", "warn"} {
				check(text+" on "+ground, root(text), root(ground), 4.5)
			}
			check("edge on "+ground, root("edge"), root(ground), 3)
		}
		for _, ground := range []string{"ins", "del"} {
			check("ink on "+ground, root("ink"), root(ground), 4.5)
		}
		check("the main button", root("paper"), root("accent"), 4.5)
		// Focus is two lines outside the control: on any ground one is seen.
		for _, ground := range []string{"paper", "wash", "ins", "del"} {
			if best := max(contrast(root("ink"), root(ground)), contrast(root("focus"), root(ground))); best < 3 {
				t.Errorf("%s: the focus on %s is %.2f", name, ground, best)
			}
		}
		for _, s := range embraye.DisplayStages() {
			check(string(s), th.colour(t, string(s), "fg"), th.colour(t, string(s), "bg"), 4.5)
		}
	}
}

func TestStylesheetHasTheShapesAndColoursOfThePictures(t *testing.T) {
	css, th := sheet(t), themes(t)["light"]
	for _, s := range embraye.DisplayStages() {
		if want := "." + string(s) + "{--bg:"; !strings.Contains(css, want) {
			t.Errorf("no rule %s", want)
		}
		if want := `--d:path(evenodd,"` + StagePath(s) + `")`; !strings.Contains(css, want) {
			t.Errorf("%s: the shape in the stylesheet is another", s)
		}
		ground, shape := stageColours(s)
		if bg, fg := th.colour(t, string(s), "bg"), th.colour(t, string(s), "fg"); bg != ground || fg != shape {
			t.Errorf("%s: %s on %s in the stylesheet, %s on %s in pictures", s, fg, bg, shape, ground)
		}
	}
	for token, want := range map[string]string{"paper": paper, "ink": ink, "soft": soft, "rule": rule, "accent": accent} {
		if got := th.colour(t, ":root", token); got != want {
			t.Errorf("--%s is %s in the stylesheet, %s in pictures", token, got, want)
		}
	}
}

func TestStylesheetAsksNobodyElse(t *testing.T) {
	css := sheet(t)
	if len(css) > 24<<10 {
		t.Errorf("%d bytes", len(css))
	}
	for _, bad := range []string{"url(", "@import", "@font-face", "data:", "http:", "https:", "animation", "transition", "uppercase", "justify;"} {
		if strings.Contains(css, bad) {
			t.Errorf("the stylesheet says %q", bad)
		}
	}
	if strings.Count(css, "{") != strings.Count(css, "}") {
		t.Error("braces do not match")
	}
}
