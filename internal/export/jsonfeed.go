package export

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
)

// The shapes of JSON Feed 1.1.
type (
	jsonFeed struct {
		Version     string       `json:"version"`
		Title       string       `json:"title"`
		HomePageURL string       `json:"home_page_url,omitempty"`
		FeedURL     string       `json:"feed_url,omitempty"`
		NextURL     string       `json:"next_url,omitempty"`
		Description string       `json:"description,omitempty"`
		Icon        string       `json:"icon,omitempty"`
		Language    string       `json:"language,omitempty"`
		Authors     []jsonAuthor `json:"authors,omitempty"`
		Items       []jsonItem   `json:"items"`
	}
	jsonAuthor struct {
		Name string `json:"name"`
		URL  string `json:"url,omitempty"`
	}
	jsonItem struct {
		ID            string       `json:"id"`
		URL           string       `json:"url,omitempty"`
		Title         string       `json:"title,omitempty"`
		Summary       string       `json:"summary,omitempty"`
		ContentHTML   string       `json:"content_html"`
		DatePublished string       `json:"date_published,omitempty"`
		DateModified  string       `json:"date_modified,omitempty"`
		Authors       []jsonAuthor `json:"authors,omitempty"`
		Tags          []string     `json:"tags,omitempty"`
		Language      string       `json:"language,omitempty"`

		Attachments []jsonAttachment `json:"attachments,omitempty"`
	}
	jsonAttachment struct {
		URL   string `json:"url"`
		Type  string `json:"mime_type"`
		Title string `json:"title,omitempty"`
	}
)

// WriteJSONFeed writes a JSON Feed 1.1.
func WriteJSONFeed(w io.Writer, f Feed) error {
	f = f.clean()
	doc := jsonFeed{Version: "https://jsonfeed.org/version/1.1", Title: f.Title, HomePageURL: f.HomeURL, FeedURL: cmp.Or(f.FirstURL, f.SelfURL), NextURL: f.NextURL,
		Description: f.Subtitle, Icon: f.IconURL, Language: f.Language, Authors: jsonAuthors(f.Author), Items: []jsonItem{}}
	for _, e := range f.Entries {
		item := jsonItem{ID: e.ID, URL: e.URL, Title: e.Title, Summary: e.Summary, ContentHTML: e.HTML,
			DatePublished: moment(e.Published), Authors: jsonAuthors(e.Author), Tags: e.Categories, Language: e.Language}
		if !e.Updated.Equal(e.Published) {
			item.DateModified = moment(e.Updated)
		}
		for _, f := range e.Enclosures {
			item.Attachments = append(item.Attachments, jsonAttachment(f))
		}
		doc.Items = append(doc.Items, item)
	}
	if err := json.NewEncoder(w).Encode(doc); err != nil {
		return fmt.Errorf("writing the JSON feed: %w", err)
	}
	return nil
}

func jsonAuthors(a Author) []jsonAuthor {
	if a.Name == "" {
		return nil
	}
	return []jsonAuthor{{Name: a.Name, URL: a.URL}}
}
