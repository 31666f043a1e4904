package embraye

import (
	"mime"
	"regexp"
)

// bareProfile finds a profile that was written without its quotes.
var bareProfile = regexp.MustCompile(`(?i)(;[ \t]*profile[ \t]*=[ \t]*)'?([^\s"';,]+)'?`)

// MediaType is mime.ParseMediaType for Accept and Content-Type of the
// federation: an address after profile= stands in quotes by the letter
// (RFC 9110 5.6.6), and several programs leave them out.
func MediaType(value string) (name string, params map[string]string, err error) {
	name, params, err = mime.ParseMediaType(value)
	if err != nil {
		name, params, err = mime.ParseMediaType(bareProfile.ReplaceAllString(value, `$1"$2"`))
	}
	return name, params, err
}
