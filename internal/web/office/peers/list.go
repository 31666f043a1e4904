package peers

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"embraye/internal/app/peers"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// lookedAtOnce is how many lines of a list one page looks at: as many as fit a
// page, and the patience of a browser.
const lookedAtOnce = 30

// A listPage is the form for a list, and a piece of what was found. The list
// travels in the page, so that the next piece is of the same one.
type listPage struct {
	Text              string
	Lines             []peers.Line // a piece
	From, Next, Total int          // its first line and that of the next piece, from 0; Next 0: there is none
	Fresh, Added      int          // of the piece
	Done              bool         // those that were chosen are added
}

// Choices is what is ticked at first.
func (*listPage) Choices() embraye.PeerChoices { return embraye.PeerChoices{Gather: true} }

// First and Last are the numbers of the piece for people.
func (p *listPage) First() int { return p.From + 1 }

// Last is the number of its last line.
func (p *listPage) Last() int { return p.From + len(p.Lines) }

// showList is the empty form, or what was typed before the session ended.
func showList(v *office.Visit) error {
	values, _ := v.TypedBefore()
	return v.Show("peer_list", "office.peers.list", &listPage{Text: values.Get("list")})
}

// changeList looks at a list, piece by piece, and adds those that are chosen.
func changeList(v *office.Visit) error {
	if err := v.ParseFiles(); errors.Is(err, office.ErrTooLarge) {
		return listAgain(v, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "list", Code: "is_too_heavy", Max: peers.MaxListBytes}}}, &listPage{})
	} else if err != nil {
		return err
	}
	page := &listPage{Text: v.R.PostFormValue("list")}
	switch v.Form("action") {
	case "look":
		return lookAtList(v, page)
	case "add":
		return addChosen(v, page)
	}
	return embraye.ErrInvalid
}

// lookAtList shows what a piece of the list is.
func lookAtList(v *office.Visit, page *listPage) error {
	text, field, err := listText(v)
	if err != nil {
		return listAgain(v, err, page)
	}
	page.Text = text
	lines, err := peers.ReadList(text)
	if err != nil {
		return listAgain(v, atField(err, field), page)
	}
	if err := page.cut(v, lines); err != nil {
		return err
	}
	ctx, done := patiently(v)
	defer done()
	if err := v.Rooms.Peers.LookAtList(ctx, v.By, page.Lines); err != nil {
		return err
	}
	page.count()
	return v.Show("peer_list", "office.peers.list", page)
}

// cut takes the piece that is asked for.
func (p *listPage) cut(v *office.Visit, lines []peers.Line) error {
	if from := v.Form("from"); from != "" {
		n, err := strconv.Atoi(from)
		if err != nil || n < 0 || n >= len(lines) {
			return embraye.ErrInvalid
		}
		p.From = n
	}
	p.Total = len(lines)
	p.Lines = lines[p.From:min(p.From+lookedAtOnce, len(lines))]
	if p.Last() < p.Total {
		p.Next = p.Last()
	}
	return nil
}

func (p *listPage) count() {
	for _, l := range p.Lines {
		switch l.Verdict {
		case peers.Fresh:
			p.Fresh++
		case peers.Added:
			p.Added++
		}
	}
}

// listText is the list, from wherever it was given: a file, an address, or the
// field; and the field to which mistakes in it belong.
func listText(v *office.Visit) (text, field string, err error) {
	file, err := v.Uploaded()
	if err != nil {
		return "", "", err
	}
	if file != nil {
		data, err := io.ReadAll(io.LimitReader(file, peers.MaxListBytes+1))
		if err != nil {
			return "", "", err
		}
		if len(data) > 0 { // a browser sends an empty one where none was chosen
			return string(data), "file", nil
		}
	}
	if address := v.Form("list_url"); address != "" {
		ctx, done := patiently(v)
		defer done()
		text, err := v.Rooms.Peers.FetchList(ctx, v.By, address)
		return text, "list_url", err
	}
	return v.R.PostFormValue("list"), "list", nil
}

// atField puts mistakes beside the field that the list came from.
func atField(err error, field string) error {
	var invalid *embraye.InvalidError
	if errors.As(err, &invalid) {
		for i := range invalid.Problems {
			invalid.Problems[i].Field = field
		}
	}
	return err
}

func listAgain(v *office.Visit, err error, page *listPage) error {
	return v.Again(err, "peer_list", "office.peers.list", page)
}

// addChosen adds the ticked ones; each is looked at once more.
func addChosen(v *office.Visit, page *listPage) error {
	chosen := v.R.PostForm["chosen"]
	if len(chosen) > lookedAtOnce {
		return embraye.ErrInvalid
	}
	if page.Next, _ = strconv.Atoi(v.Form("next")); page.Next < 0 {
		return embraye.ErrInvalid
	}
	if len(chosen) == 0 {
		return listAgain(v, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "list", Code: "nobody_chosen"}}}, page)
	}
	lines, err := peers.ReadList(strings.Join(chosen, "\n"))
	if err != nil {
		return listAgain(v, err, page)
	}
	ctx, done := patiently(v)
	defer done()
	page.Lines, page.Total, page.Done = lines, len(lines), true
	if err := v.Rooms.Peers.AddList(ctx, v.By, lines, choicesOf(v)); err != nil {
		return chooseAgain(v, err, page)
	}
	page.count()
	return v.Render(http.StatusOK, "peer_list", "office.peers.list", page, nil, nil)
}

// chooseAgain shows the chosen ones once more, and what is wrong with the
// choices.
func chooseAgain(v *office.Visit, err error, page *listPage) error {
	if !aboutChoices(err) {
		return err
	}
	ctx, done := patiently(v)
	defer done()
	if err := v.Rooms.Peers.LookAtList(ctx, v.By, page.Lines); err != nil {
		return err
	}
	page.Done = false
	page.count()
	return listAgain(v, err, page)
}
