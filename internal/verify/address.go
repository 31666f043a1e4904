package verify

import (
	"strconv"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/translog"
)

// An Act is one public act that has a proof of its own: a version of a constat
// or of a review.
type Act struct {
	Kind translog.Kind
	ID   string // address of the constat or review
	N    int    // of the version; 0: the one that stands
}

// version is the address of the version.
func (a Act) version() string { return a.ID + "/versions/" + strconv.Itoa(a.N) }

// Parse reads the address of a constat, a review, one of their versions, or a
// proof of one. That of an instance, or of its journal, names no act: Kind is
// empty. An address that names nothing is not ok.
func Parse(address string) (origin string, a Act, ok bool) {
	iri, err := embraye.ParseIRI(strings.TrimSuffix(embraye.Address(address), "/"), true)
	if err != nil {
		return "", a, false
	}
	origin = iri.Origin()
	rest := strings.TrimPrefix(strings.TrimPrefix(string(iri), origin), "/")
	if rest == "" || rest == "journal" {
		return origin, a, true
	}
	parts := strings.Split(rest, "/")
	kinds := map[string]translog.Kind{"constats": translog.Revision, "avis": translog.Review}
	if len(parts) < 2 || len(parts) > 5 || kinds[parts[0]] == "" || !embraye.ValidID(parts[1]) {
		return origin, a, false
	}
	a = Act{Kind: kinds[parts[0]], ID: origin + "/" + parts[0] + "/" + parts[1]}
	switch {
	case len(parts) > 2 && parts[2] != "versions", len(parts) == 5 && parts[4] != "preuve.tlog-proof":
		return origin, a, false
	case len(parts) > 3:
		a.N, err = strconv.Atoi(parts[3])
		return origin, a, err == nil && a.N > 0 && strconv.Itoa(a.N) == parts[3]
	}
	return origin, a, true
}
