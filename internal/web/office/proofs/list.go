package proofs

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"embraye/internal/app/evidence"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// A listPage lists copies, newest first.
type listPage struct {
	On    bool
	Usage embraye.CopyUsage
	State embraye.CopyState
	Look  embraye.CopyLook
	List  []embraye.EvidenceCopy
	Next  string
}

// Near reports whether there will soon be no room left.
func (p *listPage) Near() bool { return p.Usage.Percent() >= embraye.Near }

// Full reports whether there is none.
func (p *listPage) Full() bool { return p.Usage.Percent() >= 100 }

func list(v *office.Visit) error {
	page, err := readList(v)
	if err != nil {
		return err
	}
	return v.Show("copies", "office.copies", page)
}

func readList(v *office.Visit) (*listPage, error) {
	query := v.R.URL.Query()
	page := &listPage{On: v.Rooms.Evidence.On(), State: embraye.CopyState(query.Get("state")), Look: embraye.CopyLook(query.Get("look"))}
	before := query.Get("before")
	if before != "" && !embraye.ValidID(before) || page.State != "" && !slices.Contains(embraye.CopyStates(), page.State) {
		return nil, embraye.ErrNotFound
	}
	var err error
	if page.Usage, err = v.Rooms.Evidence.Usage(v.Context(), v.By); err != nil {
		return nil, err
	}
	page.List, err = v.Rooms.Evidence.List(v.Context(), v.By, embraye.CopyFilter{State: page.State, Look: page.Look, Before: before, Limit: office.PageSize})
	if len(page.List) == office.PageSize {
		page.Next = page.List[office.PageSize-1].ID
	}
	return page, err
}

// ask begins a copy of a page.
func ask(v *office.Visit) error {
	c, err := v.Rooms.Evidence.Ask(v.Context(), v.By, v.Form("href"))
	if err != nil {
		page, reading := readList(v)
		if reading != nil {
			return reading
		}
		return v.Again(err, "copies", "office.copies", page)
	}
	return v.Said("/office/preuves/"+c.ID, "office.said.copy_asked")
}

// newForm is the form for a copy that somebody made elsewhere.
func newForm(v *office.Visit) error {
	values, _ := v.TypedBefore()
	if values == nil {
		values = v.R.URL.Query()
	}
	return v.Render(http.StatusOK, "copy_new", "office.copies.hand_in", nil, values, nil)
}

func handIn(v *office.Visit) error {
	if err := v.ParseFiles(); errors.Is(err, office.ErrTooLarge) {
		return v.Again(&embraye.InvalidError{Problems: []embraye.Problem{{Field: "file", Code: "file_too_large", Max: 40 << 20}}}, "copy_new", "office.copies.hand_in", nil)
	} else if err != nil {
		return err
	}
	file, err := v.Uploaded()
	if err != nil {
		return err
	}
	if file == nil {
		return v.Again(&embraye.InvalidError{Problems: []embraye.Problem{{Field: "file", Code: "required"}}}, "copy_new", "office.copies.hand_in", nil)
	}
	c, err := v.Rooms.Evidence.HandIn(v.Context(), v.By, v.Form("href"), file, v.UploadedName())
	if err != nil {
		return v.Again(err, "copy_new", "office.copies.hand_in", nil)
	}
	return v.Said("/office/preuves/"+c.ID, "office.said.copy_kept")
}

// A onePage is a copy with all that is known of it.
type onePage struct {
	*embraye.EvidenceCopy
	CitedBy []embraye.Citation
}

// Public reports whether everybody may see the page of the copy.
func (p *onePage) Public() bool {
	return slices.ContainsFunc(p.CitedBy, func(c embraye.Citation) bool { return c.Organisation == "" })
}

func readOne(v *office.Visit) (*onePage, error) {
	c, err := v.Rooms.Evidence.One(v.Context(), v.By, v.Param("id"))
	if err != nil {
		return nil, err
	}
	cited, err := v.Rooms.Evidence.CitedBy(v.Context(), v.By, c)
	return &onePage{c, cited}, err
}

func one(v *office.Visit) error {
	page, err := readOne(v)
	if err != nil {
		return err
	}
	return v.Show("copy_one", "office.copies.one", page)
}

// change does what the button says.
func change(v *office.Visit) error {
	c, err := readOne(v)
	if err != nil {
		return err
	}
	here, said := "/office/preuves/"+c.ID, "office.said.done"
	switch v.Form("action") {
	case "again":
		var again *embraye.EvidenceCopy
		if again, err = v.Rooms.Evidence.Again(v.Context(), v.By, c.ID); err == nil {
			here, said = "/office/preuves/"+again.ID, "office.said.copy_asked"
		}
	case "show":
		err = v.Rooms.Evidence.Show(v.Context(), v.By, c.ID, evidence.Shown{Visibility: embraye.CopyVisibility(v.Form("visibility")), Licence: v.Form("licence"), Quotation: v.R.PostFormValue("quotation")})
	case "drop":
		err = v.Rooms.Evidence.Drop(v.Context(), v.By, c.ID, v.Form("reason"))
	default:
		return embraye.ErrInvalid
	}
	if err != nil {
		return office.Late(v, v.Again(err, "copy_one", "office.copies.one", c), "/office/preuves/"+c.ID)
	}
	return v.Said(here, said)
}

// download gives an editor the file.
func download(v *office.Visit) error {
	content, info, err := v.Rooms.Evidence.Open(v.Context(), v.By, v.Param("id"))
	if err != nil {
		return err
	}
	defer content.Close()
	h := v.W.Header()
	h.Set("Content-Type", info.MediaType)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Disposition", `attachment; filename="copie.wacz"`)
	http.ServeContent(v.W, v.R, "", time.Time{}, content)
	return nil
}
