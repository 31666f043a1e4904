package office

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// A failedPage says to somebody who is in the office that what they asked for
// did not happen, and gives back what they had written.
type failedPage struct {
	Status int
	Why    string // a key; empty: the title says it
	Typed  []typedText
}

// A typedText is what somebody wrote in a field that no form holds any more.
type typedText struct{ Label, Text string }

// longEnough is how many characters nobody likes to write again.
const longEnough = 40

// failed answers with the status of a request that came to nothing. The public
// page of errors would lead out of the office, and lose the text.
func failed(v *Visit, status int) error {
	title, page := fmt.Sprintf("site.error_%d", status), &failedPage{Status: status}
	if !v.Catalogue().Has(title) {
		title = "site.error_other"
	}
	switch {
	case status == http.StatusForbidden:
		page.Why = "office.failed.role"
	case v.R.Method != http.MethodPost:
	case status == http.StatusNotFound || status == http.StatusGone:
		title, page.Why = "office.failed.gone", "office.failed.before"
	case status == http.StatusBadRequest:
		title = "site.error_other"
	}
	for name, values := range v.R.PostForm {
		for _, text := range values {
			if key := "field." + name; v.Catalogue().Has(key) && !strings.Contains(name, "password") && utf8.RuneCountInString(text) >= longEnough {
				page.Typed = append(page.Typed, typedText{v.T(key), text})
			}
		}
	}
	slices.SortFunc(page.Typed, func(a, b typedText) int { return len(a.Text) - len(b.Text) })
	return v.Render(status, "failed", title, page, nil, nil)
}
