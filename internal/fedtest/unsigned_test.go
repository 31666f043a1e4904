package fedtest_test

import (
	"errors"
	"net/http"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/storetest"
)

// A server that wants signatures is not asked without one because our database is
// away for a moment: its 401 would be kept as what it says of the account.
func TestNothingIsFetchedUnsignedWhileTheDatabaseIsAway(t *testing.T) {
	w := fedtest.New(t, fedtest.Config{Kind: storetest.SQLite}, "ours.example")
	in, asked := w.Instances[0], 0
	stranger := w.Server("strict.example")
	stranger.Handle("/users/ann", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; r.Header.Get("Signature") == "" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	if _, err := in.Store.Pool().Exec("ALTER TABLE actors RENAME TO away"); err != nil {
		t.Fatal(err)
	}
	_, _, err := in.App.Remote.FetchObject(t.Context(), embraye.IRI(stranger.Base+"/users/ann"))
	if !errors.Is(err, embraye.ErrUnavailable) || asked != 0 {
		t.Errorf("asked %d times: %v", asked, err)
	}
}
