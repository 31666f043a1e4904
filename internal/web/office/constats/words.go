package constats

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/files"
	"embraye/internal/locale"
	"embraye/internal/web/office"
	"embraye/internal/web/page"
)

// picture reports whether a piece of evidence is a picture of ours.
func picture(mediaType string) bool { return strings.HasPrefix(mediaType, "image/") }

// rowError is what is wrong with the address of one piece of evidence.
func rowError(p *office.Page, e embraye.Evidence) string {
	for _, problem := range p.Form.Problems {
		if e.Href == "" && !blankEvidence(e) && problem.Field == "evidence" && problem.Code == "bad_url" && problem.Value == "" {
			return p.Form.Sentence(problem)
		}
	}
	return p.Form.PartError("evidence", e.Href)
}

// contentLanguages are those that the editor offers, and the one that the
// constat already has.
func contentLanguages(p *office.Page) []string {
	list := locale.Languages()
	if d := draftOf(p); d != nil && d.Language != "" && !slices.Contains(list, d.Language) && p.Catalogue.Has("office.language."+d.Language) {
		list = append(list, d.Language)
	}
	return list
}

func draftOf(p *office.Page) *embraye.Draft {
	switch c := p.Content.(type) {
	case *editorPage:
		return c.Draft
	case *correctPage:
		return c.Draft
	}
	return nil
}

// commune is INSEE's code of a commune, without our prefix, or the name of a
// department: they are typed, for a list of them all is long.
func commune(p *office.Page, s embraye.Scope) string {
	if code, ok := strings.CutPrefix(s.Territory, communePrefix); ok {
		return code
	}
	if strings.HasPrefix(s.Territory, "COG-D") {
		return p.Place(s)
	}
	return ""
}

// scheduled is the hour of a draft as a browser's field wants it.
func scheduled(p *office.Page, d *embraye.Draft) string {
	if d.ScheduledAt == nil {
		return ""
	}
	return d.ScheduledAt.In(p.Zone).Format(office.MomentLayout)
}

// moreOpen reports whether the optional part of the editor has something in it
// that should be seen.
func moreOpen(p *office.Page) bool {
	for _, problem := range p.Form.Problems {
		if strings.HasPrefix(problem.Field, "indicator") || slices.Contains([]string{"license", "lang", "lessons", "related_to"}, problem.Field) {
			return true
		}
	}
	d := draftOf(p)
	c, editor := p.Content.(*editorPage)
	known := editor && c.Follows != nil && len(d.RelatedTo) == 1 // said at the top
	return d.Indicator != nil || len(d.Lessons) > 0 || len(relations(p)) > 1 && !known
}

// indicator is the draft's, or an empty one.
func indicator(p *office.Page) embraye.Indicator {
	if i := draftOf(p).Indicator; i != nil {
		return *i
	}
	return embraye.Indicator{}
}

// relations are the draft's, and room for one more. What a constat takes up of
// its reviews is chosen among them, and stands in no row.
func relations(p *office.Page) []embraye.Relation {
	rows := slices.DeleteFunc(slices.Clone(draftOf(p).RelatedTo), func(r embraye.Relation) bool { return r.Rel == embraye.Integrates })
	return append(rows, embraye.Relation{})
}

// A takeUp is a review that a correction can take up.
type takeUp struct {
	N                    int
	URI, Page, Said, Who string
	Ticked, Already      bool
}

// takeUps are the reviews of the constat that is corrected.
func takeUps(p *office.Page, c *correctPage) (list []takeUp) {
	already := c.Constat.Update.Integrates()
	for i, r := range c.Reviews {
		list = append(list, takeUp{N: i, URI: string(r.URI), Page: r.Page, Said: p.Capital(p.T("review.act." + string(r.Verdict))),
			Who: cmp.Or(page.PlainName(r.Author.Name), page.PlainName(r.Author.Username), r.Author.Host), Ticked: slices.Contains(c.TakenUp, string(r.URI)), Already: slices.Contains(already, r.URI) && !r.Response.OpenAnew()})
	}
	return list
}

// relationKinds are the words between two constats.
func relationKinds(p *office.Page, chosen string) []office.Option {
	return p.Form.Options("relation", chosen, embraye.Relations())
}

// statesOf lists the states of the list of constats.
func statesOf(p *office.Page, chosen string) []office.Option {
	all := []office.Option{{Label: p.T("office.all"), Chosen: chosen == ""}}
	return append(all, p.Form.Options("office.state", chosen, []string{"draft", "in_review", "scheduled", "published", "withdrawn"})...)
}

// kept says how far the draft of the editor is kept.
func kept(p *office.Page) string {
	c, ok := p.Content.(*editorPage)
	switch {
	case !ok || c.Draft.ID == 0:
		return p.T("office.not_saved")
	case c.Unsaved:
		return p.T("office.changes_not_saved", p.Minute(c.Draft.UpdatedAt))
	}
	state := p.T("office.state." + string(c.Draft.State))
	if c.Draft.State == embraye.DraftInReview && c.Reader != "" {
		state = p.T("office.waits_for", c.Reader)
	}
	return state + " · " + p.T("office.saved_at", p.Minute(c.Draft.UpdatedAt))
}

// thumbnail is the address of a small picture of a file of ours.
func thumbnail(address string) string {
	return strings.Replace(address, "/fichiers/", fmt.Sprintf("/fichiers/%d/", files.Thumbnail), 1)
}

// pictures are those that other servers will show beside the text.
func pictures(d *embraye.Draft) []embraye.Evidence {
	var list []embraye.Evidence
	for _, e := range d.Evidence {
		if e.Attached && picture(e.MediaType) {
			list = append(list, e)
		}
	}
	return list
}

// missing names the fields that only have to be filled in.
func missing(p *office.Page, problems []embraye.Problem) string {
	var names []string
	for _, problem := range problems {
		if problem.Code == "required" {
			names = append(names, p.T("field."+problem.Field))
		}
	}
	return strings.Join(names, ", ")
}

// wrongOnes are the other problems.
func wrongOnes(problems []embraye.Problem) []embraye.Problem {
	return slices.DeleteFunc(slices.Clone(problems), func(problem embraye.Problem) bool { return problem.Code == "required" })
}

// clock is what the office's clock shows now, and which clock it is.
func clock(p *office.Page) string { return p.Minute(p.Now) + " " + p.Now.In(p.Zone).Format("MST") }

// A replyPart is one reply in a list.
type replyPart struct {
	Page  *office.Page
	Reply embraye.OfficeReply
}

// about hands a reply to a part.
func about(p *office.Page, reply embraye.OfficeReply) replyPart { return replyPart{p, reply} }

// peerName is how the author of a peer's constat is called.
func peerName(c embraye.HeardConstat) string { return cmp.Or(c.Name, c.Handle) }

// copyID names our copy of a peer's constat.
func copyID(c embraye.HeardConstat) string { return embraye.CopyID(embraye.IRI(c.Constat)) }
