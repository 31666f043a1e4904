package page

import (
	"fmt"
	"html"
	"net/url"

	"embraye/internal/embraye"
)

// The size of the frame in which a measure stands on another page, in pixels.
const (
	EmbedWidth  = 600
	EmbedHeight = 340
)

// EmbedLine is the HTML that shows a measure on another site: a frame, no script.
func EmbedLine(address, title string, width, height int) string {
	return fmt.Sprintf(`<iframe src="%s/embed" title="%s" width="%d" height="%d" loading="lazy" style="border:0;max-width:100%%"></iframe>`,
		html.EscapeString(address), html.EscapeString(title), width, height)
}

// OEmbedAddress is where a program learns how to show a page of ours (oembed.com).
func OEmbedAddress(site embraye.Site, address string) string {
	return site.Base + "/oembed?url=" + url.QueryEscape(address)
}
