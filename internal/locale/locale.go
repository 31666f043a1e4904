// Package locale owns the words of the program in its languages: pages, Notes,
// mail, error sentences. Catalogues are JSON files, one per area (fr/notes.json,
// en/notes.json…), merged at Load; a file is a flat object of keys to texts, the
// keys written in full ("stage.done"), so that a search finds them.
//
// What always holds, because Load and the tests refuse anything else: every key
// exists in every language, with the same verbs (%s, %d) in the same order; no
// key is defined twice. French texts are typed with ordinary spaces and get
// their no-break spaces at Load, by French.
//
// Start reading at Catalogue.
package locale

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed fr/*.json en/*.json
var files embed.FS

// Default is the language of last resort.
const Default = "fr"

// Languages are the complete ones, the default first.
func Languages() []string { return []string{"fr", "en"} }

// Catalogue holds all texts. It does not change after Load.
type Catalogue struct {
	texts map[string]map[string]string // language -> key -> text
}

// Load reads the embedded catalogues.
func Load() (*Catalogue, error) { return load(files) }

func load(source fs.FS) (*Catalogue, error) {
	c := &Catalogue{texts: map[string]map[string]string{}}
	for _, lang := range Languages() {
		texts, err := loadLanguage(source, lang)
		if err != nil {
			return nil, fmt.Errorf("loading the catalogue %s: %w", lang, err)
		}
		c.texts[lang] = texts
	}
	return c, c.check()
}

func loadLanguage(source fs.FS, lang string) (map[string]string, error) {
	names, err := fs.Glob(source, lang+"/*.json")
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for _, name := range names {
		body, err := fs.ReadFile(source, name)
		if err != nil {
			return nil, err
		}
		area := map[string]string{}
		if err := json.Unmarshal(body, &area); err != nil {
			return nil, fmt.Errorf("%s: %w", path.Base(name), err)
		}
		for key, text := range area {
			if _, twice := texts[key]; twice {
				return nil, fmt.Errorf("%s: key %q is defined twice", path.Base(name), key)
			}
			if texts[key] = text; lang == "fr" {
				texts[key] = French(text)
			}
			if !inPosts(key) {
				texts[key] = counted.Replace(texts[key])
			}
		}
	}
	return texts, nil
}

// check demands the same keys and the same verbs in every language.
func (c *Catalogue) check() error {
	var mistakes []string
	for _, lang := range Languages() {
		for _, other := range Languages() {
			for key, text := range c.texts[lang] {
				translated, ok := c.texts[other][key]
				if !ok {
					mistakes = append(mistakes, fmt.Sprintf("key %q is missing in %s", key, other))
				} else if lang < other && verbs(text) != verbs(translated) {
					mistakes = append(mistakes, fmt.Sprintf("key %q has other verbs in %s than in %s", key, lang, other))
				}
			}
		}
	}
	if len(mistakes) == 0 {
		return nil
	}
	slices.Sort(mistakes)
	return fmt.Errorf("catalogue: %s", strings.Join(mistakes, "; "))
}

// verbs are the format verbs of a text, in order: "%s%d".
func verbs(text string) string {
	var found strings.Builder
	for i := 0; i+1 < len(text); i++ {
		if text[i] == '%' {
			found.WriteString(text[i : i+2])
			i++
		}
	}
	return found.String()
}

// Has reports whether the key exists.
func (c *Catalogue) Has(key string) bool {
	_, ok := c.texts[Default][key]
	return ok
}

// T is the text of a key in lang, formatted with args as fmt.Sprintf does. A
// key that does not exist is its own text: a page with one odd word is better
// than no page.
func (c *Catalogue) T(lang, key string, args ...any) string {
	text, ok := c.texts[c.known(lang)][key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return text
	}
	if c.known(lang) == "fr" {
		text, args = elide(text, args)
	}
	return fmt.Sprintf(text, args...)
}

// N is T for a count: key.one or key.other, the count being the first
// argument. French counts zero as one.
func (c *Catalogue) N(lang, key string, n int, args ...any) string {
	form := ".other"
	if n == 1 || n == 0 && c.known(lang) == "fr" {
		form = ".one"
	}
	return c.T(lang, key+form, append([]any{n}, args...)...)
}

// known is the catalogue's language for a tag: fr for fr-CA, the default for
// one that we do not have.
func (c *Catalogue) known(lang string) string {
	if _, ok := c.texts[lang]; ok {
		return lang
	}
	base, _, _ := strings.Cut(strings.ToLower(lang), "-")
	if _, ok := c.texts[base]; ok {
		return base
	}
	return Default
}
