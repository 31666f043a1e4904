package office

import "embraye/internal/embraye"

// A startPage is what waits, and who is who.
type startPage struct {
	*embraye.OfficeStart
	Names map[int64]string
}

// start says what waits for the reader.
func start(v *Visit) error {
	start, err := v.Rooms.Drafts.Start(v.Context(), v.By)
	if err != nil {
		return err
	}
	names, err := v.Names()
	if err != nil {
		return err
	}
	return v.Show("start", "office.start", &startPage{start, names})
}
