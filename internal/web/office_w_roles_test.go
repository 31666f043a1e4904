package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/web"
)

// expected is every route and the status that each role gets, written by hand
// (W23): anonymous, reader, editor whose draft it is, another editor,
// reviewer, admin; one number stands for all. Forms are sent as formOf says.
const expected = `
GET  /office                              303 200 200 200 200 200
GET  /office/account                      303 200 200 200 200 200
POST /office/account                      401 303 303 303 303 303
GET  /office/account/second               303 200 200 200 200 200
POST /office/account/second               401 400 400 400 400 400
GET  /office/constats                     303 200 200 200 200 200
GET  /office/constats/new                 303 403 200 200 200 200
POST /office/constats/new                 401 403 303 303 303 303
POST /office/constats/last                401 403 303 303 303 303
GET  /office/drafts/{id}                  303 403 200 404 200 200
POST /office/drafts/{id}                  401 403 303 404 303 303
GET  /office/drafts/{id}/preuves          303 403 200 404 200 200
POST /office/drafts/{id}/preuves          401 403 503 404 503 503
GET  /office/drafts/{id}/publish          303 403 200 404 200 200
POST /office/drafts/{id}/publish          401 403 400 404 400 400
POST /office/files                        401 403 400 400 400 400
GET  /office/import                       303 403 200 200 200 200
GET  /office/import/template.csv          303 403 200 200 200 200
POST /office/import                       401 403 400 400 400 400
GET  /office/constats/{id}                303 200 200 200 200 200
GET  /office/constats/{id}/correct        303 403 403 403 200 200
POST /office/constats/{id}/correct        401 403 403 403 400 400
GET  /office/constats/{id}/withdraw       303 403 403 403 200 200
POST /office/constats/{id}/withdraw       401 403 403 403 400 400
POST /office/constats/{id}/ask            401 400 400 400 400 400
GET  /office/reviews                      303 200 200 200 200 200
GET  /office/reviews/new                  303 403 400 400 400 400
POST /office/reviews/new                  401 403 400 400 400 400
GET  /office/reviews/drafts/{id}          303 403 200 404 200 200
POST /office/reviews/drafts/{id}          401 403 303 404 303 303
GET  /office/reviews/ours                 303 200 200 200 200 200
GET  /office/reviews/ours/{id}            303 200 200 200 200 200
GET  /office/reviews/ours/{id}/correct    303 403 403 403 200 200
POST /office/reviews/ours/{id}/correct    401 403 403 403 400 400
GET  /office/reviews/ours/{id}/withdraw   303 403 403 403 200 200
POST /office/reviews/ours/{id}/withdraw   401 403 403 403 400 400
GET  /office/reviews/received             303 200 200 200 200 200
GET  /office/reviews/received/{id}        303 200 200 200 200 200
POST /office/reviews/received/{id}        401 403 403 403 400 400
GET  /office/conversation                 303 200 200 200 200 200
POST /office/conversation                 401 403 403 403 400 400
GET  /office/conversation/{id}            303 404 404 404 404 404
POST /office/conversation/{id}            401 403 403 403 404 404
POST /office/reports/{id}                 401 403 403 403 404 404
GET  /office/preuves                      303 200 200 200 200 200
POST /office/preuves                      401 403 400 400 400 400
GET  /office/preuves/new                  303 403 200 200 200 200
POST /office/preuves/new                  401 403 400 400 400 400
GET  /office/preuves/{id}                 303 404 404 404 404 404
POST /office/preuves/{id}                 401 403 404 404 404 404
GET  /office/preuves/{id}/copie.wacz      303 403 404 404 404 404
GET  /office/interactions                 303 200 200 200 200 200
POST /office/quotes/{id}                  401 403 403 403 404 404
GET  /office/elsewhere                    303 200 200 200 200 200
POST /office/elsewhere                    401 403 403 403 400 400
GET  /office/followers                    303 200 200 200 200 200
POST /office/followers                    401 403 403 403 400 400
GET  /office/blocks                       303 403 403 403 403 200
POST /office/blocks                       401 403 403 403 403 400
GET  /office/blocks/list                  303 403 403 403 403 200
POST /office/blocks/list                  401 403 403 403 403 400
GET  /office/blocks/drafts                303 403 403 403 403 200
POST /office/blocks/drafts                401 403 403 403 403 400
GET  /office/deliveries                   303 200 200 200 200 200
POST /office/deliveries                   401 403 403 403 403 400
GET  /office/peers                        303 403 403 403 403 200
POST /office/peers                        401 403 403 403 403 400
GET  /office/peers/new                    303 403 403 403 403 200
POST /office/peers/new                    401 403 403 403 403 400
GET  /office/peers/list                   303 403 403 403 403 200
POST /office/peers/list                   401 403 403 403 403 400
GET  /office/peers/{id}                   303 403 403 403 403 200
POST /office/peers/{id}                   401 403 403 403 403 400
GET  /office/people                       303 403 403 403 403 200
POST /office/people                       401 403 403 403 403 400
GET  /office/organisation                 303 403 403 403 403 200
POST /office/organisation                 401 403 403 403 403 400
GET  /office/chatons                      303 403 403 403 403 200
POST /office/chatons                      401 403 403 403 403 400
GET  /office/legal                        303 403 403 403 403 200
POST /office/legal                        401 403 403 403 403 303
GET  /office/jobs                         303 403 403 403 403 200
GET  /office/health                       303 403 403 403 403 200
POST /office/health                       401 403 403 403 403 303
GET  /office/audit                        303 403 403 403 200 200

GET  /setup/{token}                       404
POST /setup/{token}                       404
GET  /login                               200
POST /login                               401
GET  /login/second                        303
POST /login/second                        303
POST /logout                              303
GET  /invite/{token}                      200
POST /invite/{token}                      400
GET  /reset                               200
POST /reset                               200
GET  /reset/{token}                       200
POST /reset/{token}                       400
GET  /fichiers/{name}                     404
GET  /fichiers/{width}/{name}             404

GET  /                                    200
GET  /@{handle}                           200
GET  /@{handle}/card.png                  200
GET  /@{handle}/embed                     200
GET  /@{handle}/feed.atom                 200
GET  /@{handle}/feed.json                 200
GET  /@{handle}/{territory}               200
GET  /@{handle}/{territory}/feed.atom     200
GET  /@{handle}/{territory}/feed.json     200
GET  /accessibilite                       200
GET  /apple-touch-icon.png                200
GET  /assets/{file}                       200
GET  /catalog.jsonld                      200
GET  /chronologie                         200
GET  /comprendre                          200
GET  /comprendre/memoire                  200
GET  /confidentialite                     200
GET  /constats/{id}                       200
GET  /constats/{id}/card.png              200
GET  /constats/{id}/versions              200
GET  /constats/{id}/versions/{n}          200
GET  /constats/{id}/versions/{n}/preuve.tlog-proof 200
GET  /donnees                             200
GET  /donnees/datapackage.json            200
GET  /donnees/constats.csv                200
GET  /donnees/constats-tableur.csv        200
GET  /donnees/constats.json               200
GET  /donnees/avis.csv                    200
GET  /donnees/avis.json                   200
GET  /donnees/organisations.csv           200
GET  /donnees/organisations.json          200
GET  /ecoconception                       200
GET  /favicon.ico                         200
GET  /favicon.svg                         200
GET  /feed.atom                           200
GET  /feed.json                           200
GET  /journal                             200
GET  /journal/checkpoint                  200
GET  /journal/policy                      200
GET  /journal/tile/*                      404
GET  /journal/{epoch}/checkpoint          404
GET  /journal/{epoch}/tile/*              404
GET  /mentions-legales                    200
GET  /notes/{id}                          200
GET  /oembed                              404
GET  /organisations                       200
GET  /organisations/{host}                200
GET  /organisations.txt                   404
GET  /copies/{id}                         200
GET  /divergences                         200
GET  /robots.txt                          200
GET  /signaler                            200
GET  /sitemap.xml                         200
GET  /suivre                              200
POST /suivre/vers                         422
GET  /suivre/courriel                     404
POST /suivre/courriel                     404
GET  /suivre/courriel/{token}             404
POST /suivre/courriel/{token}             400
GET  /suivre/courriel/{token}/quitter     200
POST /suivre/courriel/{token}/quitter     200
GET  /territoires                         200
GET  /territoires/{territory}             200
GET  /territoires/{territory}/feed.atom   200
GET  /territoires/{territory}/feed.json   200

GET  /.well-known/chatonsinfos/organization.properties 404
GET  /.well-known/chatonsinfos/embraye.properties 404
GET  /.well-known/chatonsinfos/embraye-metrics.properties 404
GET  /dossier-chatons                     404
GET  /archive                             200
GET  /preuves/{id}                        404
GET  /preuves/{id}/copie.wacz             404
GET  /.well-known/host-meta               200
GET  /.well-known/nodeinfo                200
GET  /.well-known/security.txt            200
GET  /.well-known/webfinger               400
GET  /activities/{id}                     303
GET  /actors/{handle}                     303
GET  /actors/{handle}/collections         200
GET  /actors/{handle}/collections/{name}  404
GET  /actors/{handle}/featured            200
GET  /actors/{handle}/followers           200
GET  /actors/{handle}/following           200
GET  /actors/{handle}/icon.png            200
POST /actors/{handle}/inbox               415
GET  /actors/{handle}/measures            404
GET  /actors/{handle}/outbox              200
GET  /citations/{id}                      404
GET  /mises-en-avant/{id}                 404
GET  /constats/{id}/likes                 200
GET  /constats/{id}/fil                   200
GET  /constats/{id}/replies               200
GET  /constats/{id}/shares                200
POST /inbox                               415
GET  /verifier                            200
POST /verifier                            422
POST /temoin/add-checkpoint               400
GET  /temoin/{hash}/checkpoint            404
GET  /temoin/{hash}/tile/entries/*        404
POST /check                               401
GET  /livez                               200
GET  /nodeinfo/2.0                        200
GET  /nodeinfo/2.1                        200
GET  /avis/{id}                           200
GET  /avis/{id}/versions/{n}              200
GET  /avis/{id}/versions/{n}/preuve.tlog-proof 200
GET  /avis/{id}/likes                     200
GET  /avis/{id}/replies                   200
GET  /avis/{id}/shares                    200
GET  /avis/sur/{digest}                   200
GET  /constats/{id}/reviews               200
GET  /notes/{id}/likes                    200
GET  /notes/{id}/replies                  200
GET  /notes/{id}/shares                   200
GET  /readyz                              200
`

