package talk

import (
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// A followersPage counts by server and lists who follows.
type followersPage struct {
	Hosts    []embraye.HostCount
	Page     *embraye.FollowerPage
	Measures []embraye.Measure // that can be followed
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
	return v.Show("followers", "office.followers", page)
}
