package blocklist

import (
	"bytes"
	"cmp"
	"encoding/json"

	"embraye/internal/embraye"
)

// object is an entry of GoToSocial's export, and of what Mastodon's and its own API
// answer to whoever asks for the list.
type object struct {
	Domain        string  `json:"domain"`
	Severity      string  `json:"severity"`
	SuspendedAt   *string `json:"suspended_at"`
	SilencedAt    *string `json:"silenced_at"`
	Comment       string  `json:"comment"`
	PublicComment string  `json:"public_comment"`
	RejectMedia   bool    `json:"reject_media"`
	RejectReports bool    `json:"reject_reports"`
	Obfuscate     bool    `json:"obfuscate"`
}

// readJSON reads a list of objects, one at a time: what is no object of a domain is
// named, and what is no JSON ends the list.
func readJSON(text []byte) ([]Entry, error) {
	in := json.NewDecoder(bytes.NewReader(text))
	if _, err := in.Token(); err != nil {
		return nil, problem("is_no_list_of_domains", 0)
	}
	var list []Entry
	for n := 1; in.More(); n++ {
		if n > MaxEntries {
			return nil, problem("has_too_many_lines", MaxEntries)
		}
		var raw json.RawMessage
		if err := in.Decode(&raw); err != nil {
			return nil, problem("is_no_list_of_domains", 0)
		}
		var o object
		if err := json.Unmarshal(raw, &o); err != nil {
			list = append(list, Entry{Line: n, Given: embraye.Cut(string(raw), 100), Problem: &embraye.Problem{Field: "domain", Code: "is_not_a_domain", Value: embraye.Cut(string(raw), 100)}})
			continue
		}
		if o.Severity == "" && o.SuspendedAt == nil && o.SilencedAt != nil {
			o.Severity = string(embraye.Silence)
		}
		list = append(list, entry(n, o.Domain, embraye.DomainBlock{Severity: embraye.Severity(o.Severity), Comment: cmp.Or(o.PublicComment, o.Comment),
			RejectMedia: o.RejectMedia, RejectReports: o.RejectReports, Obfuscate: o.Obfuscate}))
	}
	if _, err := in.Token(); err != nil { // cut off
		return nil, problem("is_no_list_of_domains", 0)
	}
	return list, nil
}
