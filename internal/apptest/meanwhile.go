package apptest

import "context"

// Meanwhile runs act beside another process on PostgreSQL, whose transaction has
// run the statement and is committed once act waits for it.
func (h *House) Meanwhile(act func(context.Context) error, statement string, args ...any) error {
	h.T.Helper()
	pool := h.Store.Pool()
	other, err := pool.BeginTx(h.Context(), nil)
	h.Must(err)
	defer other.Rollback() // no more than a commit left
	_, err = other.ExecContext(h.Context(), statement, args...)
	h.Must(err)
	ended := make(chan error, 1)
	go func() { ended <- act(h.Context()) }()
	for waiting := false; !waiting; {
		select {
		case err := <-ended:
			h.T.Errorf("it did not wait for the other process (%v)", err)
			return err
		default:
		}
		h.Must(pool.QueryRowContext(h.Context(), `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&waiting))
	}
	h.Must(other.Commit())
	return <-ended
}