// roleNames are the columns of the table.
var roleNames = []string{"anonymous", "reader", "editor", "other editor", "reviewer", "admin"}

// table reads the statuses, by method and pattern.
func table(t *testing.T) map[web.Route][]int {
	t.Helper()
	rows := map[web.Route][]int{}
	for line := range strings.Lines(expected) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		var codes []int
		for _, word := range words[2:] {
			code, err := strconv.Atoi(word)
			if err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			codes = append(codes, code)
		}
		if len(codes) == 1 {
			codes = slices.Repeat(codes, len(roleNames))
		}
		route := web.Route{Method: words[0], Pattern: words[1]}
		if len(codes) != len(roleNames) || rows[route] != nil {
			t.Fatalf("the line %q is not a row, or there twice", line)
		}
		rows[route] = codes
	}
	return rows
}

// formOf is what is sent where an empty form would say nothing about the role.
func formOf(pattern string) url.Values {
	switch pattern {
	case "/office/account":
		return url.Values{"action": {"language"}, "language": {"fr"}}
	case "/office/reviews/drafts/{id}":
		return url.Values{"verdict": {"contests"}, "action": {"save"}}
	case "/office/constats/new", "/office/drafts/{id}":
		return url.Values{"title": {"Un brouillon"}, "measure": {"m2"}, "action": {"save"}}
	}
	if pattern == "/suivre/vers" {
		return url.Values{"cible": {"mesure2"}, "compte": {"x"}}
	}
	return url.Values{}
}

