package office

// start says what waits for the reader.
func start(v *Visit) error {
	start, err := v.Rooms.Drafts.Start(v.Context(), v.By)
	if err != nil {
		return err
	}
	return v.Show("start", "office.start", start)
}
