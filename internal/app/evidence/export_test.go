package evidence

// Occupy is as if as many pages were being visited as may be at once.
func (ev *Evidence) Occupy() (free func()) {
	for range atOnce {
		ev.visits <- struct{}{}
	}
	return func() {
		for range atOnce {
			<-ev.visits
		}
	}
}