// W23: every route as every role.
func TestW23RoutesAndRoles(t *testing.T) {
	o := newOfficeStage(t)
	visitors := []*visitor{o.visitor(), o.as("reader", embraye.Reader), o.as("own", embraye.Editor), o.as("other", embraye.Editor), o.as("reviewer", embraye.Reviewer), o.admin}
	w := visitors[2].post("/office/constats/new", formOf("/office/constats/new"))
	o.values["/office/drafts"]["id"] = strings.TrimPrefix(w.Header().Get("Location"), "/office/drafts/")
	about := o.hears("pair.example", "La Paire", embraye.UnderWay, "Autre chose")
	w = visitors[2].post("/office/reviews/new", url.Values{"of": {string(about.URI)}, "reason": {"Pas sûr"}})
	o.values["/office/reviews/drafts"]["id"] = strings.TrimPrefix(w.Header().Get("Location"), "/office/reviews/drafts/")
	visitors[3].post("/office/constats/new", formOf("/office/constats/new")) // something to begin with once more
	visitors[4].post("/office/constats/new", formOf("/office/constats/new"))

	rows := table(t)
	var routes []web.Route
	for _, route := range o.routes() {
		if route.Method == http.MethodHead {
			route.Method = http.MethodGet
		}
		if rows[route] == nil {
			t.Errorf("%s %s is not in the table", route.Method, route.Pattern)
		} else if !slices.Contains(routes, route) {
			routes = append(routes, route)
		}
	}
	for route := range rows {
		if !slices.Contains(routes, route) {
			t.Errorf("%s %s is in the table and not in the router", route.Method, route.Pattern)
		}
	}
	for _, route := range routes {
		for i, v := range visitors {
			v.address = fmt.Sprintf("203.0.113.%d:4000", i+1)
			before := o.dump("sessions", "attempts")
			if got := o.ask(v, route, i); got != rows[route][i] {
				t.Errorf("%s %s as %s: %d, want %d", route.Method, route.Pattern, roleNames[i], got, rows[route][i])
			}
			if refused := []int{401, 403, 404, 415}; slices.Contains(refused, rows[route][i]) {
				if after := o.dump("sessions", "attempts"); after != before {
					t.Errorf("%s %s as %s changed something:\n%s", route.Method, route.Pattern, roleNames[i], differences(before, after))
				}
			}
		}
	}
}

// ask requests one pair of the table. A copy of the visitor asks: what the
// answer does to its cookies is nobody else's business.
func (o *officeStage) ask(v *visitor, route web.Route, i int) int {
	o.t.Helper()
	path := o.path(route.Pattern)
	if path == "/assets/style.css" {
		path = stylesheet.FindString(o.get("/", browser).Body.String())
	}
	browser := *v
	browser.cookies = map[string]string{}
	if route.Pattern != "/logout" && v.session() != "" {
		browser.cookies[sessionCookie] = v.session()
	}
	if route.Method == http.MethodGet {
		w := browser.get(path)
		if head := browser.send(httptest.NewRequest("HEAD", base+path, nil)); head.Code != w.Code {
			o.t.Errorf("HEAD %s as %s: %d, GET %d", path, roleNames[i], head.Code, w.Code)
		}
		return w.Code
	}
	form := formOf(route.Pattern)
	if route.Pattern == "/login" || route.Pattern == "/reset" {
		form.Set("email", fmt.Sprintf("nobody%d@ours.example", i)) // each has tries of its own
	}
	return browser.post(path, form).Code
}

var stylesheet = regexp.MustCompile(`/assets/style-[0-9a-f]+\.css`)
