package draw

import (
	"html/template"
	"slices"

	"embraye/internal/embraye"
	"embraye/internal/locale"
)

// TileMapInput is one measure seen for one subject. There is never one map
// with both.
type TileMapInput struct {
	Words   *locale.Catalogue
	Lang    string
	Subject embraye.Subject
	States  []embraye.Standing // of every scope, in any order; other subjects are left out
}

// tile is the place of a region: units of 64 from the top left corner.
type tile struct {
	code, label string
	x, y        float64
}

// tiles lays the 18 regions out as the map of France does, the overseas ones in
// a row below.
func tiles() []tile {
	return []tile{
		{"FR-HDF", "HDF", 2, 0}, {"FR-NOR", "NOR", 1, 1}, {"FR-IDF", "IDF", 2, 1}, {"FR-GES", "GES", 3, 1},
		{"FR-BRE", "BRE", 0, 1.5}, {"FR-PDL", "PDL", 1, 2}, {"FR-CVL", "CVL", 2, 2}, {"FR-BFC", "BFC", 3, 2},
		{"FR-NAQ", "NAQ", 1.5, 3}, {"FR-ARA", "ARA", 2.5, 3}, {"FR-OCC", "OCC", 1.5, 4}, {"FR-PAC", "PAC", 2.5, 4},
		{"FR-20R", "COR", 4, 4.5}, {"FR-971", "971", 0, 6}, {"FR-972", "972", 1, 6}, {"FR-973", "973", 2, 6},
		{"FR-974", "974", 3, 6}, {"FR-976", "976", 4, 6},
	}
}

const (
	tileUnit   = 64
	tileSquare = "h60v60h-60z"
	tileDashed = "h58v58h-58z" // half a stroke inside, so that dashes are not cut off
)

// TileMap draws the regions of France as equal squares. A region with one stage
// is filled with it; with several it stays empty and shows up to three shapes
// and how many more there are; without a constat its frame is dashed. The table
// beside the map says the same and has the links.
func TileMap(in TileMapInput) template.HTML {
	stages := stagesByRegion(in)
	var out svg
	out.put(`<svg class="map" viewBox="0 0 316 444" width="316" role="img" aria-label="`)
	out.word(in.Words.T(in.Lang, "draw.map."+string(in.Subject)))
	out.put(`">`)
	out.frames(stages)
	out.put(`<text class="h" y="16">`)
	out.word(in.Words.T(in.Lang, "subject."+string(in.Subject)))
	out.put(`</text><text class="t" y="374">`)
	out.word(in.Words.T(in.Lang, "draw.map.overseas"))
	out.put(`</text>`)
	for _, s := range embraye.DisplayStages() {
		out.filled(s, stages)
	}
	out.mixed(stages)
	out.put(`</svg>`)
	return out.html()
}

// stagesByRegion lists the distinct stages of each region, in the order of
// pages. Departments and communes are other places than their region.
func stagesByRegion(in TileMapInput) map[string][]embraye.Stage {
	stages := map[string][]embraye.Stage{}
	for _, s := range embraye.DisplayStages() {
		for _, u := range in.States {
			if u.Subject == in.Subject && known(u.Stage) == s && s != embraye.NotAssessed && !slices.Contains(stages[u.Territory], s) {
				stages[u.Territory] = append(stages[u.Territory], s)
			}
		}
	}
	return stages
}

// frames draws the dashed squares, of regions without a constat and of those
// with several stages, and writes the codes of the former.
func (s *svg) frames(stages map[string][]embraye.Stage) {
	var path, codes svg
	for _, t := range tiles() {
		x, y := t.x*tileUnit, t.y*tileUnit
		if len(stages[t.code]) == 0 {
			path.put("M", x+1, " ", y+1, tileDashed)
			codes.code(t, 35)
		}
	}
	if path.Len() > 0 {
		s.put(`<path class="o" d="`, path.String(), `"/><g class="v">`, codes.String(), `</g>`)
	}
}

// filled draws all regions whose one stage is stage: one path of squares, one
// of shapes, the codes.
func (s *svg) filled(stage embraye.Stage, stages map[string][]embraye.Stage) {
	var squares, shapes, codes svg
	for _, t := range tiles() {
		if own := stages[t.code]; len(own) == 1 && own[0] == stage {
			x, y := t.x*tileUnit, t.y*tileUnit
			squares.put("M", x, " ", y, tileSquare)
			shapes.put("M", x+22, " ", y+33, StagePath(stage))
			codes.code(t, 23)
		}
	}
	if squares.Len() > 0 {
		s.put(`<g class="`, string(stage), `"><path d="`, squares.String(), `"/><path class="p" d="`, shapes.String(), `"/>`, codes.String(), `</g>`)
	}
}

// mixed draws the regions with several stages: no colour could stand for them,
// so they get a plain frame, up to three shapes in ink and « +n ».
func (s *svg) mixed(stages map[string][]embraye.Stage) {
	var squares, shapes, codes svg
	for _, t := range tiles() {
		own := stages[t.code]
		if len(own) < 2 {
			continue
		}
		x, y := t.x*tileUnit, t.y*tileUnit
		squares.put("M", x+1, " ", y+1, tileDashed)
		shown := min(len(own), 3)
		left := x + 30 - (float64(shown)*18-2)/2
		for i, stage := range own[:shown] {
			shapes.put("M", left+float64(i)*18, " ", y+29, StagePath(stage))
		}
		codes.code(t, 23)
		if more := len(own) - shown; more > 0 {
			codes.put(`<text class="m" x="`, x+30, `" y="`, y+56, `">+`, more, `</text>`)
		}
	}
	if squares.Len() > 0 {
		s.put(`<g class="several"><path class="f" d="`, squares.String(), `"/><path class="p" d="`, shapes.String(), `"/>`, codes.String(), `</g>`)
	}
}

// code writes a region's short code, its base line down pixels under the top.
func (s *svg) code(t tile, down float64) {
	s.put(`<text x="`, t.x*tileUnit+30, `" y="`, t.y*tileUnit+down, `">`, t.label, `</text>`)
}
