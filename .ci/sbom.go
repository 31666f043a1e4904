// Command sbom writes what a program is made of: a CycloneDX list of its modules,
// and the texts of their licences. It reads what Go wrote into the program, and the
// modules where Go has unpacked them.
package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("sbom: ")
	program := flag.String("program", "", "the `FILE` to look at")
	version := flag.String("version", "", "its version")
	bomFile := flag.String("bom", "", "where the list goes")
	licences := flag.String("licences", "", "where the licences go")
	flag.Parse()
	list, text, err := describe(*program, *version)
	if err == nil {
		err = os.WriteFile(*bomFile, list, 0o644)
	}
	if err == nil {
		err = os.WriteFile(*licences, text, 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// bom is a document of CycloneDX 1.6, as far as we know what to say in it.
type bom struct {
	Schema       string      `json:"$schema"`
	Format       string      `json:"bomFormat"`
	Spec         string      `json:"specVersion"`
	Serial       string      `json:"serialNumber"`
	Version      int         `json:"version"`
	Metadata     metadata    `json:"metadata"`
	Components   []component `json:"components"`
	Compositions []complete  `json:"compositions"`
}

type metadata struct {
	Timestamp string    `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Licenses   []licence  `json:"licenses,omitempty"`
	Hashes     []hash     `json:"hashes,omitempty"`
	PURL       string     `json:"purl"`
	Properties []property `json:"properties,omitempty"`
}

type licence struct {
	License struct {
		ID string `json:"id"`
	} `json:"license"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// complete says that the list leaves nothing out.
type complete struct {
	Aggregate  string   `json:"aggregate"`
	Assemblies []string `json:"assemblies"`
}

// module is what `go list -m -json` says of one.
type module struct {
	Path, Version, Dir string
	Replace            *module
}

func describe(program, version string) (list, texts []byte, err error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, nil, err
	}
	data, err := os.ReadFile(program)
	if err != nil {
		return nil, nil, err
	}
	when, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	if err != nil {
		return nil, nil, fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	sum := sha256.Sum256(data)
	self := component{Type: "application", Name: "embraye", Version: version, PURL: "pkg:generic/embraye@" + version,
		Licenses: known("AGPL-3.0-or-later"), Hashes: []hash{{"SHA-256", fmt.Sprintf("%x", sum)}}}
	self.Ref = self.PURL
	doc := bom{Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", Spec: "1.6", Serial: serial(sum), Version: 1,
		Metadata:     metadata{time.Unix(when, 0).UTC().Format(time.RFC3339), self},
		Compositions: []complete{{"complete", []string{self.Ref}}}}
	var text bytes.Buffer
	std := component{Type: "library", Name: "std", Version: strings.TrimPrefix(info.GoVersion, "go")}
	if err := doc.add(std, runtime.GOROOT(), &text); err != nil {
		return nil, nil, err
	}
	dirs, err := folders()
	if err != nil {
		return nil, nil, err
	}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		if err := doc.addModule(m, dirs, &text); err != nil {
			return nil, nil, err
		}
	}
	list, err = json.MarshalIndent(doc, "", "  ")
	return append(list, '\n'), text.Bytes(), err
}

func (doc *bom) addModule(m *debug.Module, dirs map[string]string, text *bytes.Buffer) error {
	dir := dirs[m.Path+"@"+m.Version]
	if dir == "" {
		return fmt.Errorf("%s %s is in the program and not on this machine", m.Path, m.Version)
	}
	c := component{Type: "library", Name: m.Path, Version: m.Version}
	if m.Sum != "" {
		c.Properties = []property{{"go:sum", m.Sum}}
	}
	return doc.add(c, dir, text)
}

// add lists a library; its licence is named only where its text is one that we
// recognise without doubt, and always repeated.
func (doc *bom) add(c component, dir string, text *bytes.Buffer) error {
	c.PURL = "pkg:golang/" + c.Name + "@" + c.Version
	c.Ref = c.PURL
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return err
	}
	var first string
	found := 0
	for _, file := range files {
		if !licenceFile.MatchString(path.Base(file)) {
			continue
		}
		words, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		fmt.Fprintf(text, "==== %s %s: %s\n\n%s\n\n", c.Name, c.Version, path.Base(file), bytes.TrimSpace(words))
		if path.Base(file) != "PATENTS" && path.Base(file) != "NOTICE" {
			first, found = string(words), found+1
		}
	}
	if found == 0 {
		return fmt.Errorf("%s has no file with a licence", c.Name)
	}
	if id := recognise(first); id != "" && found == 1 {
		c.Licenses = known(id)
	}
	doc.Components = append(doc.Components, c)
	return nil
}

var (
	licenceFile = regexp.MustCompile(`^(?i:(UN)?LICEN[CS]E.*|COPYING.*|COPYRIGHT.*|NOTICE.*|PATENTS)$`)
	spaces      = regexp.MustCompile(`\s+`)
)

// recognise names a licence whose own words are there, if it is the only one.
func recognise(text string) string {
	text = spaces.ReplaceAllString(text, " ")
	has := func(words string) bool { return strings.Contains(text, words) }
	var ids []string
	if has("Permission is hereby granted, free of charge, to any person obtaining a copy") {
		ids = append(ids, "MIT")
	}
	if has("Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee") || has("Permission to use, copy, modify, and distribute this software for any purpose with or without fee") {
		ids = append(ids, "ISC")
	}
	if has("Apache License Version 2.0, January 2004") {
		ids = append(ids, "Apache-2.0")
	}
	if has("Mozilla Public License, version 2.0") || has("Mozilla Public License Version 2.0") {
		ids = append(ids, "MPL-2.0")
	}
	if n := strings.Count(text, "Redistribution and use in source and binary forms"); n == 1 {
		if strings.Contains(strings.ToLower(text), "neither the name") {
			ids = append(ids, "BSD-3-Clause")
		} else {
			ids = append(ids, "BSD-2-Clause")
		}
	} else if n > 1 {
		return ""
	}
	if len(ids) != 1 {
		return ""
	}
	return ids[0]
}

func known(id string) []licence {
	l := licence{}
	l.License.ID = id
	return []licence{l}
}

// folders says where each module is unpacked that a program is made of, whatever
// signs; not those that only tests of modules name, which may not be there.
func folders() (map[string]string, error) {
	dirs := map[string]string{}
	for _, tags := range []string{"", "openssl"} {
		out, err := exec.Command("go", "list", "-deps", "-tags", tags, "-json=Module", "./cmd/embraye").Output()
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
			var p struct{ Module *module }
			if err := d.Decode(&p); err != nil {
				return nil, err
			}
			if p.Module == nil { // of the standard library
				continue
			}
			m := *p.Module
			if m.Replace != nil {
				m.Path, m.Version = m.Replace.Path, m.Replace.Version
			}
			dirs[m.Path+"@"+m.Version] = m.Dir
		}
	}
	return dirs, nil
}

// serial is the name of this list: a UUID (version 8) of the program's bytes.
func serial(sum [32]byte) string {
	b := sum
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
