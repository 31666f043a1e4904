package web

import (
	"slices"
	"strings"

	"embraye/internal/app/drafts"
	"embraye/internal/embraye"
)

// choices are the closed lists of the editor.
type choices struct {
	Measures []option
	Places   []optionGroup // territories by kind
	Lessons  []option
}

func (v *visit) choices() choices {
	var c choices
	reference := v.rooms.App.Reference()
	for _, m := range reference.Measures {
		c.Measures = append(c.Measures, option{Value: m.ID, Label: m.Title.In(v.lang)})
	}
	byKind := map[embraye.TerritoryKind][]option{}
	for _, t := range v.rooms.App.Territories.All() {
		byKind[t.Kind] = append(byKind[t.Kind], option{Value: t.Code, Label: t.Name.In(v.lang)})
	}
	wide := slices.Concat(byKind[embraye.TerritoryCountry], byKind[embraye.TerritoryUnion], byKind[embraye.TerritoryWorld])
	c.Places = []optionGroup{{"wide", wide}, {"regions", byKind[embraye.TerritoryRegion]}, {"departments", byKind[embraye.TerritoryDepartment]}}
	for _, l := range reference.Lessons {
		c.Lessons = append(c.Lessons, option{Value: l.ID, Label: l.Text.In(v.lang)})
	}
	return c
}

// parseEditor reads the form, and takes the file in it, if there is one, as one
// more piece of evidence. A refused file is a problem like any other.
func (v *visit) parseEditor() ([]embraye.Problem, error) {
	if err := v.parseFiles(); err != nil {
		return nil, err
	}
	kept, problems, err := v.takeFile(v.form("file_alt"))
	if err != nil || kept == nil {
		return problems, err
	}
	name := kept.Alt
	if name == "" {
		name = kept.OriginalName
	}
	for key, value := range map[string]string{"evidence_href": v.site.Base + "/fichiers/" + kept.Name, "evidence_name": name,
		"evidence_publisher": "", "evidence_published_on": "", "evidence_consulted": "", "evidence_type": "Document", "evidence_media_type": kept.MediaType,
		"evidence_sha256": strings.SplitN(kept.Name, ".", 2)[0]} {
		v.r.PostForm[key] = append(v.r.PostForm[key], value)
	}
	return nil, nil
}

// draftInput reads the constat as it was typed.
func (v *visit) draftInput() drafts.Input {
	f := v.form
	in := drafts.Input{Sign: f("sign") != ""}
	in.Scope = embraye.Scope{Measure: f("measure"), Subject: embraye.Subject(f("subject")), Territory: f("territory"), TerritoryName: f("territory_name"),
		Institution: embraye.Institution{Name: f("institution"), Kind: embraye.InstitutionKind(f("institution_kind")), SIREN: f("siren"), Wikidata: f("wikidata")}}
	if commune := f("commune"); commune != "" {
		in.Territory = "COG-C" + strings.TrimPrefix(strings.ToUpper(embraye.Unspaced(commune)), "COG-C")
	}
	in.Content = embraye.Content{Stage: embraye.Stage(f("stage")), Title: f("title"), Summary: f("summary"), Text: f("text"),
		Confidence: embraye.Confidence(f("confidence")), EffectiveDate: embraye.Date(f("effective_date")), ObservedDate: embraye.Date(f("observed_date")),
		Evidence: v.evidence(), Searched: lines(f("searched")), Lessons: v.r.PostForm["lessons"], Licence: f("license"), Language: f("lang")}
	if in.Subject == embraye.BySubjectCivilSociety && in.Institution.Name == "" {
		in.Institution.Kind = ""
	}
	if name := f("indicator_name"); name != "" || f("indicator_value") != "" {
		in.Indicator = &embraye.Indicator{Name: name, Value: f("indicator_value"), Unit: f("indicator_unit"), Goal: f("indicator_goal"), AsOf: embraye.Date(f("indicator_as_of"))}
	}
	for i, href := range v.r.PostForm["related_href"] {
		if href = embraye.Trim(href); href != "" {
			in.RelatedTo = append(in.RelatedTo, embraye.Relation{Rel: v.nth("related_rel", i), Href: href})
		}
	}
	return in
}

// nth is the value of a row of the form.
func (v *visit) nth(name string, i int) string {
	if list := v.r.PostForm[name]; i < len(list) {
		return embraye.Trim(list[i])
	}
	return ""
}

// evidence reads the rows that have an address. The hidden columns of a file
// stand in every row, so that rows stay together.
func (v *visit) evidence() []embraye.Evidence {
	var list []embraye.Evidence
	for i, href := range v.r.PostForm["evidence_href"] {
		if href = embraye.Trim(href); href == "" {
			continue
		}
		kind := v.nth("evidence_type", i)
		if kind != "Document" {
			kind = "Link"
		}
		list = append(list, embraye.Evidence{Type: kind, Href: href, Name: v.nth("evidence_name", i), Publisher: v.nth("evidence_publisher", i),
			PublishedOn: embraye.Date(v.nth("evidence_published_on", i)), Consulted: embraye.Date(v.nth("evidence_consulted", i)), MediaType: v.nth("evidence_media_type", i), SHA256: v.nth("evidence_sha256", i),
			Attached: slices.Contains(v.r.PostForm["evidence_attached"], href)})
	}
	return list
}

// lines are the lines of a text that have something in them.
func lines(s string) []string {
	var list []string
	for line := range strings.Lines(s) {
		if line = embraye.Trim(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}
