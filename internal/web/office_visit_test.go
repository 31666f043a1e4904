package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"embraye/internal/app/people"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
)

// password is everybody's in these tests.
const password = "correct horse battery"

// A visitor is a browser without scripts: it keeps cookies and sends what
// browsers send.
type visitor struct {
	s       *site
	h       http.Handler
	address string
	cookies map[string]string
}

func (s *site) visitor() *visitor {
	return &visitor{s: s, h: s.Web, address: "203.0.113.1:4000", cookies: map[string]string{}}
}

// onKind is newSite on a database of one's choice.
func onKind(t testing.TB, kind string) *site {
	w := fedtest.New(t, fedtest.Config{Kind: kind}, "ours.example")
	return &site{w, w.Instances[0], t}
}

func (v *visitor) get(path string, headers ...string) *httptest.ResponseRecorder {
	v.s.t.Helper()
	return v.send(httptest.NewRequest("GET", base+path, nil), headers...)
}

// post sends a form; a path may be whole, as links in pages are.
func (v *visitor) post(path string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	v.s.t.Helper()
	r := httptest.NewRequest("POST", base+strings.TrimPrefix(path, base), strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", base)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.send(r, headers...)
}

func (v *visitor) send(r *http.Request, headers ...string) *httptest.ResponseRecorder {
	v.s.t.Helper()
	r.RemoteAddr = v.address
	r.Header.Set("Accept", browser)
	for name, value := range v.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		if name == "Host" {
			r.Host = value
		} else {
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	v.h.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		} else {
			v.cookies[c.Name] = c.Value
		}
	}
	return w
}

const sessionCookie = "__Host-embraye"

func (v *visitor) session() string { return v.cookies[sessionCookie] }

// inside tells whether the visitor is signed in.
func (v *visitor) inside() bool {
	v.s.t.Helper()
	return v.get("/office/account").Code == http.StatusOK
}

// signIn goes through the page of the sign-in.
func (v *visitor) signIn(email string) *visitor {
	v.s.t.Helper()
	w := v.post("/login", url.Values{"email": {email}, "password": {password}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/office" {
		v.s.t.Fatalf("signing in as %s: %d %s", email, w.Code, w.Body)
	}
	return v
}

// person adds somebody whose address is the name at ours.example.
func (s *site) person(name string, role embraye.Role) *embraye.Person {
	s.t.Helper()
	p, err := s.People.Add(s.t.Context(), embraye.Operator(), people.NewPerson{Email: name + "@ours.example", Name: name, Role: role, Password: password})
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// as adds somebody and signs them in.
func (s *site) as(name string, role embraye.Role) *visitor {
	s.t.Helper()
	return s.visitor().signIn(s.person(name, role).Email)
}

// setupLink is the path of a new link to the first page.
func (s *site) setupLink() string {
	s.t.Helper()
	link, err := s.People.SetupLink(s.t.Context(), embraye.Operator())
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.TrimPrefix(link, base)
}

// elements finds what a page has of a tag.
func elements(t testing.TB, page, tag string) []*html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var found []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == tag {
			found = append(found, n)
		}
	}
	return found
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

// A control is one field of a form as the page shows it.
type control struct {
	value, described string
	invalid, hidden  bool
}

// controlOf finds a field by its name, and the texts that describe it. Of
// several it is the one that is marked, or the first that can be seen.
func controlOf(t testing.TB, page, name string) control {
	t.Helper()
	all := controlsOf(t, page, name)
	for _, fits := range []func(control) bool{
		func(c control) bool { return c.invalid }, func(c control) bool { return c.described != "" }, func(c control) bool { return !c.hidden },
	} {
		if i := slices.IndexFunc(all, fits); i >= 0 {
			return all[i]
		}
	}
	if len(all) == 0 {
		t.Fatalf("no field %s in\n%s", name, page)
	}
	return all[0]
}

func controlsOf(t testing.TB, page, name string) []control {
	t.Helper()
	var found []control
	byID := map[string]*html.Node{}
	for _, tag := range []string{"span", "p", "div"} {
		for _, n := range elements(t, page, tag) {
			byID[attribute(n, "id")] = n
		}
	}
	for _, tag := range []string{"input", "textarea", "select", "fieldset"} {
		for _, n := range elements(t, page, tag) {
			if attribute(n, "name") != name && (tag != "fieldset" || attribute(n, "id") != "f-"+strings.ReplaceAll(name, "_", "-")) || attribute(n, "type") == "radio" {
				continue
			}
			c := control{value: attribute(n, "value"), invalid: attribute(n, "aria-invalid") == "true", hidden: attribute(n, "type") == "hidden"}
			if tag == "textarea" {
				c.value = strings.TrimPrefix(rawText(n), "\n")
			}
			for _, id := range strings.Fields(attribute(n, "aria-describedby")) {
				if byID[id] == nil {
					t.Errorf("%s is described by %s, which is not there", name, id)
				} else {
					c.described += textOf(byID[id]) + " "
				}
			}
			found = append(found, c)
		}
	}
	return found
}

func rawText(n *html.Node) string {
	if n.FirstChild == nil {
		return ""
	}
	return n.FirstChild.Data
}
