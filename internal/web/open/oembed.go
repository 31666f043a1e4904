package open

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"embraye/internal/draw"
	"embraye/internal/embraye"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

// oEmbed is the answer of /oembed (oembed.com, 2.3): a measure is shown in a
// frame, a constat is a link with its card.
type oEmbed struct {
	Version      string `json:"version"`
	Type         string `json:"type"`
	Title        string `json:"title"`
	AuthorName   string `json:"author_name"`
	AuthorURL    string `json:"author_url"`
	ProviderName string `json:"provider_name"`
	ProviderURL  string `json:"provider_url"`
	CacheAge     int    `json:"cache_age"` // seconds
	HTML         string `json:"html,omitempty"`
	Width        int    `json:"width,omitempty"`
	Height       int    `json:"height,omitempty"`
	Thumbnail    string `json:"thumbnail_url,omitempty"`
	ThumbWidth   int    `json:"thumbnail_width,omitempty"`
	ThumbHeight  int    `json:"thumbnail_height,omitempty"`
}

// The smallest frame in which a measure can be read, in pixels.
const (
	leastEmbedWidth  = 240
	leastEmbedHeight = 160
)

// A wish is what somebody asks of /oembed.
type wish struct{ path, maxWidth, maxHeight string }

func (h *Handler) oEmbed(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if format := q.Get("format"); format != "" && format != "json" {
		answer.New(http.StatusNotImplemented, answer.TypeText, []byte("only json\n")).Bare().Write(w, r)
		return
	}
	path, ours := strings.CutPrefix(q.Get("url"), h.site.Base+"/")
	path, _, _ = strings.Cut(path, "?")
	path, _, _ = strings.Cut(path, "#")
	asked := wish{strings.TrimSuffix(path, "/"), size(q.Get("maxwidth")), size(q.Get("maxheight"))}
	if !ours {
		asked.path = "" // nothing of ours has this path below /oembed
	}
	key := url.Values{"url": {asked.path}, "maxwidth": {asked.maxWidth}, "maxheight": {asked.maxHeight}}.Encode()
	h.answers.ServeQuery(answer.OtherOnly, key, func(ctx context.Context, _ *answer.View) (*answer.Answer, error) { return h.show(ctx, asked) })(w, r)
}

// size is a limit in its one spelling; empty where there is none, or none that
// can be kept: what is asked for is then shown as it is.
func size(s string) string {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 4*page.EmbedWidth {
		return ""
	}
	return strconv.Itoa(n)
}

func (h *Handler) show(ctx context.Context, asked wish) (*answer.Answer, error) {
	doc, err := h.oEmbedOf(ctx, asked)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("web: oEmbed of %s: %w", asked.path, err)
	}
	return answer.New(http.StatusOK, answer.TypeJSON, body).Bare().With("Access-Control-Allow-Origin", "*"), nil
}

func (h *Handler) oEmbedOf(ctx context.Context, asked wish) (*oEmbed, error) {
	missing := fmt.Errorf("web: oEmbed of %.80q: %w", asked.path, embraye.ErrNotFound)
	doc := &oEmbed{Version: "1.0", Type: "link", ProviderURL: h.site.Base + "/", CacheAge: 3600}
	var by embraye.Actor
	if id, ok := strings.CutPrefix(asked.path, "constats/"); ok {
		if !embraye.ValidID(id) {
			return nil, missing
		}
		data, err := h.pages.ConstatPage(ctx, id)
		if err != nil {
			return nil, err
		}
		if data.Update.Withdrawn() {
			return nil, missing
		}
		doc.Title, by = data.Update.Title, data.Organisation
	} else {
		handle, err := answer.HandleOf(strings.TrimPrefix(asked.path, "@"))
		if err != nil || !strings.HasPrefix(asked.path, "@") {
			return nil, missing
		}
		data, err := h.pages.ActorPage(ctx, handle)
		if err != nil {
			return nil, err
		}
		if data.Actor.Kind != embraye.MeasureActor {
			return nil, missing
		}
		doc.Title, by = h.measureTitle(data.Actor), data.Organisation
		doc.frame(h.site.Base+"/"+asked.path, asked)
	}
	doc.AuthorName, doc.AuthorURL, doc.ProviderName = by.Name, h.site.ActorPage(by.Handle), cmp.Or(by.Name, h.catalogue.T(h.language, "site.name"))
	if limit, err := strconv.Atoi(asked.maxWidth); err != nil || limit >= draw.CardWidth {
		doc.Thumbnail, doc.ThumbWidth, doc.ThumbHeight = h.site.Base+"/"+asked.path+"/card.png", draw.CardWidth, draw.CardHeight
	}
	return doc, nil
}

// frame shows a measure in no more than was asked for, and in no less than can
// be read.
func (doc *oEmbed) frame(address string, asked wish) {
	within := func(whole, least int, limit string) int {
		n, err := strconv.Atoi(limit)
		if err != nil {
			return whole
		}
		return max(min(whole, n), least)
	}
	doc.Type = "rich"
	doc.Width, doc.Height = within(page.EmbedWidth, leastEmbedWidth, asked.maxWidth), within(page.EmbedHeight, leastEmbedHeight, asked.maxHeight)
	doc.HTML = page.EmbedLine(address, doc.Title, doc.Width, doc.Height)
}
