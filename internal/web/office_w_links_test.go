package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

func (s *site) resetLink(email string) string {
	s.t.Helper()
	link, err := s.People.ResetLink(s.t.Context(), embraye.Operator(), email)
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.TrimPrefix(link, base)
}

func (s *site) invite(email string, role embraye.Role) string {
	s.t.Helper()
	link, err := s.People.Invite(s.t.Context(), embraye.Operator(), email, role)
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.TrimPrefix(link, base)
}

// W10: a reset link works once, for an hour, for one address; every other says
// the same, and the database knows only its hash.
func TestW10ResetLinks(t *testing.T) {
	onEach(t, func(t *testing.T, s *site) {
		ana := s.person("ana", embraye.Editor)
		chosen := url.Values{"password": {"another good password"}}
		used := s.resetLink(ana.Email)
		if strings.Contains(s.dump(), strings.TrimPrefix(used, "/reset/")) {
			t.Error("the database knows the link")
		}
		if w := s.visitor().post(used, chosen); w.Code != http.StatusSeeOther {
			t.Fatalf("a good link: %d %s", w.Code, w.Body)
		}
		twice := s.resetLink(ana.Email)
		if codes := atOnce(s, func(v *visitor) int { return v.post(twice, chosen).Code }); codes[0] != http.StatusSeeOther || codes[1] != http.StatusBadRequest {
			t.Errorf("two at once: %v", codes)
		}
		replaced := s.resetLink(ana.Email)
		moved := s.resetLink(ana.Email)
		err := s.Store.InTx(t.Context(), func(tables store.Tables) error {
			p, err := tables.People.Take(t.Context(), ana.ID)
			if err != nil {
				return err
			}
			p.Email = "moved@ours.example"
			return tables.People.Save(t.Context(), p)
		})
		if err != nil {
			t.Fatal(err)
		}
		v := s.visitor()
		if w := v.post(moved, chosen); w.Code != http.StatusBadRequest || v.session() != "" {
			t.Errorf("after the address has changed: %d", w.Code)
		}
		late := s.resetLink("moved@ours.example")
		s.Clock.Advance(61 * time.Minute)
		guessed := "/reset/" + strings.Repeat("A", 43)
		want := s.visitor().post(guessed, chosen)
		for name, link := range map[string]string{"used twice": used, "replaced": replaced, "late": late} {
			w := s.visitor().post(link, chosen)
			if w.Code != http.StatusBadRequest || w.Body.String() != want.Body.String() {
				t.Errorf("%s: %d, and not the text of a guessed one", name, w.Code)
			}
		}
		if w := s.visitor().get(late); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "Demandez un nouveau lien") {
			t.Errorf("the page of a late link: %d %s", w.Code, w.Body)
		}
	})
}

// W11: links lead to the configured origin, whatever the request says.
func TestW11LinksAreOurs(t *testing.T) {
	s := newSite(t)
	ana := s.person("ana", embraye.Editor)
	admin := s.as("admin", embraye.Admin)
	form := url.Values{"action": {"reset"}, "email": {ana.Email}}
	for _, header := range []string{"Host: evil.example", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: http", "Forwarded: host=evil.example"} {
		w := admin.post("/office/people", form, header)
		page := w.Body.String()
		if header == "Host: evil.example" {
			if w.Code != http.StatusMisdirectedRequest {
				t.Errorf("%s: %d", header, w.Code)
			}
		} else if w.Code != http.StatusOK || !strings.Contains(page, `id="lien">`+base+"/reset/") {
			t.Errorf("%s: %d %s", header, w.Code, page)
		}
		if strings.Contains(page, "evil.example") {
			t.Errorf("%s is believed: %s", header, page)
		}
	}
	for _, path := range []string{"/login", "/reset", "/setup/x", "/invite/x", "/reset/x", "/office", "/feed.atom", "/sitemap.xml"} {
		for _, method := range []string{"GET", "POST"} {
			if w := serve(s.Web, method, path, "Host: evil.example", "Accept: "+browser); w.Code != http.StatusMisdirectedRequest || strings.Contains(w.Body.String(), "evil") {
				t.Errorf("W51 %s %s as evil.example: %d", method, path, w.Code)
			}
		}
	}
}

// atOnce does the same twice at the same moment and returns the statuses.
func atOnce(s *site, do func(v *visitor) int) []int {
	var wait sync.WaitGroup
	codes := make([]int, 2)
	for i := range codes {
		v := s.visitor()
		wait.Go(func() { codes[i] = do(v) })
	}
	wait.Wait()
	slices.Sort(codes)
	return codes
}

