package talk

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"

	moderation "embraye/internal/app/talk"
	"embraye/internal/blocklist"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// maxListInPage is how many bytes of a list travel in a page: what a form may have.
const maxListInPage = 1 << 20

// A blockListPage is the form for a list of domains, and a piece of what it would
// do. The list travels in the page, so that the next piece is of the same one.
type blockListPage struct {
	Text              string
	Lines             []moderation.ListLine // a piece
	From, Next, Total int                   // its first line and that of the next piece, from 0; Next 0: there is none
	Does              int                   // lines of the piece that would do something
	Calm              int                   // lines of the whole list that touch nobody here
}

// First is the number of the piece's first line for people.
func (p *blockListPage) First() int { return p.From + 1 }

// Last is the number of its last line.
func (p *blockListPage) Last() int { return p.From + len(p.Lines) }

// calm reports whether a line blocks something of which nothing is known here.
func calm(l moderation.ListLine) bool {
	return l.Verdict == moderation.Fresh && l.Effects == embraye.BlockEffects{}
}

func showBlockList(v *office.Visit) error {
	values, _ := v.TypedBefore()
	return v.Show("block_list", "office.blocks.import", &blockListPage{Text: values.Get("list")})
}

// changeBlockList tells what a list would do, piece by piece, and does what is
// chosen: the ticked lines, or all that touch nobody.
func changeBlockList(v *office.Visit) error {
	if err := v.ParseFiles(); errors.Is(err, office.ErrTooLarge) {
		return blockListAgain(v, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "list", Code: "is_too_heavy", Max: maxListInPage}}}, &blockListPage{})
	} else if err != nil {
		return err
	}
	page := &blockListPage{}
	text, err := blockListText(v)
	if err != nil {
		return err
	}
	if len(text) > maxListInPage {
		return blockListAgain(v, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "list", Code: "is_too_heavy", Max: maxListInPage}}}, page)
	}
	page.Text = text
	list, err := blocklist.Read([]byte(text))
	if err != nil {
		return blockListAgain(v, err, page)
	}
	lines, err := v.Rooms.Talk.LookAtBlocks(v.Context(), v.By, list)
	if err != nil {
		return err
	}
	switch v.Form("action") {
	case "look":
		return page.show(v, lines, nil)
	case "add":
		chosen := v.R.PostForm["chosen"]
		return page.block(v, lines, func(l moderation.ListLine) bool { return slices.Contains(chosen, l.Block.Domain) })
	case "calm":
		return page.block(v, lines, calm)
	}
	return embraye.ErrInvalid
}

// blockListText is the list from a file or the field.
func blockListText(v *office.Visit) (string, error) {
	file, err := v.Uploaded()
	if file == nil || err != nil {
		return v.R.PostFormValue("list"), err
	}
	data, err := io.ReadAll(io.LimitReader(file, maxListInPage+1))
	if len(data) == 0 { // a browser sends an empty one where none was chosen
		return v.R.PostFormValue("list"), err
	}
	return string(data), err
}

// show shows the piece that is asked for, and what was wrong.
func (p *blockListPage) show(v *office.Visit, lines []moderation.ListLine, wrong error) error {
	p.Total = len(lines)
	if from := v.Form("from"); from != "" {
		n, err := strconv.Atoi(from)
		if err != nil || n < 0 || n >= p.Total {
			return embraye.ErrInvalid
		}
		p.From = n
	}
	p.Lines = lines[p.From:min(p.From+blocksShown, p.Total)]
	if p.Last() < p.Total {
		p.Next = p.Last()
	}
	for i := range lines {
		if calm(lines[i]) {
			p.Calm++
		}
	}
	for i := range p.Lines {
		if p.Lines[i].Does() {
			p.Does++
		}
	}
	if wrong == nil && p.Total == 0 {
		wrong = &embraye.InvalidError{Problems: []embraye.Problem{{Field: "list", Code: "required"}}}
	}
	if wrong != nil {
		return blockListAgain(v, wrong, p)
	}
	return v.Render(http.StatusOK, "block_list", "office.blocks.import", p, nil, nil)
}

// block blocks those of the lines that are chosen.
func (p *blockListPage) block(v *office.Visit, lines []moderation.ListLine, chosen func(moderation.ListLine) bool) error {
	var list []blocklist.Entry
	for _, l := range lines {
		if l.Does() && chosen(l) {
			list = append(list, l.Entry)
		}
	}
	done := func(l moderation.ListLine) bool { return l.Verdict == moderation.Already }
	if len(list) == 0 && slices.ContainsFunc(lines, func(l moderation.ListLine) bool { return done(l) && (chosen(l) || v.Form("action") == "calm") }) {
		return v.Said("/office/blocks", "office.said.before")
	}
	if len(list) == 0 {
		return p.show(v, lines, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "list", Code: "no_line_chosen"}}})
	}
	if _, err := v.Rooms.Talk.BlockList(v.Context(), v.By, list); err != nil {
		return err
	}
	if v.Form("next") == "" {
		return v.Said("/office/blocks", "office.said.done")
	}
	v.R.PostForm.Set("from", v.Form("next"))
	again, err := v.Rooms.Talk.LookAtBlocks(v.Context(), v.By, entries(lines))
	if err != nil {
		return err
	}
	return p.show(v, again, nil)
}

func entries(lines []moderation.ListLine) []blocklist.Entry {
	list := make([]blocklist.Entry, len(lines))
	for i, l := range lines {
		list[i] = l.Entry
	}
	return list
}

func blockListAgain(v *office.Visit, err error, page *blockListPage) error {
	return v.Again(err, "block_list", "office.blocks.import", page)
}
