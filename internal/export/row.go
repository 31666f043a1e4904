package export

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"embraye/internal/embraye"
)

// Row is one version of one constat in the open data. Keys and their order are
// a published contract: see Columns for what each one means.
type Row struct {
	ID                  string     `json:"id"`
	Version             int        `json:"version"`
	VersionURL          string     `json:"version_url"`
	Current             bool       `json:"current"`
	VersionKind         string     `json:"version_kind"`
	VersionReason       string     `json:"version_reason"`
	VersionDate         string     `json:"version_date"`
	SHA256              string     `json:"sha256"`
	Published           string     `json:"published"`
	Updated             string     `json:"updated"`
	Withdrawn           string     `json:"withdrawn"`
	WithdrawalReason    string     `json:"withdrawal_reason"`
	Account             string     `json:"account"`
	Measure             string     `json:"measure"`
	MeasureIRI          string     `json:"measure_iri"`
	MeasureTitle        string     `json:"measure_title"`
	Subject             string     `json:"subject"`
	Territory           string     `json:"territory"`
	TerritoryName       string     `json:"territory_name"`
	Institution         string     `json:"institution"`
	InstitutionKind     string     `json:"institution_kind"`
	InstitutionSIREN    string     `json:"institution_siren"`
	InstitutionWikidata string     `json:"institution_wikidata"`
	Scale               string     `json:"scale"`
	Stage               string     `json:"stage"`
	Timeliness          string     `json:"timeliness"`
	Title               string     `json:"title"`
	Summary             string     `json:"summary"`
	Text                string     `json:"text"`
	Confidence          string     `json:"confidence"`
	EffectiveDate       string     `json:"effective_date"`
	ObservedDate        string     `json:"observed_date"`
	Evidence            []Evidence `json:"evidence"`
	EvidenceDamaged     []string   `json:"evidence_damaged"`
	Searched            []string   `json:"searched"`
	IndicatorName       string     `json:"indicator_name"`
	IndicatorValue      string     `json:"indicator_value"`
	IndicatorUnit       string     `json:"indicator_unit"`
	IndicatorGoal       string     `json:"indicator_goal"`
	IndicatorAsOf       string     `json:"indicator_as_of"`
	Lessons             []string   `json:"lessons"`
	Related             []Related  `json:"related"`
	SignedBy            string     `json:"signed_by"`
	Licence             string     `json:"licence"`
	Language            string     `json:"language"`
	Organisation        string     `json:"organisation"`
	Host                string     `json:"host"`
	Copy                string     `json:"copy"`
	Received            string     `json:"received"`
}

// Evidence is one proof of a row; the CSV carries its address alone.
type Evidence struct {
	Type        string `json:"type"`
	Address     string `json:"address"`
	Name        string `json:"name"`
	Publisher   string `json:"publisher"`
	PublishedOn string `json:"published_on"`
	Consulted   string `json:"consulted"`
	MediaType   string `json:"media_type"`
	ArchivedAt  string `json:"archived_at"`
	SHA256      string `json:"sha256"`
}

func evidenceRow(e embraye.Evidence) Evidence {
	return Evidence{Type: e.Type, Address: e.Href, Name: e.Name, Publisher: e.Publisher,
		PublishedOn: string(e.PublishedOn), Consulted: string(e.Consulted), MediaType: e.MediaType, ArchivedAt: e.ArchivedAt, SHA256: e.SHA256}
}

// Related links a row to another constat.
type Related struct {
	Rel     string `json:"rel"`
	Address string `json:"address"`
}

