package browsertest

import (
	"net/http"
	"testing"
)

// eachWay runs a test with scripts and without, each on an instance of its own;
// sit gives somebody a browser.
func eachWay(t *testing.T, test func(t *testing.T, in *Instance, sit func() *Person)) {
	t.Helper()
	ways(t, map[string]bool{"with scripts": true, "without scripts": false}, test)
}

// withoutScripts is eachWay for what scripts have no part in.
func withoutScripts(t *testing.T, test func(t *testing.T, in *Instance, sit func() *Person)) {
	t.Helper()
	ways(t, map[string]bool{"without scripts": false}, test)
}

func ways(t *testing.T, scripts map[string]bool, test func(t *testing.T, in *Instance, sit func() *Person)) {
	t.Helper()
	if testing.Short() {
		t.Skip("drives a browser")
	}
	browser := Browser(t)
	for name, javascript := range scripts {
		t.Run(name, func(t *testing.T) {
			in := New(t)
			test(t, in, func() *Person { return in.Sit(browser, javascript) })
		})
	}
}

// publicStatus asks as a stranger without a browser.
func (in *Instance) publicStatus(t *testing.T, path string) int {
	t.Helper()
	resp, err := http.Get(in.URL + path)
	check(t, err)
	check(t, resp.Body.Close())
	return resp.StatusCode
}
