package embraye

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// ValidHandle reports whether a local actor may be called so: small letters,
// digits and _, with a letter or digit at both ends, because Mastodon, Lemmy
// and PeerTube each refuse something wider.
func ValidHandle(handle string) bool {
	if handle == "" || len(handle) > maxHandleUser {
		return false
	}
	for i := range len(handle) {
		c := handle[i]
		inside := i > 0 && i < len(handle)-1
		if !isSmallAlphanumeric(c) && (c != '_' || !inside) {
			return false
		}
	}
	return true
}

func isSmallAlphanumeric(c byte) bool { return isAlphanumeric(c) && (c < 'A' || c > 'Z') }

// Validate lists every mistake of the reference text at once, one a line.
func (r *Reference) Validate() error {
	v := &referenceMistakes{}
	r.checkHead(v)
	r.checkMeasures(v)
	r.checkLessons(v)
	if len(v.list) == 0 {
		return nil
	}
	return fmt.Errorf("reference text %s: %w: %w", quote(r.ID), ErrInvalid, errors.Join(v.list...))
}

type referenceMistakes struct{ list []error }

func (v *referenceMistakes) add(format string, args ...any) {
	v.list = append(v.list, fmt.Errorf(format, args...))
}

func (v *referenceMistakes) required(where, value string) {
	if strings.TrimSpace(value) == "" {
		v.add("%s is missing", where)
	}
}

func (r *Reference) checkHead(v *referenceMistakes) {
	for _, field := range []struct{ name, value string }{{"id", r.ID}, {"version", r.Version}} {
		if !validName(field.value) {
			v.add("%s: %s should be letters, digits, . _ and -, as it becomes part of addresses", field.name, quote(field.value))
		}
	}
	if _, err := ParseIRI(r.IRI, true); err != nil || strings.HasSuffix(r.IRI, "/") || strings.Contains(r.IRI, "?") {
		v.add("iri: %s should be an https address without a slash at the end", quote(r.IRI))
	}
	if !validLanguage(r.Language) {
		v.add("language: %s should be a code like fr", quote(r.Language))
	}
	v.required("licence", r.Licence)
	v.required("source", r.Source)
	if _, err := time.Parse(time.DateOnly, r.Deadline); err != nil {
		v.add("deadline: %s should be a day like 2021-12-31", quote(r.Deadline))
	}
	if r.Scale != ScaleVersion {
		v.add("scale: %s is not known; allowed: %s", quote(r.Scale), quote(ScaleVersion))
	}
	v.checkText("name", r.Name, "")
}

func (r *Reference) checkMeasures(v *referenceMistakes) {
	if len(r.Measures) == 0 {
		v.add("measures: there is none")
	}
	ids, handles := map[string]bool{}, map[string]bool{}
	for i, m := range r.Measures {
		where := fmt.Sprintf("measures[%d]", i)
		if m.ID != "" {
			where += " (" + m.ID + ")"
		}
		v.checkID(where, m.ID, ids)
		v.checkHandle(where, m.Handle, handles)
		v.checkText(where+" title", m.Title, r.Language)
		v.checkText(where+" text", m.Text, r.Language)
		v.checkText(where+" summary", m.Summary, "")
		for _, lang := range slices.Sorted(maps.Keys(m.Grid)) {
			if !validLanguage(lang) {
				v.add("%s grid: %s should be a code like fr", where, quote(lang))
			}
			for j, line := range m.Grid[lang] {
				v.required(fmt.Sprintf("%s grid.%s[%d]", where, lang, j), line)
			}
		}
	}
}

func (r *Reference) checkLessons(v *referenceMistakes) {
	ids := map[string]bool{}
	for i, l := range r.Lessons {
		where := fmt.Sprintf("lessons[%d]", i)
		if l.ID != "" {
			where += " (" + l.ID + ")"
		}
		v.checkID(where, l.ID, ids)
		v.checkText(where+" text", l.Text, r.Language)
	}
}

func (v *referenceMistakes) checkID(where, id string, seen map[string]bool) {
	if !validName(id) {
		v.add("%s id: %s should be letters, digits, . _ and -", where, quote(id))
	} else if seen[id] {
		v.add("%s id: %s is used twice", where, quote(id))
	}
	seen[id] = true
}

func (v *referenceMistakes) checkHandle(where, handle string, seen map[string]bool) {
	switch {
	case !ValidHandle(handle):
		v.add("%s handle: %s should be a-z, 0-9 and _, with a letter or digit at both ends", where, quote(handle))
	case handle == InstanceHandle:
		v.add("%s handle: %s is reserved", where, quote(handle))
	case seen[handle]:
		v.add("%s handle: %s is used twice", where, quote(handle))
	}
	seen[handle] = true
}

// checkText wants words under every language that is named, and under required.
func (v *referenceMistakes) checkText(where string, t Text, required string) {
	if validLanguage(required) && strings.TrimSpace(t[required]) == "" {
		v.add("%s is missing in %s, the language of the text", where, quote(required))
	}
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		if !validLanguage(lang) {
			v.add("%s: %s should be a code like fr", where, quote(lang))
		}
		if lang != required {
			v.required(where+"."+lang, t[lang])
		}
		if p := TextProblem(where+"."+lang, t[lang], MaxText, false); p != nil {
			v.add("%s", p)
		}
	}
}

// validName accepts what can stand as one segment of an address unescaped.
func validName(s string) bool {
	if s == "" || len(s) > maxHandleUser || !isAlphanumeric(s[0]) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isWordByte(c) && c != '.' && c != '-' {
			return false
		}
	}
	return true
}
