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

// What is known of a page is known of every place in it, of the place itself first.
func TestKnownEvidenceIsOfThePage(t *testing.T) {
	list := []Evidence{{Href: "https://a.example/1#p1", ArchivedAt: "https://w.example/1"}, {Href: "https://a.example/1#p2", ArchivedAt: "https://w.example/2"},
		{Href: "https://app.example/#/one", ArchivedAt: "https://w.example/3"}}
	for address, want := range map[string]string{"https://a.example/1": "1", "https://a.example/1#p2": "2", "https://a.example/1#p3": "1", "https://a.example/2": "",
		"https://app.example/#/one": "3", "https://app.example/#/two": "", "": ""} {
		if got := KnownEvidence(list, address).ArchivedAt; got != "" && got != "https://w.example/"+want || got == "" && want != "" {
			t.Errorf("%s: %q, want %s", address, got, want)
		}
	}
}