// Rows makes one row per version, the oldest constat first, versions
// ascending. Lateness is judged by the reference text's own deadline. A version
// that came after the constat was read is left for the next time.
func Rows(site embraye.Site, ref *embraye.Reference, places *embraye.Territories, updates []embraye.Update, revisions []embraye.Revision) []Row {
	versions := map[string][]embraye.Revision{}
	for _, r := range revisions {
		versions[r.UpdateID] = append(versions[r.UpdateID], r)
	}
	updates = slices.Clone(updates)
	slices.SortFunc(updates, func(a, b embraye.Update) int { return cmp.Compare(a.ID, b.ID) })
	rows := make([]Row, 0, max(len(updates), len(revisions)))
	for i := range updates {
		u := &updates[i]
		list := versions[u.ID]
		if len(list) == 0 { // an erased constat has no versions left, but it existed
			list = []embraye.Revision{{UpdateID: u.ID, Number: u.Revision}}
		}
		slices.SortFunc(list, func(a, b embraye.Revision) int { return cmp.Compare(a.Number, b.Number) })
		for j := range list {
			if list[j].Number > u.Revision {
				break
			}
			row := identity(site, ref, u, &list[j])
			if !u.Withdrawn() {
				row.scope(ref, places, &u.Scope, list[j].Language)
				row.VersionReason = list[j].Reason
				row.content(ref, &list[j].Content)
				row.SignedBy = u.SignedBy
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// identity is all that a withdrawn constat keeps.
func identity(site embraye.Site, ref *embraye.Reference, u *embraye.Update, r *embraye.Revision) Row {
	id := string(site.UpdateID(u.ID))
	return Row{
		ID: id, Version: r.Number, VersionURL: id + "/versions/" + strconv.Itoa(r.Number),
		Current:     !u.Withdrawn() && r.Number == u.Revision,
		VersionKind: string(r.Kind), VersionDate: moment(r.CreatedAt), SHA256: r.SHA256,
		Published: moment(u.PublishedAt), Updated: optional(u.UpdatedAt),
		Withdrawn: optional(u.WithdrawnAt), WithdrawalReason: u.WithdrawReason,
		Account: string(site.ActorID(u.Actor)), Measure: u.Measure, MeasureIRI: ref.MeasureIRI(u.Measure), Host: embraye.IRI(site.Base).Host(),
	}.listed()
}

// listed gives lists to a row: JSON has [] where there is nothing.
func (row Row) listed() Row {
	row.Evidence, row.EvidenceDamaged, row.Searched, row.Lessons, row.Related = []Evidence{}, []string{}, []string{}, []string{}, []Related{}
	return row
}

func (row *Row) scope(ref *embraye.Reference, places *embraye.Territories, s *embraye.Scope, lang string) {
	if m, ok := ref.Measure(s.Measure); ok {
		row.MeasureTitle = m.Title.In(lang)
	}
	row.Subject, row.Territory = string(s.Subject), s.Territory
	row.TerritoryName = cmp.Or(s.TerritoryName, places.Name(s.Territory, lang))
	row.Institution, row.InstitutionKind = s.Institution.Name, string(s.Institution.Kind)
	row.InstitutionSIREN, row.InstitutionWikidata = s.Institution.SIREN, s.Institution.Wikidata
}

func (row *Row) content(ref *embraye.Reference, r *embraye.Content) {
	row.Scale, row.Stage = embraye.ScaleVersion, string(r.Stage)
	row.Timeliness = string(embraye.TimelinessOf(r.Stage, r.EffectiveDate, embraye.Date(ref.Deadline)))
	row.Title, row.Summary, row.Text = r.Title, r.Summary, r.Text
	row.Confidence = string(r.Confidence)
	row.EffectiveDate, row.ObservedDate = string(r.EffectiveDate), string(r.ObservedDate)
	for _, e := range r.Evidence {
		row.Evidence = append(row.Evidence, evidenceRow(e))
	}
	row.Searched = append(row.Searched, r.Searched...)
	if i := r.Indicator; i != nil {
		row.IndicatorName, row.IndicatorValue, row.IndicatorUnit = i.Name, i.Value, i.Unit
		row.IndicatorGoal, row.IndicatorAsOf = i.Goal, string(i.AsOf)
	}
	row.Lessons = append(row.Lessons, r.Lessons...)
	for _, rel := range r.RelatedTo {
		row.Related = append(row.Related, Related{Rel: rel.Rel, Address: rel.Href})
	}
	row.Licence, row.Language = r.Licence, r.Language
}

// moment is an RFC 3339 time in UTC, to the second; empty for the zero time.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func optional(t *time.Time) string {
	if t == nil {
		return ""
	}
	return moment(*t)
}

// MarkDamaged names in each row the evidence that is one of these files of ours.
func MarkDamaged(rows []Row, files []string) {
	for i := range rows {
		row := &rows[i]
		for _, e := range row.Evidence {
			if slices.ContainsFunc(files, func(name string) bool { return strings.HasSuffix(embraye.PageOf(e.Address), "/fichiers/"+name) }) {
				row.EvidenceDamaged = append(row.EvidenceDamaged, e.Address)
			}
		}
	}
}

// SaidBy says in each row which organisation speaks.
func SaidBy(rows []Row, name string) {
	for i := range rows {
		rows[i].Organisation = name
	}
}
