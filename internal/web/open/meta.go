package open

import (
	"cmp"
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"time"

	"embraye/internal/draw"
	"embraye/internal/export"
	"embraye/internal/web/answer"
)

// robots.txt, the site map, security.txt and the small pictures: what programs
// ask of every site.

func (h *Handler) robots(context.Context, *answer.View) (*answer.Answer, error) {
	text := "User-agent: *\nDisallow: /office\nDisallow: /login\nDisallow: /setup\nDisallow: /invite\nDisallow: /reset\n" +
		"Disallow: /suivre/vers\nDisallow: /actors/\nDisallow: /activities/\n\nSitemap: " + h.site.Base + "/sitemap.xml\n"
	return answer.New(http.StatusOK, answer.TypeText, []byte(text)).Bare(), nil
}

type siteMap struct {
	XMLName xml.Name      `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []siteMapLine `xml:"url"`
}

type siteMapLine struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

// sitemap lists every page worth finding.
func (h *Handler) sitemap(ctx context.Context, _ *answer.View) (*answer.Answer, error) {
	data, err := h.pages.MapPage(ctx)
	if err != nil {
		return nil, err
	}
	var all siteMap
	for _, path := range []string{"/", "/territoires", "/chronologie", "/comprendre", "/comprendre/memoire", "/suivre", "/donnees", "/organisations",
		"/journal", "/mentions-legales", "/confidentialite", "/accessibilite", "/ecoconception", "/signaler", "/@" + h.app.Organisation()} {
		all.URLs = append(all.URLs, siteMapLine{Loc: h.site.Base + path})
	}
	for _, m := range data.Measures {
		all.URLs = append(all.URLs, siteMapLine{Loc: h.site.ActorPage(m.Handle)})
	}
	for _, c := range data.Constats {
		at := c.PublishedAt
		if c.UpdatedAt != nil {
			at = *c.UpdatedAt
		}
		all.URLs = append(all.URLs, siteMapLine{string(h.site.UpdateID(c.ID)), at.UTC().Format(time.RFC3339)})
	}
	body, err := xml.MarshalIndent(all, "", " ")
	if err != nil {
		return nil, fmt.Errorf("web: site map: %w", err)
	}
	return answer.New(http.StatusOK, "application/xml; charset=utf-8", append([]byte(xml.Header), body...)).Bare(), nil
}

// securityTxt says where to report a hole (RFC 9116). It is made anew for each
// request, because it carries a date of expiry.
func (h *Handler) securityTxt(w http.ResponseWriter, r *http.Request) {
	contact, err := export.Contact(r.Context(), h.pages, "security_contact", "contact")
	if err != nil {
		h.answers.Fail(w, r, err)
		return
	}
	contact = cmp.Or(contact, h.site.Base+"/signaler")
	now := h.now().UTC()
	expires := time.Date(now.Year(), now.Month()+6, 1, 0, 0, 0, 0, time.UTC)
	text := "Contact: " + contact + "\nExpires: " + expires.Format(time.RFC3339) + "\nPreferred-Languages: fr, en\nCanonical: " +
		h.site.Base + "/.well-known/security.txt\n"
	answer.New(http.StatusOK, answer.TypeText, []byte(text)).Bare().KeptForADay().Write(w, r)
}

// picture is the answer of a picture that never changes in the life of this
// version of the program.
func picture(contentType string, make func() ([]byte, error)) answer.Builder {
	return func(context.Context, *answer.View) (*answer.Answer, error) {
		body, err := make()
		if err != nil {
			return nil, err
		}
		return answer.New(http.StatusOK, contentType, body).Bare().KeptForADay(), nil
	}
}

func faviconPNG(size int) func() ([]byte, error) {
	return func() ([]byte, error) { return draw.Favicon(size) }
}

func faviconSVG() ([]byte, error) { return []byte(draw.FaviconSVG()), nil }
