package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"embraye/internal/embraye"
)

// fields are the flags that say what a constat says; publish and revise share
// them. The domain judges the values: nothing is checked twice.
type fields struct {
	stage, title, summary, textFile    string
	confidence, effective, observed    string
	language, licence                  string
	evidence, searched, lessons        words
	replaces, follows, sameFact        words
	name, value, unit, goal, indicator string // indicator: its date
}

// maxTextFile is far above what the domain allows, so that its message is the
// one that is read.
const maxTextFile = 1 << 20

func (f *fields) declare(fs *flag.FlagSet) {
	text := func(p *string, name, usage string) { fs.StringVar(p, name, "", usage) }
	text(&f.stage, "stage", "`STAGE`: "+join(embraye.Stages()))
	text(&f.title, "title", "`TITLE`, plain text")
	text(&f.summary, "summary", "`SUMMARY`, plain text")
	text(&f.textFile, "text-file", "`FILE` with the long text in Markdown; - is standard input")
	text(&f.confidence, "confidence", "`LEVEL` of the evidence: "+join(embraye.Confidences()))
	text(&f.effective, "effective-date", "`DATE` when it happened: 2024-06-12, 12/06/2024, juin 2024, 2024…")
	text(&f.observed, "observed-date", "`DATE` when it was seen; today if not given")
	text(&f.language, "lang", "`LANGUAGE` of the constat")
	text(&f.licence, "license", "`SPDX` id: "+strings.Join(embraye.Licences(), ", "))
	fs.Var(&f.evidence, "evidence", "`URL` of a source, its name may follow after a space; may be repeated")
	fs.Var(&f.searched, "searched", "`PLACE` where we looked, for no_sign; may be repeated")
	fs.Var(&f.lessons, "lesson", "`ID` of a lesson of the reference text; may be repeated")
	fs.Var(&f.replaces, "replaces", "`URL` of a constat that this one replaces; may be repeated")
	fs.Var(&f.follows, "follows", "`URL` of a constat that this one follows; may be repeated")
	fs.Var(&f.sameFact, "same-fact", "`URL` of a constat on the same fact; may be repeated")
	text(&f.name, "indicator-name", "`NAME` of a figure; its source is among the evidence")
	text(&f.value, "indicator-value", "`VALUE` of the figure")
	text(&f.unit, "indicator-unit", "`UNIT` of the figure")
	text(&f.goal, "indicator-goal", "`VALUE` that was promised")
	text(&f.indicator, "indicator-as-of", "`DATE` of the figure")
}

// apply writes the flags that were given over content: all of a new constat,
// or what a correction changes. A repeated flag replaces the whole list.
func (f *fields) apply(c *call, content *embraye.Content) error {
	given := map[string]bool{}
	c.flags.Visit(func(fl *flag.Flag) { given[fl.Name] = true })
	if given["stage"] {
		content.Stage = embraye.Stage(f.stage)
	}
	if given["confidence"] {
		content.Confidence = embraye.Confidence(f.confidence)
	}
	for name, to := range map[string]struct {
		from string
		to   *string
	}{
		"title": {f.title, &content.Title}, "summary": {f.summary, &content.Summary},
		"lang": {f.language, &content.Language}, "license": {f.licence, &content.Licence},
	} {
		if given[name] {
			*to.to = to.from
		}
	}
	if given["effective-date"] {
		content.EffectiveDate = embraye.Date(f.effective)
	}
	if given["observed-date"] {
		content.ObservedDate = embraye.Date(f.observed)
	}
	if given["searched"] {
		content.Searched = f.searched
	}
	if given["lesson"] {
		content.Lessons = f.lessons
	}
	if given["evidence"] {
		content.Evidence = mergeEvidence(content.Evidence, f.evidence)
	}
	if given["replaces"] || given["follows"] || given["same-fact"] {
		content.RelatedTo = f.relations()
	}
	f.applyIndicator(given, content)
	if given["text-file"] {
		text, err := c.readText(f.textFile)
		if err != nil {
			return err
		}
		content.Text = text
	}
	return nil
}

// mergeEvidence keeps what is known about a source that stays, such as the day
// on which it was read. Several addresses in one word are several sources; what
// follows a single one is its name.
func mergeEvidence(before []embraye.Evidence, given []string) []embraye.Evidence {
	var list []embraye.Evidence
	for _, word := range given {
		href, name, _ := strings.Cut(embraye.OneLine(word), " ")
		hrefs := []string{href}
		if all := embraye.Addresses(word); len(all) > 1 && !slices.ContainsFunc(all, func(s string) bool { return !embraye.WebAddress(s) }) {
			hrefs, name = all, ""
		}
		for _, href := range hrefs {
			list = append(list, knownEvidence(before, href, name))
		}
	}
	return list
}

func knownEvidence(before []embraye.Evidence, href, name string) embraye.Evidence {
	e := embraye.KnownEvidence(before, href)
	e.Href = href
	if name != "" {
		e.Name = name
	}
	return e
}

func (f *fields) relations() []embraye.Relation {
	var list []embraye.Relation
	for _, given := range []struct {
		rel   string
		hrefs []string
	}{{"replaces", f.replaces}, {"follows", f.follows}, {"same_fact", f.sameFact}} {
		for _, href := range given.hrefs {
			list = append(list, embraye.Relation{Rel: given.rel, Href: href})
		}
	}
	return list
}

func (f *fields) applyIndicator(given map[string]bool, content *embraye.Content) {
	i := embraye.Indicator{}
	if content.Indicator != nil {
		i = *content.Indicator
	}
	changed := false
	set := func(name string, to *string, value string) {
		if given[name] {
			*to, changed = value, true
		}
	}
	set("indicator-name", &i.Name, f.name)
	set("indicator-value", &i.Value, f.value)
	set("indicator-unit", &i.Unit, f.unit)
	set("indicator-goal", &i.Goal, f.goal)
	set("indicator-as-of", (*string)(&i.AsOf), f.indicator)
	if changed {
		content.Indicator = &i
	}
}

func (c *call) readText(name string) (string, error) {
	r := c.stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return "", fmt.Errorf("--text-file: %w", err)
		}
		defer file.Close()
		r = file
	}
	data, err := io.ReadAll(io.LimitReader(r, maxTextFile+1))
	if err != nil {
		return "", fmt.Errorf("--text-file: %w", err)
	}
	if len(data) > maxTextFile {
		return "", errors.New("--text-file: the file is larger than 1 MiB")
	}
	return string(data), nil
}

func join[T ~string](list []T) string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = string(v)
	}
	return strings.Join(words, ", ")
}
