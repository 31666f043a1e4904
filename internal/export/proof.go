package export

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"embraye/internal/embraye"
)

// proofs are a line's evidence: numbered columns, and one column of addresses.
type proofs struct {
	numbered map[int]*embraye.Evidence
	loose    []embraye.Evidence
}

// proofParts are the columns of one piece of evidence, in the template's order.
func proofParts() []string { return []string{"url", "title", "publisher", "published_on", "consulted"} }

// proofFields are evidence_1_url … evidence_20_consulted.
func proofFields() []field {
	var list []field
	for n := 1; n <= maxProofs; n++ {
		for _, part := range proofParts() {
			list = append(list, field{name: "evidence_" + strconv.Itoa(n) + "_" + part, set: func(d *draft, s string) {
				setProof(d.proofs.at(n), part, s)
			}})
		}
	}
	return list
}

// proofName reads evidence_3_title.
func proofName(name string) (part string, n int, ok bool) {
	rest, ok := strings.CutPrefix(name, "evidence_")
	if !ok {
		return "", 0, false
	}
	number, part, ok := strings.Cut(rest, "_")
	n, err := strconv.Atoi(number)
	return part, n, ok && err == nil
}

func setProof(e *embraye.Evidence, part, s string) {
	switch part {
	case "url":
		e.Href = s
	case "title":
		e.Name = s
	case "publisher":
		e.Publisher = s
	case "published_on":
		e.PublishedOn = embraye.Date(s)
	case "consulted":
		e.Consulted = embraye.Date(s)
	}
}

func (p *proofs) at(n int) *embraye.Evidence {
	if p.numbered == nil {
		p.numbered = map[int]*embraye.Evidence{}
	}
	if p.numbered[n] == nil {
		p.numbered[n] = &embraye.Evidence{Type: "Link"}
	}
	return p.numbered[n]
}

func (p *proofs) addresses(s string) {
	for _, address := range embraye.Addresses(s) {
		p.loose = append(p.loose, embraye.Evidence{Type: "Link", Href: address})
	}
}

// list is the evidence by number, then the addresses. One without an address
// stays, so that the report shows it.
func (p *proofs) list() []embraye.Evidence {
	var list []embraye.Evidence
	for _, n := range slices.Sorted(maps.Keys(p.numbered)) {
		list = append(list, *p.numbered[n])
	}
	return append(list, p.loose...)
}
