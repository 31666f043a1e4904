package locale

import "golang.org/x/text/language"

// Match chooses one of our languages for an Accept-Language header, or def if
// the reader names none that we have.
func (c *Catalogue) Match(acceptLanguage, def string) string {
	if len(acceptLanguage) > 500 {
		acceptLanguage = "" // nobody's browser; not worth parsing
	}
	wanted, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil {
		return c.known(def)
	}
	for _, tag := range wanted {
		base, _ := tag.Base()
		if _, ok := c.texts[base.String()]; ok {
			return base.String()
		}
	}
	return c.known(def)
}
