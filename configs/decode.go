package configs

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"embraye/internal/embraye"
)

// decode reads YAML into the struct that into points at. err means that the
// file is not YAML; mistakes are all the keys that into does not know and all
// the values of another shape than it wants: the library's strict mode would
// stop at the first. What is right around them is still read, so that it can be
// judged too.
func decode(data []byte, into any) (mistakes []error, err error) {
	var tree any
	if err := yaml.Unmarshal(data, &tree); err != nil {
		return nil, fmt.Errorf("not a YAML document: %w: %w", err, embraye.ErrInvalid)
	}
	s := &shape{}
	tree = s.fit("", tree, reflect.TypeOf(into).Elem())
	if len(s.mistakes) > 0 {
		if data, err = yaml.Marshal(tree); err != nil {
			return nil, fmt.Errorf("leaving out what is wrong in the file: %w", err)
		}
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		return nil, fmt.Errorf("reading the file: %w: %w", err, embraye.ErrInvalid)
	}
	return s.mistakes, nil
}

type shape struct{ mistakes []error }

func (s *shape) add(format string, args ...any) {
	s.mistakes = append(s.mistakes, fmt.Errorf(format, args...))
}

// fit returns what of the tree can be read into the wanted type. A missing or
// null value is the domain's affair.
func (s *shape) fit(path string, tree any, want reflect.Type) any {
	if tree == nil && path != "" {
		return nil
	}
	switch want.Kind() {
	case reflect.Pointer:
		return s.fit(path, tree, want.Elem())
	case reflect.Struct:
		return s.fitKeys(path, tree, func(key string) (reflect.Type, bool) { return fieldType(want, key) })
	case reflect.Map:
		return s.fitKeys(path, tree, func(string) (reflect.Type, bool) { return want.Elem(), true })
	case reflect.Slice:
		return s.fitList(path, tree, want.Elem())
	case reflect.Bool:
		if _, ok := tree.(bool); !ok {
			s.add("%s should be true or false", path)
			return nil
		}
	default:
		if kind := reflect.TypeOf(tree).Kind(); kind == reflect.Map || kind == reflect.Slice {
			s.add("%s should be one text", path)
			return nil
		}
	}
	return tree
}

func (s *shape) fitList(path string, tree any, want reflect.Type) any {
	list, ok := tree.([]any)
	if !ok {
		s.add("%s should be a list", path)
		return nil
	}
	for i, value := range list {
		list[i] = s.fit(fmt.Sprintf("%s[%d]", path, i), value, want)
	}
	return list
}

// fitKeys goes through a mapping by alphabet, so that messages are stable.
func (s *shape) fitKeys(path string, tree any, typeOf func(key string) (reflect.Type, bool)) any {
	mapping, ok := tree.(map[string]any)
	if !ok {
		s.add("%s should be keys with values", cmp.Or(path, "the file"))
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(mapping)) {
		at := strings.TrimPrefix(path+"."+key, ".")
		want, ok := typeOf(key)
		if !ok {
			s.add("%s is not a known key", at)
			delete(mapping, key)
			continue
		}
		mapping[key] = s.fit(at, mapping[key], want)
	}
	return mapping
}

func fieldType(t reflect.Type, key string) (reflect.Type, bool) {
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == key {
			return t.Field(i).Type, true
		}
	}
	return nil, false
}
