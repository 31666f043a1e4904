// Package chatons writes what an organisation and its service say of themselves
// in the files of ChatonsInfos, which the statistics of the CHATONS collective
// read: one key=value a line, dates as in ISO 8601.
//
// What always holds: a value is one line, so that nothing in it can begin another
// key; keys that we do not know pass as they are, since the protocol grows.
//
// Start reading at Info and Organization.
package chatons

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"embraye/internal/embraye"
)

// Protocol is the version of the protocol that the files are written for.
const Protocol = "ChatonsInfos-0.5"

// Info is what an admin says beyond what the instance knows.
type Info struct {
	On        bool              `json:"on"`
	Separator string            `json:"separator"` // of the lists of metrics: , or ;
	Values    map[string]string `json:"values"`    // by key of Fields
	More      string            `json:"more"`      // further lines key=value
	SavedAt   time.Time         `json:"saved_at"`
}

// A Field is a key of the protocol that the office asks for.
type Field struct {
	Key     string
	Choices []string // of a closed list
	Date    bool
	Web     bool // the address of a page
}

// Fields are the keys that are asked for, in the order of the form.
func Fields() []Field {
	level := []string{"ACTIVE", "IDLE", "AWAY"}
	return []Field{
		{Key: "organization.type", Choices: []string{"ASSOCIATION", "INFORMAL", "COOPERATIVE", "MICROCOMPANY", "COMPANY", "INDIVIDUAL", "OTHER"}},
		{Key: "organization.status.level", Choices: level},
		{Key: "organization.startdate", Date: true},
		{Key: "organization.memberof.chatons.status.level", Choices: level},
		{Key: "organization.memberof.chatons.startdate", Date: true},
		{Key: "organization.guide.technical", Web: true},
		{Key: "organization.country.name"},
		{Key: "organization.country.code"},
		{Key: "service.startdate", Date: true},
		{Key: "service.registration", Choices: []string{"None", "Free", "Member", "Client"}},
		{Key: "service.registration.load", Choices: []string{"OPEN", "FULL"}},
		{Key: "host.name"},
		{Key: "host.description"},
		{Key: "host.server.distribution"},
		{Key: "host.server.type", Choices: []string{"NANO", "PHYSICAL", "VIRTUAL", "SHARED", "CLOUD"}},
		{Key: "host.provider.type", Choices: []string{"HOME", "HOSTEDBAY", "HOSTEDSERVER", "OUTSOURCED"}},
		{Key: "host.country.name"},
		{Key: "host.country.code"},
	}
}

// Name is the name of a key in forms and in the catalogue.
func (f Field) Name() string { return "chatons_" + strings.ReplaceAll(f.Key, ".", "_") }

// Separators are those of lists: the collective's examples have the comma, its
// general rules the semicolon.
func Separators() []string { return []string{",", ";"} }

var keyForm = regexp.MustCompile(`^(organization|service|host|software|metrics|subs)(\.[A-Za-z0-9_-]+)+$`)

// Check makes what was typed into what is kept, and lists all that is wrong.
func (i Info) Check() (Info, error) {
	wrong := &embraye.InvalidError{}
	add := func(field, code, value string) {
		wrong.Problems = append(wrong.Problems, embraye.Problem{Field: field, Code: code, Value: embraye.Cut(value, embraye.MaxName)})
	}
	kept := map[string]string{}
	for _, f := range Fields() {
		value := embraye.OneLine(i.Values[f.Key])
		switch {
		case value == "":
			continue
		case f.Choices != nil && !slices.Contains(f.Choices, value):
			add(f.Name(), "unknown", value)
		case f.Date && !isDay(value):
			add(f.Name(), "chatons_date", value)
		case f.Web && !embraye.WebAddress(value):
			add(f.Name(), "bad_url", value)
		default:
			if p := embraye.TextProblem(f.Name(), value, embraye.MaxName, false); p != nil {
				wrong.Problems = append(wrong.Problems, *p)
			}
		}
		kept[f.Key] = value
	}
	server, provider := kept["host.server.type"], kept["host.provider.type"]
	if server == "NANO" && (provider == "HOSTEDSERVER" || provider == "OUTSOURCED") || provider == "OUTSOURCED" && server == "PHYSICAL" {
		add("chatons_host_provider_type", "chatons_pair", provider)
	}
	if !slices.Contains(Separators(), i.Separator) {
		add("chatons_separator", "unknown", i.Separator)
	}
	i.Values = kept
	var bad string
	if p := embraye.TextProblem("chatons_more", i.More, embraye.MaxText, false); p != nil {
		wrong.Problems = append(wrong.Problems, *p)
	} else if i.More, bad = tidy(i.More); bad != "" {
		add("chatons_more", "chatons_line", bad)
	}
	if len(wrong.Problems) > 0 {
		return i, wrong
	}
	return i, nil
}

func isDay(value string) bool {
	_, err := time.Parse(time.DateOnly, value)
	return err == nil
}

// maxMore bounds the box for further lines.
const maxMore = 200

// tidy keeps lines and remarks of the box, and names the first that is neither.
func tidy(text string) (kept, bad string) {
	lines := strings.Split(embraye.Prose(text), "\n")
	for n, line := range lines {
		line = embraye.OneLine(line)
		lines[n] = line
		key, _, pair := strings.Cut(line, "=")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if !pair || !keyForm.MatchString(strings.TrimSpace(key)) || n >= maxMore {
			return text, line
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n")), ""
}

// Pairs reads a file of the protocol: remarks and empty lines are nothing, and
// an equals sign after the first is part of the value.
func Pairs(text string) (pairs [][2]string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		key, value, ok := strings.Cut(line, "=")
		if ok && !strings.HasPrefix(line, "#") {
			pairs = append(pairs, [2]string{strings.TrimSpace(key), strings.TrimSpace(value)})
		}
	}
	return pairs
}
