package chatons

import (
	"slices"
	"strings"
)

// Own is what the instance knows of itself.
type Own struct {
	Base        string // https://suivi.example.org
	Name        string
	Description string
	Mention     string // page of the organisation's account
	Email       string // to write to; may be empty
	Version     string
}

// Where the files are, below Base.
const (
	Folder           = "/.well-known/chatonsinfos/"
	OrganizationFile = "organization.properties"
	ServiceFile      = "embraye.properties"
	MetricsFile      = "embraye-metrics.properties"
)

// properties is a file that is being made; a key is there once, as it was set
// last.
type properties struct {
	pairs [][2]string
	sep   string
}

func (p *properties) set(key, value string) {
	value = strings.Join(strings.Fields(value), " ") // one line, whatever it holds
	if strings.HasPrefix(key, "metrics.") {
		value = strings.NewReplacer(",", p.sep, ";", p.sep).Replace(value)
	}
	i := slices.IndexFunc(p.pairs, func(pair [2]string) bool { return pair[0] == key })
	switch {
	case i >= 0:
		p.pairs[i][1] = value
	case value != "":
		p.pairs = append(p.pairs, [2]string{key, value})
	}
}

// said adds what the admin says in the sections of the file.
func (p *properties) said(i Info, sections ...string) {
	in := func(key string) bool {
		section, _, _ := strings.Cut(key, ".")
		return slices.Contains(sections, section)
	}
	for _, f := range Fields() {
		if value := i.Values[f.Key]; value != "" && in(f.Key) {
			p.set(f.Key, value)
		}
	}
	for _, pair := range Pairs(i.More) {
		if in(pair[0]) {
			p.set(pair[0], pair[1])
		}
	}
}

func (p *properties) bytes() []byte {
	var b strings.Builder
	b.WriteString("# ChatonsInfos, https://framagit.org/chatons/chatonsinfos\n")
	for _, pair := range p.pairs {
		b.WriteString(pair[0] + " = " + pair[1] + "\n")
	}
	return []byte(b.String())
}

func begin(class string, own Own, i Info) *properties {
	p := &properties{sep: i.Separator}
	p.set("file.class", class)
	p.set("file.protocol", Protocol)
	p.set("file.datetime", i.SavedAt.UTC().Format("2006-01-02T15:04:05"))
	p.set("file.generator", strings.TrimSpace("Embraye "+own.Version))
	return p
}

// Organization is the file of the organisation.
func Organization(own Own, i Info) []byte {
	p := begin("Organization", own, i)
	p.set("organization.name", own.Name)
	p.set("organization.description", own.Description)
	p.set("organization.website", own.Base+"/")
	p.set("organization.logo", own.Base+"/apple-touch-icon.png")
	p.set("organization.contact.url", own.Base+"/mentions-legales")
	p.set("organization.contact.email", own.Email)
	p.set("organization.legal.url", own.Base+"/mentions-legales")
	p.set("organization.guide.user", own.Base+"/comprendre")
	p.set("organization.socialnetworks.mastodon", own.Mention)
	p.said(i, "organization", "subs")
	p.set("subs.embraye", own.Base+Folder+ServiceFile)
	return p.bytes()
}

// Service is the file of the service, its host and its software.
func Service(own Own, i Info) []byte {
	p := begin("Service", own, i)
	p.set("service.name", own.Name)
	p.set("service.description", own.Description)
	p.set("service.website", own.Base+"/")
	p.set("service.logo", own.Base+"/apple-touch-icon.png")
	p.set("service.legal.url", own.Base+"/mentions-legales")
	p.set("service.guide.user", own.Base+"/comprendre")
	p.set("service.contact.url", own.Base+"/mentions-legales")
	p.set("service.contact.email", own.Email)
	p.set("service.status.level", "OK")
	p.set("software.name", "Embraye")
	p.set("software.license.name", "AGPL-3.0-or-later")
	p.set("software.license.url", "https://spdx.org/licenses/AGPL-3.0-or-later.html")
	p.set("software.version", own.Version)
	p.said(i, "service", "host", "software")
	p.set("subs.metrics", own.Base+Folder+MetricsFile)
	return p.bytes()
}

// Metrics is the file of figures: readers are not counted here, so that it has
// what the admin writes by hand.
func Metrics(own Own, i Info) []byte {
	p := begin("Metrics", own, i)
	p.said(i, "metrics")
	return p.bytes()
}
