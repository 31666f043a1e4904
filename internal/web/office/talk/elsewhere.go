package talk

import (
	"context"
	"errors"
	"net/http"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// lookFor bounds how long a page waits for somebody else's server.
const lookFor = 20 * time.Second

// An elsewherePage is a field for an address, what was found there, and what
// measures boost now.
type elsewherePage struct {
	Address  string
	Post     *embraye.BoostedPost // nil: nothing was looked at yet
	Measures []measureBox
	Boosts   []embraye.BoostedBy
}

// A measureBox is a measure that may boost.
type measureBox struct {
	embraye.Measure
	Ticked bool
}

// Href is where the post is found that was looked at.
func (p *elsewherePage) Href() string {
	return embraye.Boosted{Object: p.Post.Object, URL: p.Post.URL}.Href()
}

// elsewhere is the list, with an empty field or what was typed before the
// session ended.
func elsewhere(v *office.Visit) error {
	values, _ := v.TypedBefore()
	page, err := newElsewhere(v, values.Get("post_url"))
	if err != nil {
		return err
	}
	return v.Render(http.StatusOK, "elsewhere", "office.elsewhere", page, nil, nil)
}

func newElsewhere(v *office.Visit, address string) (*elsewherePage, error) {
	page := &elsewherePage{Address: address}
	ticked := map[string]bool{}
	for _, name := range v.R.PostForm["measures"] {
		ticked[name] = true
	}
	measures, err := v.Rooms.App.Measures(v.Context())
	if err != nil {
		return nil, err
	}
	for _, m := range measures {
		page.Measures = append(page.Measures, measureBox{m, ticked[m.ID]})
	}
	page.Boosts, err = constats.Elsewhere(v.Context(), v.Rooms.Constats, v.By)
	return page, err
}

// changeElsewhere looks at a post, boosts it as the ticked measures, or takes a
// boost back.
func changeElsewhere(v *office.Visit) error {
	ctx, done := context.WithTimeout(v.Context(), lookFor)
	defer done()
	var err error
	switch v.Form("action") {
	case "look":
		return lookElsewhere(ctx, v, nil)
	case "boost":
		_, err = constats.BoostAs(ctx, v.Rooms.Constats, v.By, v.R.PostForm["measures"], v.Form("post_url"))
		if errors.Is(err, embraye.ErrConflict) {
			err = &embraye.InvalidError{Problems: []embraye.Problem{{Field: "measures", Code: "is_boosted_already"}}}
		}
		var invalid *embraye.InvalidError
		if errors.As(err, &invalid) {
			return lookElsewhere(ctx, v, err)
		}
	case "undo":
		_, err = constats.Unboost(ctx, v.Rooms.Constats, v.By, v.Form("measure"), v.Form("object"))
	default:
		err = embraye.ErrInvalid
	}
	if err != nil {
		return office.Late(v, err, "/office/elsewhere")
	}
	return v.Said("/office/elsewhere", "office.said.done")
}

// lookElsewhere shows a post to decide about, and what was wrong before.
func lookElsewhere(ctx context.Context, v *office.Visit, wrong error) error {
	page, err := newElsewhere(v, v.Form("post_url"))
	if err != nil {
		return err
	}
	page.Post, err = constats.LookElsewhere(ctx, v.Rooms.Constats, v.By, page.Address)
	if err == nil {
		err = wrong
	}
	if err != nil {
		return v.Again(err, "elsewhere", "office.elsewhere", page)
	}
	return v.Show("elsewhere", "office.elsewhere", page)
}
