package board

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

// languageCookie keeps the reader's choice of language.
const languageCookie = "lang"

// languages are those that the pages speak; the first where the reader asks
// for none of them.
func languages() []language.Tag { return []language.Tag{language.English, language.Make("nb")} }

// self names a language in itself.
func self(tag language.Tag) string {
	if tag == language.English {
		return "English"
	}
	return "Norsk"
}

// A tongue speaks one language in one time zone.
type tongue struct {
	tag  language.Tag
	say  *message.Printer
	zone *time.Location
}

// T says a phrase, which is English, in the tongue's language. What is in the
// phrase is as in fmt.Sprintf.
func (t *tongue) T(phrase string, args ...any) string { return t.say.Sprintf(phrase, args...) }

// norwegian reports whether it speaks Norwegian.
func (t *tongue) norwegian() bool { return t.tag != language.English }

// newTongues returns one tongue for each language.
func newTongues(zone *time.Location) ([]*tongue, error) {
	all := catalog.NewBuilder(catalog.Fallback(language.English))
	var tongues []*tongue
	for _, tag := range languages() {
		phrases, err := readPhrases(tag)
		if err != nil {
			return nil, err
		}
		for key, p := range phrases {
			if err := all.Set(tag, key, p.message()); err != nil {
				return nil, fmt.Errorf("phrase %q in %s: %w", key, tag, err)
			}
		}
		tongues = append(tongues, &tongue{tag, message.NewPrinter(tag, message.Catalog(all)), zone})
	}
	return tongues, nil
}

// A phrase is one text, or two where its first argument is a number of things.
type phrase struct{ One, Other string }

// UnmarshalJSON reads "text", or {"one": "text", "other": "text"}.
func (p *phrase) UnmarshalJSON(data []byte) error {
	if strings.HasPrefix(string(data), `"`) {
		return json.Unmarshal(data, &p.Other)
	}
	var forms map[string]string
	if err := json.Unmarshal(data, &forms); err != nil {
		return err
	}
	p.One, p.Other = forms["one"], forms["other"]
	return nil
}

func (p phrase) message() catalog.Message {
	if p.One == "" {
		return catalog.String(p.Other)
	}
	return plural.Selectf(1, "%d", plural.One, p.One, plural.Other, p.Other)
}

// readPhrases reads the phrases of a language by their English text.
func readPhrases(tag language.Tag) (phrases map[string]phrase, err error) {
	name := "page/words/" + tag.String() + ".json"
	data, err := pages.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(data, &phrases)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return phrases, nil
}

// spoken returns which of the languages a reader wants: as the address says,
// else as was chosen before, else as the browser asks for.
func spoken(r *http.Request) int {
	chosen := ""
	if cookie, err := r.Cookie(languageCookie); err == nil {
		chosen = cookie.Value
	}
	wanted := language.NewMatcher(languages())
	for _, said := range []string{r.URL.Query().Get("lang"), chosen, r.Header.Get("Accept-Language")} {
		tags, _, err := language.ParseAcceptLanguage(said)
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, index, sure := wanted.Match(tags...); sure != language.No {
			return index
		}
	}
	return 0
}
