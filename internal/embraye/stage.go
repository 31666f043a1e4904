package embraye

// Stage says how far one scope of a measure has come, on scale version 1.
type Stage string

// The stages of the scale, in its own order. NotAssessed is the absence of a
// constat and is never published.
const (
	NotAssessed Stage = "not_assessed"
	NoSign      Stage = "no_sign"
	Announced   Stage = "announced"
	UnderWay    Stage = "under_way"
	PartlyDone  Stage = "partly_done"
	Done        Stage = "done"
	Stalled     Stage = "stalled"
	Reversed    Stage = "reversed"
)

// ScaleVersion is the version of the list of stages that this program speaks.
const ScaleVersion = "1"

// Stages lists what can be published, in the scale's order.
func Stages() []Stage {
	return []Stage{NoSign, Announced, UnderWay, PartlyDone, Done, Stalled, Reversed}
}

// DisplayStages lists all eight in the order of pages: from the most advanced
// to the unknown.
func DisplayStages() []Stage {
	return []Stage{Done, PartlyDone, UnderWay, Announced, Stalled, Reversed, NoSign, NotAssessed}
}

// Answer is what a stage says to « Est-ce que ça embraye ? ».
type Answer string

// The five answers; NotKnown is the absence of a constat.
const (
	Yes      Answer = "yes"
	Partly   Answer = "partly"
	NotYet   Answer = "not_yet"
	No       Answer = "no"
	NotKnown Answer = "not_known"
)

// Answer translates the stage into the question of the home page.
func (s Stage) Answer() Answer {
	switch s {
	case Done:
		return Yes
	case PartlyDone, UnderWay:
		return Partly
	case Announced:
		return NotYet
	case NoSign, Stalled, Reversed:
		return No
	}
	return NotKnown
}

// Subject is whose acts a constat speaks of; the two are never merged.
type Subject string

// The two subjects of the source text.
const (
	BySubjectInstitution  Subject = "institution"
	BySubjectCivilSociety Subject = "civil_society"
)

// Subjects lists both.
func Subjects() []Subject { return []Subject{BySubjectInstitution, BySubjectCivilSociety} }

// Confidence tells about the evidence, not about the author.
type Confidence string

// The three levels of confidence.
const (
	Primary   Confidence = "primary"
	Secondary Confidence = "secondary"
	Testimony Confidence = "testimony"
)

// Confidences lists all levels.
func Confidences() []Confidence { return []Confidence{Primary, Secondary, Testimony} }

// InstitutionKind is the closed list of kinds of institutions.
type InstitutionKind string

// InstitutionKinds lists all kinds.
func InstitutionKinds() []InstitutionKind {
	return []InstitutionKind{"state", "ministry", "agency", "region", "department", "municipality",
		"cultural", "university", "eu", "company", "association", "cooperative", "other"}
}

// Timeliness compares the effective date with the reference text's deadline.
type Timeliness string

// The three values of timeliness; only partly_done and done can be late.
const (
	InTime        Timeliness = "in_time"
	Late          Timeliness = "late"
	NotApplicable Timeliness = "not_applicable"
)

func strs[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

func known[T ~string](v T, list []T) bool {
	for _, k := range list {
		if k == v {
			return true
		}
	}
	return false
}
