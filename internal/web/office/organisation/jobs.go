package organisation

import "embraye/internal/web/office"

// jobs shows what the program does by itself.
func jobs(v *office.Visit) error {
	chores, err := v.Rooms.App.Chores(v.Context(), v.By)
	if err != nil {
		return err
	}
	return v.Show("jobs", "office.jobs", chores)
}
