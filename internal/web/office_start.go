package web

// officeStart says what waits for the reader.
func officeStart(v *visit) error {
	start, err := v.rooms.Drafts.Start(v.ctx(), v.by)
	if err != nil {
		return err
	}
	return v.show("start", "office.start", start)
}
