package talk

import (
	"strconv"

	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// A followersPage counts by server and lists who follows.
type followersPage struct {
	Hosts    []embraye.HostCount
	Page     *embraye.FollowerPage
	Measures []embraye.Measure // that can be followed
	Asking   []embraye.OfficeFollower
	ByMail   []mailCount // for admins
}

// A mailCount is how many follow something by mail.
type mailCount struct {
	Subject string
	Readers int
}

// byMail counts for admins who follows by mail.
func byMail(v *office.Visit) (list []mailCount, err error) {
	if v.By.May(embraye.Admin) != nil {
		return nil, nil
	}
	counts, err := v.Rooms.Letters.Counts(v.Context(), v.By)
	for _, c := range counts {
		list = append(list, mailCount{v.Rooms.Letters.Subject(v.Lang, c.Measure, c.Territory), c.Readers})
	}
	return list, err
}

func followers(v *office.Visit) error {
	before, err := v.Before()
	if err != nil {
		return err
	}
	page := &followersPage{}
	if page.Measures, err = v.Rooms.App.Measures(v.Context()); err != nil {
		return err
	}
	if page.Hosts, err = v.Rooms.Talk.FollowersByHost(v.Context(), v.By); err != nil {
		return err
	}
	if page.Page, err = v.Rooms.Talk.Followers(v.Context(), v.By, v.R.URL.Query().Get("actor"), before); err != nil {
		return err
	}
	if page.Asking, err = v.Rooms.Talk.FollowRequests(v.Context(), v.By); err != nil {
		return err
	}
	if page.ByMail, err = byMail(v); err != nil {
		return err
	}
	return v.Show("followers", "office.followers", page)
}

// decideFollow lets somebody on a limited domain follow, or not.
func decideFollow(v *office.Visit) error {
	id, err := strconv.ParseInt(v.Form("id"), 10, 64)
	action := v.Form("action")
	if err != nil || action != "accept" && action != "refuse" {
		return embraye.ErrInvalid
	}
	if err := v.Rooms.Talk.DecideFollow(v.Context(), v.By, id, action == "accept"); err != nil {
		return office.Late(v, err, "/office/followers")
	}
	return v.Said("/office/followers", "office.said.done")
}
