package office

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
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
	case status == http.StatusNotFound || status == http.StatusGone || status == http.StatusConflict:
		title, page.Why = "office.failed.gone", "office.failed.before"
	case status == http.StatusBadRequest:
		title = "site.error_other"
	}
	page.Typed = typedTexts(v, v.R.PostForm)
	return v.Render(status, "failed", title, page, nil, nil)
}

// typedTexts is what somebody would not like to write again, the shortest first.
func typedTexts(v *Visit, form url.Values) (list []typedText) {
	for name, values := range form {
		for _, text := range values {
			if key := "field." + name; v.Catalogue().Has(key) && !isSecret(name) && utf8.RuneCountInString(text) >= longEnough {
				list = append(list, typedText{v.T(key), text})
			}
		}
	}
	slices.SortFunc(list, func(a, b typedText) int { return len(a.Text) - len(b.Text) })
	return list
}
