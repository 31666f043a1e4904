package embraye

import "testing"

// A passage is of its page; an application's page stays what it is.
func TestThePageOfAnAddress(t *testing.T) {
	const page = "https://a.example/b?c=1"
	for address, want := range map[string]string{page: page, page + "#": page, page + "#d": page, page + "#:~:text=e%20f": page, page + "#page=2": page, page + "#d/e!": page, page + "#d#/e": page,
		page + "#/": page + "#/", page + "#/d#e": page + "#/d#e", page + "#!d": page + "#!d", "": ""} {
		if got := PageOf(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}
