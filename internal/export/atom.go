package export

import (
	"encoding/xml"
	"fmt"
	"io"
)

// The shapes of RFC 4287, as far as we say something in them.
type (
	atomFeed struct {
		XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang     string      `xml:"xml:lang,attr,omitempty"`
		ID       string      `xml:"id"`
		Title    string      `xml:"title"`
		Subtitle string      `xml:"subtitle,omitempty"`
		Updated  string      `xml:"updated"`
		Links    []atomLink  `xml:"link"`
		Icon     string      `xml:"icon,omitempty"`
		Rights   string      `xml:"rights,omitempty"`
		Author   atomAuthor  `xml:"author"`
		Entries  []atomEntry `xml:"entry"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr,omitempty"`
		Href string `xml:"href,attr"`

		Title string `xml:"title,attr,omitempty"`
	}
	atomAuthor struct {
		Name string `xml:"name"`
		URI  string `xml:"uri,omitempty"`
	}
	atomText struct {
		Type string `xml:"type,attr"`
		Body string `xml:",chardata"`
	}
	atomCategory struct {
		Term string `xml:"term,attr"`
	}
	atomEntry struct {
		Lang       string         `xml:"xml:lang,attr,omitempty"`
		ID         string         `xml:"id"`
		Title      string         `xml:"title"`
		Published  string         `xml:"published,omitempty"`
		Updated    string         `xml:"updated"`
		Links      []atomLink     `xml:"link"`
		Author     *atomAuthor    `xml:"author"`
		Categories []atomCategory `xml:"category"`
		Summary    string         `xml:"summary,omitempty"`
		Content    *atomText      `xml:"content"`
	}
)

// WriteAtom writes an Atom 1.0 feed. HTML goes as escaped text, so that no
// entry can end the document (or a CDATA section: there is none).
func WriteAtom(w io.Writer, f Feed) error {
	f = f.clean()
	doc := atomFeed{Lang: f.Language, ID: f.ID, Title: f.Title, Subtitle: f.Subtitle, Updated: moment(f.Updated),
		Icon: f.IconURL, Rights: f.Licence, Author: atomAuthor{Name: f.Author.Name, URI: f.Author.URL}}
	doc.Links = atomLinks(atomLink{Rel: "self", Type: "application/atom+xml", Href: f.SelfURL}, atomLink{Rel: "alternate", Type: "text/html", Href: f.HomeURL},
		atomLink{Rel: "first", Type: "application/atom+xml", Href: f.FirstURL}, atomLink{Rel: "next", Type: "application/atom+xml", Href: f.NextURL})
	for _, e := range f.Entries {
		doc.Entries = append(doc.Entries, makeAtomEntry(e))
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("writing the Atom feed: %w", err)
	}
	if err := xml.NewEncoder(w).Encode(doc); err != nil {
		return fmt.Errorf("writing the Atom feed: %w", err)
	}
	return nil
}

func makeAtomEntry(e Entry) atomEntry {
	out := atomEntry{Lang: e.Language, ID: e.ID, Title: e.Title, Published: moment(e.Published), Updated: moment(e.Updated), Summary: e.Summary,
		Links: atomLinks(atomLink{Rel: "alternate", Type: "text/html", Href: e.URL})}
	for _, f := range e.Enclosures {
		out.Links = append(out.Links, atomLink{Rel: "enclosure", Type: f.Type, Href: f.URL, Title: f.Title})
	}
	if e.Author.Name != "" {
		out.Author = &atomAuthor{Name: e.Author.Name, URI: e.Author.URL}
	}
	if e.HTML != "" {
		out.Content = &atomText{Type: "html", Body: e.HTML}
	}
	for _, c := range e.Categories {
		out.Categories = append(out.Categories, atomCategory{Term: c})
	}
	return out
}

func atomLinks(links ...atomLink) []atomLink {
	var kept []atomLink
	for _, l := range links {
		if l.Href != "" {
			kept = append(kept, l)
		}
	}
	return kept
}