func (s *site) people() []embraye.Person {
	s.t.Helper()
	people, err := s.People.List(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return people
}

// W13: an invitation makes one account at most.
func TestW13Invitations(t *testing.T) {
	onEach(t, func(t *testing.T, s *site) {
		form := url.Values{"name": {"Bea"}, "password": {password}}
		link := s.invite("bea@ours.example", embraye.Reviewer)
		codes := atOnce(s, func(v *visitor) int { return v.post(link, form).Code })
		if codes[0] != http.StatusSeeOther || codes[1] != http.StatusNotFound || len(s.people()) != 1 {
			t.Errorf("two at once: %v, %d people", codes, len(s.people()))
		}
		if role := s.people()[0].Role; role != embraye.Reviewer {
			t.Errorf("the role is %s", role)
		}
		late := s.invite("cleo@ours.example", embraye.Editor)
		s.Clock.Advance(7*24*time.Hour + time.Second)
		revoked := s.invite("dan@ours.example", embraye.Editor)
		if err := s.People.RevokeInvite(t.Context(), embraye.Operator(), "dan@ours.example"); err != nil {
			t.Fatal(err)
		}
		replaced := s.invite("eve@ours.example", embraye.Editor)
		s.invite("eve@ours.example", embraye.Reader)
		for name, link := range map[string]string{"late": late, "revoked": revoked, "replaced": replaced, "guessed": "/invite/" + strings.Repeat("A", 43)} {
			v := s.visitor()
			if w := v.post(link, form); w.Code != http.StatusNotFound || v.session() != "" || len(s.people()) != 1 {
				t.Errorf("%s: %d, %d people", name, w.Code, len(s.people()))
			}
		}
	})
}

// W18: there is one setup, and one admin of it.
func TestW18Setup(t *testing.T) {
	onEach(t, func(t *testing.T, s *site) {
		link := s.setupLink()
		var n int
		var lock sync.Mutex
		codes := atOnce(s, func(v *visitor) int {
			lock.Lock()
			n++
			form := url.Values{"email": {fmt.Sprintf("admin%d@ours.example", n)}, "name": {"Ana"}, "password": {password}, "org_name": {"Nous"}}
			lock.Unlock()
			return v.post(link, form).Code
		})
		if codes[0] != http.StatusSeeOther || codes[1] != http.StatusNotFound || len(s.people()) != 1 {
			t.Fatalf("two at once: %v, %d people", codes, len(s.people()))
		}
		form := url.Values{"email": {"late@ours.example"}, "name": {"Eve"}, "password": {password}, "org_name": {"Eux"}}
		for _, path := range []string{link, "/setup/" + strings.Repeat("A", 43)} {
			get, post := s.visitor().get(path).Code, s.visitor().post(path, form).Code
			if get != http.StatusNotFound || post != http.StatusNotFound || len(s.people()) != 1 {
				t.Errorf("%s afterwards: %d, %d, %d people", path, get, post, len(s.people()))
			}
		}
		if _, err := s.People.SetupLink(t.Context(), embraye.Operator()); err == nil {
			t.Error("another link is made although there is an admin")
		}
	})
}

// W18: a setup that began before an admin was added on the command line is too
// late.
func TestW18SetupAfterAnAdmin(t *testing.T) {
	s := newSite(t)
	link := s.setupLink()
	s.person("operator", embraye.Admin)
	form := url.Values{"email": {"late@ours.example"}, "name": {"Eve"}, "password": {password}, "org_name": {"Eux"}}
	if get, post := s.visitor().get(link).Code, s.visitor().post(link, form).Code; get != http.StatusNotFound || post != http.StatusNotFound || len(s.people()) != 1 {
		t.Errorf("%d, %d, %d people", get, post, len(s.people()))
	}
}

// W52, on the page of the sign-in: wherever next leads, one stays here.
func TestW52SignInLeadsToUs(t *testing.T) {
	s := newSite(t)
	s.person("ana", embraye.Editor)
	for next, want := range map[string]string{"/office/constats?state=draft": "/office/constats?state=draft", "//evil.example": "/office", `/\evil`: "/office",
		"https:evil": "/office", "/%2Fevil.example": "/office", "/%09/evil": "/office", "javascript:alert(1)": "/office", strings.Repeat("/office", 1500): "/office"} {
		if page := s.visitor().get("/login?next=" + url.QueryEscape(next)); page.Code == http.StatusOK {
			if field := controlOf(t, page.Body.String(), "next"); field.value != want {
				t.Errorf("the form of %.40q says %q", next, field.value)
			}
		} else if len(next) < 8000 { // longer addresses are refused as such
			t.Errorf("the form of %.40q: %d", next, page.Code)
		}
		w := s.visitor().post("/login", url.Values{"email": {"ana@ours.example"}, "password": {password}, "next": {next}})
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != want {
			t.Errorf("next %.40q leads to %d %q", next, w.Code, w.Header().Get("Location"))
		}
	}
}
