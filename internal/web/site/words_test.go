package site

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"embraye/internal/locale"
	"embraye/internal/web/page"
)

var (
	actions     = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	elements    = regexp.MustCompile(`(?s)<[^>]*>`)
	spoken      = regexp.MustCompile(`(?:aria-label|title|alt|placeholder)="([^"]*)"`)
	literalKeys = regexp.MustCompile(`\.(T|N) "([a-z_A-Z0-9.-]+)"`)
)

// Names of files and of a standard, the same in every language.
var sameEverywhere = strings.NewReplacer("constats.csv", "", "constats.json", "", "?de=*", "", "avis.csv", "", "avis.json", "", "organisations.csv", "", "organisations.json", "", "organisations.txt", "", "datapackage.json", "", "catalog.jsonld", "", "feed.atom", "", "feed.json", "", "security.txt", "", "sha256sum", "")

// wordsOf finds letters that a reader would see and no translator.
func wordsOf(template string) []string {
	text := actions.ReplaceAllString(template, "")
	var found []string
	for _, attribute := range spoken.FindAllStringSubmatch(text, -1) {
		found = append(found, attribute[1])
	}
	found = append(found, strings.Split(elements.ReplaceAllString(text, "\n"), "\n")...)
	var words []string
	for _, s := range found {
		if s = strings.TrimSpace(sameEverywhere.Replace(s)); strings.ContainsFunc(s, unicode.IsLetter) {
			words = append(words, s)
		}
	}
	return words
}

func TestNoWordsInTemplates(t *testing.T) {
	if len(wordsOf(`<p>Bonjour {{.Name}}</p>`)) != 1 || len(wordsOf(`<a title="Oui">{{.T "x"}}</a>`)) != 1 || len(wordsOf(`<p class="x">{{.T "y"}} · </p>`)) != 0 {
		t.Fatal("the search for words does not find them")
	}
	catalogue, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	n, web := 0, os.DirFS("..") // those of the frame and of the site
	err = fs.WalkDir(web, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".html" || strings.HasPrefix(name, "office/") {
			return err
		}
		body, err := fs.ReadFile(web, name)
		if err != nil {
			return err
		}
		n++
		// The document type is no word.
		for _, word := range wordsOf(strings.Replace(string(body), "<!doctype html>", "", 1)) {
			t.Errorf("%s says %q outside of the catalogue", name, word)
		}
		for _, m := range literalKeys.FindAllStringSubmatch(string(body), -1) {
			key := m[2]
			if m[1] == "N" {
				key += ".one"
			}
			if !catalogue.Has(key) {
				t.Errorf("%s uses %s, which the catalogue does not have", name, key)
			}
		}
		return nil
	})
	if err != nil || n < 20 {
		t.Errorf("%d templates were read, %v", n, err)
	}
}

// Keys that are put together at run time exist too.
func TestComposedKeys(t *testing.T) {
	c, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, term := range glossary {
		keys = append(keys, "term."+term, "term."+term+".means")
	}
	for _, l := range (&page.Page{}).Nav() {
		keys = append(keys, l.Key)
	}
	for _, l := range (&page.Page{}).Foot() {
		keys = append(keys, l.Key)
	}
	for _, p := range responsibilityPages {
		keys = append(keys, p.key+".title", p.key+".lede")
		for _, text := range p.texts {
			keys = append(keys, "legal.text."+text)
		}
	}
	for _, s := range (&page.Page{}).Stages() {
		keys = append(keys, "scale."+string(s), "stage."+string(s), "answer."+string(s.Answer()), "draw.count."+string(s)+".one")
	}
	for _, f := range []string{"title", "stage", "summary", "text", "effective", "observed", "evidence", "searched", "confidence", "indicator", "lessons", "licence"} {
		keys = append(keys, "field_name."+f)
	}
	for _, key := range keys {
		if !c.Has(key) {
			t.Errorf("no text for %s", key)
		}
	}
}
