package office

import (
	"net/url"
	"path"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/web/page"
)

// AccountOf is accountOf for the wings.
func AccountOf(address string) string { return accountOf(address) }

// accountOf names an account elsewhere of which the address alone is known:
// « ana (a.example) ».
func accountOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return page.PlainName(address)
	}
	name := strings.TrimPrefix(path.Base(u.Path), "@")
	if name == "." || name == "/" || len(name) > 40 {
		return u.Host
	}
	return page.PlainName(name) + " (" + u.Host + ")"
}

// webAddress reports whether a text can be a link.
func webAddress[T ~string](s T) bool { return embraye.WebAddress(string(s)) }

// browserOf says in words what a browser calls itself: « Firefox, Linux ».
func browserOf(p *Page, agent string) string {
	first := func(names ...[2]string) string {
		for _, n := range names {
			if strings.Contains(agent, n[0]) {
				return n[1]
			}
		}
		return ""
	}
	browser := first([2]string{"Edg", "Edge"}, [2]string{"OPR/", "Opera"}, [2]string{"SamsungBrowser", "Samsung Internet"}, [2]string{"Vivaldi", "Vivaldi"},
		[2]string{"Firefox/", "Firefox"}, [2]string{"FxiOS", "Firefox"}, [2]string{"CriOS", "Chrome"}, [2]string{"Chromium", "Chromium"},
		[2]string{"Chrome/", "Chrome"}, [2]string{"Safari/", "Safari"})
	system := first([2]string{"Android", "Android"}, [2]string{"iPhone", "iPhone"}, [2]string{"iPad", "iPad"}, [2]string{"Windows", "Windows"},
		[2]string{"CrOS", "ChromeOS"}, [2]string{"Mac OS X", "macOS"}, [2]string{"Linux", "Linux"})
	switch {
	case browser == "":
		return p.T("office.unknown_browser")
	case system == "":
		return browser
	}
	return p.T("office.browser_on", browser, system)
}
