package activitypub

import "embraye/internal/embraye"

// terms are the embraye: properties of FEDERATION.md. Absent means unknown or
// none; lists are there even when empty, so that an emptied one reads as such.
func (w Wire) terms(u embraye.Update, reason string) map[string]any {
	m := map[string]any{
		"embraye:measure":      w.Reference.MeasureIRI(u.Measure),
		"embraye:organisation": w.Site.ActorID(w.Organisation),
		"embraye:title":        u.Title,
		"embraye:summary":      u.Summary,
		"embraye:stage":        string(u.Stage),
		"embraye:scale":        embraye.ScaleVersion,
		"embraye:subject":      string(u.Subject),
		"embraye:territory":    u.Territory,
		"embraye:timeliness":   string(w.timeliness(u)),
		"embraye:confidence":   string(u.Confidence),
		"embraye:revision":     u.Revision,
		"embraye:license":      u.Licence,
		"embraye:evidence":     evidenceTerms(u.Evidence),
		"embraye:searched":     texts(u.Searched),
		"embraye:lessons":      texts(u.Lessons),
		"embraye:relatedTo":    relationTerms(u.RelatedTo),
	}
	optional(m, "embraye:text", u.Text)
	optional(m, "embraye:territoryName", u.TerritoryName)
	optional(m, "embraye:effectiveDate", string(u.EffectiveDate))
	optional(m, "embraye:observedDate", string(u.ObservedDate))
	optional(m, "embraye:revisionReason", reason)
	optional(m, "embraye:signedBy", u.SignedBy)
	if taken := u.Integrates(); len(taken) > 0 {
		m["embraye:integrates"] = iris(taken)
	}
	if u.Institution.Name != "" {
		m["embraye:institution"] = institutionTerm(u.Institution)
	}
	if u.Indicator != nil {
		m["embraye:indicator"] = indicatorTerm(*u.Indicator)
	}
	return m
}

func (w Wire) timeliness(u embraye.Update) embraye.Timeliness {
	return embraye.TimelinessOf(u.Stage, u.EffectiveDate, embraye.Date(w.Reference.Deadline))
}

func institutionTerm(i embraye.Institution) map[string]any {
	m := map[string]any{"name": i.Name}
	optional(m, "kind", string(i.Kind))
	optional(m, "siren", i.SIREN)
	optional(m, "wikidata", i.Wikidata)
	return m
}

func indicatorTerm(i embraye.Indicator) map[string]any {
	m := map[string]any{"name": i.Name, "value": i.Value}
	optional(m, "unit", i.Unit)
	optional(m, "goal", i.Goal)
	optional(m, "asOf", string(i.AsOf))
	return m
}

func evidenceTerms(list []embraye.Evidence) []any {
	out := make([]any, len(list))
	for i, e := range list {
		m := map[string]any{"type": e.Type, "href": e.Href, "name": e.Name}
		optional(m, "publisher", e.Publisher)
		optional(m, "publishedOn", string(e.PublishedOn))
		optional(m, "consulted", string(e.Consulted))
		optional(m, "mediaType", e.MediaType)
		optional(m, "archivedAt", e.ArchivedAt)
		optional(m, "sha256", e.SHA256)
		out[i] = m
	}
	return out
}

func relationTerms(list []embraye.Relation) []any {
	out := make([]any, 0, len(list))
	for _, r := range list {
		if r.Rel != embraye.Integrates { // a term of its own: older readers refuse a relation that they do not know
			out = append(out, map[string]any{"rel": r.Rel, "href": r.Href})
		}
	}
	return out
}

func texts(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

func optional(m map[string]any, key, value string) {
	if value != "" {
		m[key] = value
	}
}
