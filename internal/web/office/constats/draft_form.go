package constats

import (
	"slices"
	"strings"

	"embraye/internal/app/drafts"
	"embraye/internal/embraye"
	"embraye/internal/locale"
	"embraye/internal/web/office"
)

// choices are the closed lists of the editor.
type choices struct {
	Measures []office.Option      // those that are switched on
	Places   []office.OptionGroup // territories by kind
	Lessons  []office.Option
}

func readChoices(v *office.Visit) (choices, error) {
	measures, err := v.Rooms.App.Measures(v.Context())
	return choices{Measures: named(v, measures), Places: places(v), Lessons: lessons(v)}, err
}

func named(v *office.Visit, measures []embraye.Measure) (list []office.Option) {
	for _, m := range measures {
		list = append(list, office.Option{Value: m.ID, Label: locale.Typography(v.Lang, m.Title.In(v.Lang))})
	}
	return list
}

func lessons(v *office.Visit) (list []office.Option) {
	for _, l := range v.Rooms.App.Reference().Lessons {
		list = append(list, office.Option{Value: l.ID, Label: l.Text.In(v.Lang)})
	}
	return list
}

// places are the territories by kind.
func places(v *office.Visit) []office.OptionGroup {
	byKind := map[embraye.TerritoryKind][]office.Option{}
	for _, t := range v.Rooms.App.Territories.All() {
		byKind[t.Kind] = append(byKind[t.Kind], office.Option{Value: t.Code, Label: locale.Typography(v.Lang, t.Name.In(v.Lang))})
	}
	wide := slices.Concat(byKind[embraye.TerritoryCountry], byKind[embraye.TerritoryUnion], byKind[embraye.TerritoryWorld])
	return []office.OptionGroup{{Label: "wide", Options: wide}, {Label: "regions", Options: byKind[embraye.TerritoryRegion]}, {Label: "departments", Options: byKind[embraye.TerritoryDepartment]}}
}

// parseEditor reads the form, and takes the file in it, if there is one, as one
// more piece of evidence. A refused file is a problem like any other.
func parseEditor(v *office.Visit) ([]embraye.Problem, error) {
	if err := v.ParseFiles(); err != nil {
		return nil, err
	}
	kept, problems, err := v.TakeFile(v.Form("file_alt"))
	if err != nil || kept == nil {
		return problems, err
	}
	name := kept.Alt
	if name == "" {
		name = kept.OriginalName
	}
	for key, value := range map[string]string{"evidence_href": v.Site().Base + "/fichiers/" + kept.Name, "evidence_name": name,
		"evidence_publisher": "", "evidence_published_on": "", "evidence_consulted": "", "evidence_type": "Document", "evidence_media_type": kept.MediaType,
		"evidence_sha256": strings.SplitN(kept.Name, ".", 2)[0]} {
		v.R.PostForm[key] = append(v.R.PostForm[key], value)
	}
	v.R.PostForm.Del("file_alt") // it was said of this file
	return nil, nil
}

// draftInput reads the constat as it was typed.
func draftInput(v *office.Visit) drafts.Input {
	f := v.Form
	in := drafts.Input{Sign: f("sign") != ""}
	in.Scope = embraye.Scope{Measure: f("measure"), Subject: embraye.Subject(f("subject")), Territory: f("territory"), TerritoryName: f("territory_name"),
		Institution: embraye.Institution{Name: f("institution"), Kind: embraye.InstitutionKind(f("institution_kind")), SIREN: f("siren"), Wikidata: f("wikidata")}}
	if typed := f("commune"); typed != "" {
		in.Territory = placeTyped(v, typed)
	}
	in.Content = embraye.Content{Stage: embraye.Stage(f("stage")), Title: f("title"), Summary: f("summary"), Text: f("text"),
		Confidence: embraye.Confidence(f("confidence")), EffectiveDate: embraye.Date(f("effective_date")), ObservedDate: embraye.Date(f("observed_date")),
		Evidence: readEvidence(v), Searched: lines(f("searched")), Lessons: v.R.PostForm["lessons"], Licence: f("license"), Language: f("lang")}
	if in.Subject == embraye.BySubjectCivilSociety && in.Institution.Name == "" {
		in.Institution.Kind = ""
	}
	indicator := embraye.Indicator{Name: f("indicator_name"), Value: f("indicator_value"), Unit: f("indicator_unit"), Goal: f("indicator_goal"), AsOf: embraye.Date(f("indicator_as_of"))}
	if indicator != (embraye.Indicator{}) {
		in.Indicator = &indicator
	}
	if same := f("same"); same != "" { // the button beside a constat of somebody else's
		in.RelatedTo = append(in.RelatedTo, embraye.Relation{Rel: embraye.SameFact, Href: same})
	}
	for i, href := range v.R.PostForm["related_href"] {
		if href = embraye.Trim(href); href != "" {
			in.RelatedTo = append(in.RelatedTo, embraye.Relation{Rel: nth(v, "related_rel", i), Href: href})
		}
	}
	return in
}

// communePrefix is before INSEE's codes of communes in ours.
const communePrefix = "COG-C"

// placeTyped is the territory that somebody names: a department, or the code of
// a commune.
func placeTyped(v *office.Visit, typed string) string {
	if code, ok := v.Rooms.App.Territories.Canonical(typed); ok {
		return code
	}
	return communePrefix + strings.TrimPrefix(strings.ToUpper(embraye.Unspaced(typed)), communePrefix)
}

// nth is the value of a row of the form.
func nth(v *office.Visit, name string, i int) string {
	if list := v.R.PostForm[name]; i < len(list) {
		return embraye.Trim(list[i])
	}
	return ""
}

// readEvidence reads the cards that have something in them but the one that its
// button takes away. The hidden columns of a file stand in every card, so that
// cards stay together.
func readEvidence(v *office.Visit) []embraye.Evidence {
	var list []embraye.Evidence
	for i, href := range v.R.PostForm["evidence_href"] {
		kind := nth(v, "evidence_type", i)
		if kind != "Document" {
			kind = "Link"
		}
		href = embraye.Trim(href)
		e := embraye.Evidence{Type: kind, Href: href, Name: nth(v, "evidence_name", i), Publisher: nth(v, "evidence_publisher", i),
			PublishedOn: embraye.Date(nth(v, "evidence_published_on", i)), Consulted: embraye.Date(nth(v, "evidence_consulted", i)), MediaType: nth(v, "evidence_media_type", i), SHA256: nth(v, "evidence_sha256", i),
			Attached: href != "" && slices.Contains(v.R.PostForm["evidence_attached"], href)}
		if !blankEvidence(e) && i != removed(v) {
			list = append(list, e)
		}
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
