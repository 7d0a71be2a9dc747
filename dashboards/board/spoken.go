package board

import (
	"net/http"

	"golang.org/x/text/language"
)

// languageCookie keeps the reader's choice of language.
const languageCookie = "lang"

// spoken returns the pages in the language that a reader wants: as the address
// says, else as was chosen before, else as the browser asks for. It is the
// first of the languages where the reader asks for none of them.
func (b *Board) spoken(r *http.Request) *theme {
	chosen := ""
	if cookie, err := r.Cookie(languageCookie); err == nil {
		chosen = cookie.Value
	}
	var tags []language.Tag
	for _, t := range b.themes {
		tags = append(tags, t.Tag())
	}
	wanted := language.NewMatcher(tags)
	for _, said := range []string{r.URL.Query().Get("lang"), chosen, r.Header.Get("Accept-Language")} {
		tags, _, err := language.ParseAcceptLanguage(said)
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, index, sure := wanted.Match(tags...); sure != language.No {
			return b.themes[index]
		}
	}
	return b.themes[0]
}
