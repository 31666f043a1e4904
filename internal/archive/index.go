package archive

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"
)

// indexed is a line of the index (CDXJ): where the record of an address lies.
type indexed struct {
	at       time.Time
	URL      string `json:"url"`
	Digest   string `json:"digest"`
	Mime     string `json:"mime"`
	Filename string `json:"filename"`
	Offset   string `json:"offset"`
	Length   string `json:"length"`
	Status   string `json:"status"`
}

// cdxj is the index, in the order of its bytes.
func cdxj(index []indexed) ([]byte, error) {
	lines := make([][]byte, 0, len(index))
	for _, i := range index {
		about, err := line(i)
		if err != nil {
			return nil, err
		}
		lines = append(lines, append([]byte(surt(i.URL)+" "+i.at.UTC().Format("20060102150405")+" "), about...))
	}
	slices.SortFunc(lines, bytes.Compare)
	return bytes.Join(lines, nil), nil
}

// line is JSON as other readers compare it: an & in an address stays one.
func line(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// surt is an address with the name of its host turned round, by which an index
// is sorted: https://www.a.example/B?c is example,a)/b?c.
func surt(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return strings.ToLower(address)
	}
	labels := strings.Split(strings.TrimPrefix(strings.ToLower(u.Hostname()), "www."), ".")
	slices.Reverse(labels)
	out := strings.Join(labels, ",")
	if port := u.Port(); port != "" {
		out += ":" + port
	}
	out += ")" + cmp.Or(strings.ToLower(u.EscapedPath()), "/")
	if u.RawQuery != "" {
		parts := strings.Split(strings.ToLower(u.RawQuery), "&")
		slices.Sort(parts)
		out += "?" + strings.Join(parts, "&")
	}
	return out
}

// split is what a request says of an address: whom it asks, and for what.
func split(address string) (host, path string) {
	u, err := url.Parse(address)
	if err != nil {
		return "", "/"
	}
	return u.Host, u.RequestURI()
}

// SamePage reports whether two addresses are those of one page.
func SamePage(a, b string) bool { return plain(a) == plain(b) }

// plain is an address without what changes nothing about it.
func plain(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.Scheme, u.Host, u.Fragment, u.RawFragment = strings.ToLower(u.Scheme), strings.ToLower(u.Host), "", ""
	u.Host = strings.TrimSuffix(u.Host, map[string]string{"http": ":80", "https": ":443"}[u.Scheme])
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String()
}
