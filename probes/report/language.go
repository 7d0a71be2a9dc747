package report

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

// languageFiles holds one file for each language. All that differs from one
// language to the next is in it.
//
//go:embed language/*.json
var languageFiles embed.FS

// A Language is all that is needed to write in one language. A further one is
// one more file in the folder language.
type Language struct {
	Tag     language.Tag `json:"tag"`
	Name    string       `json:"name"`    // in the language itself
	Decimal string       `json:"decimal"` // the sign between whole and part
	Percent string       `json:"percent"` // the format of a whole percentage
	// Date and FullDate are layouts in which {weekday}, {day}, {month} and
	// {year} are put in.
	Date     string `json:"date"`
	FullDate string `json:"full_date"`
	// Clock is the time of day as package time lays it out, to the second, and Minute
	// the same to the minute. In Moment {date} and {clock} are put in.
	Clock    string     `json:"clock"`
	Minute   string     `json:"minute"`
	Moment   string     `json:"moment"`
	Weekdays [7]string  `json:"weekdays"` // short, Sunday first as in package time
	Months   [12]string `json:"months"`
	// Phrases are by their English text, which is used for those that are not
	// here. Keys such as "tap: sent" have no English text of their own and are
	// in every language.
	Phrases map[string]Phrase `json:"phrases"`
}

// A Phrase is one text, or two where its first argument is a number of things.
type Phrase struct {
	One   string // empty: there is one text alone
	Other string
}

// UnmarshalJSON reads "text", or {"one": "text", "other": "text"}.
func (p *Phrase) UnmarshalJSON(data []byte) error {
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

// message is the phrase as the catalog of a printer takes it.
func (p Phrase) message() catalog.Message {
	if p.One == "" {
		return catalog.String(p.Other)
	}
	return plural.Selectf(1, "%d", plural.One, p.One, plural.Other, p.Other)
}

// Languages returns all languages: English, then the others by their tag. The
// error names the file that cannot be read.
func Languages() ([]Language, error) {
	return readLanguages(languageFiles)
}

// readLanguages reads the languages of a file system.
func readLanguages(files fs.FS) ([]Language, error) {
	names, err := fs.Glob(files, "language/*.json")
	if err != nil {
		return nil, fmt.Errorf("list languages: %w", err)
	}
	var all []Language
	for _, name := range names {
		var l Language
		data, err := fs.ReadFile(files, name)
		if err == nil {
			err = json.Unmarshal(data, &l)
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		if path.Base(name) != l.Tag.String()+".json" {
			return nil, fmt.Errorf("read %s: it is of the language %s", name, l.Tag)
		}
		if lacks := l.lacks(); lacks != "" {
			return nil, fmt.Errorf("read %s: it does not say %s", name, lacks)
		}
		all = append(all, l)
	}
	slices.SortStableFunc(all, func(a, b Language) int { return cmp.Compare(a.rank(), b.rank()) })
	return all, nil
}

// lacks returns the first of the keys that a language has nothing for; empty if there is
// none. Phrases are not looked at: those that are missing are said in English.
func (l Language) lacks() string {
	for _, key := range []struct{ name, value string }{
		{"name", l.Name},
		{"decimal", l.Decimal},
		{"percent", l.Percent},
		{"date", l.Date},
		{"full_date", l.FullDate},
		{"clock", l.Clock},
		{"minute", l.Minute},
		{"moment", l.Moment},
		{"weekdays", l.Weekdays[0]},
		{"weekdays", l.Weekdays[6]},
		{"months", l.Months[0]},
		{"months", l.Months[11]},
	} {
		if key.value == "" {
			return key.name
		}
	}
	return ""
}

// rank puts English first.
func (l Language) rank() int {
	if l.Tag == language.English {
		return 0
	}
	return 1
}

// catalog makes the phrases ready to be printed.
func (l Language) catalog() (catalog.Catalog, error) {
	all := catalog.NewBuilder(catalog.Fallback(language.English))
	for key, p := range l.Phrases {
		if err := all.Set(l.Tag, key, p.message()); err != nil {
			return nil, fmt.Errorf("phrase %q in %s: %w", key, l.Tag, err)
		}
	}
	return all, nil
}

// printer returns what prints in the language.
func (l Language) printer() (*message.Printer, error) {
	all, err := l.catalog()
	if err != nil {
		return nil, err
	}
	return message.NewPrinter(l.Tag, message.Catalog(all)), nil
}
