package report

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/reading"
)

// Names are the words that identify a person, in lower case. Those that are false
// never do: they are the company's own.
type Names map[string]bool

// NamesAt returns an empty list for the letters of a company. The words that the
// company itself is called by are never names.
func NamesAt(co edition.Company) Names {
	who := Names{}
	who.Keep(co.Name + " " + co.ID + " " + co.Class)
	return who
}

// Keep marks the words of a text as no person's name.
func (n Names) Keep(text string) {
	for _, w := range strings.FieldsFunc(text, func(c rune) bool { return !unicode.IsLetter(c) }) {
		n[strings.ToLower(w)] = false
	}
}

// add takes in a word, unless it is the company's.
func (n Names) add(word string) {
	word = strings.ToLower(word)
	for _, part := range append(strings.Split(word, "-"), word) {
		if _, own := n[part]; !own && utf8.RuneCountInString(part) > 1 {
			n[part] = true
		}
	}
}

// has reports whether a word of a text is a name, in the genitive too.
func (n Names) has(word string) bool {
	word = strings.ToLower(word)
	bare := strings.TrimRight(strings.TrimSuffix(word, "s"), "'’")
	return n[word] || n[bare]
}

// hide takes the names out of a text: each word from its capital letter on.
func (n Names) hide(text string) string {
	if len(n) == 0 {
		return text
	}
	apart := func(c rune) bool { return !unicode.IsLetter(c) && !strings.ContainsRune("'’-", c) }
	var out strings.Builder
	kept := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !unicode.IsUpper(r) {
			i += size
			continue
		}
		end := i + size
		if rest := strings.IndexFunc(text[end:], apart); rest >= 0 {
			end += rest
		} else {
			end = len(text)
		}
		if n.has(text[i:end]) {
			out.WriteString(text[kept:i])
			out.WriteString(aName)
			kept = end
		}
		i = end
	}
	if kept == 0 {
		return text
	}
	return out.String() + text[kept:]
}

// Meet adds the names that a mail's sender, a platform, or the words themselves
// show of who wrote an arrival.
func (r *Redactor) Meet(h Heard, who Names) {
	if r != nil && h.Kept {
		r.MeetIn(h, h.Text(), who)
	} else {
		r.MeetIn(h, "", who)
	}
}

// MeetIn is Meet where [Heard.Text] is known.
func (r *Redactor) MeetIn(h Heard, said string, who Names) {
	if r == nil {
		return
	}
	for _, header := range []string{"From", "Reply-To", "Sender"} {
		for _, shown := range h.Message.Header.Texts(header) {
			r.Person(shown, who)
		}
	}
	var any any
	if json.Unmarshal(h.Raw, &any) == nil {
		shownIn(any, func(shown string) { r.Person(shown, who) })
	}
	r.Learn(said, who)
}

// shownIn calls see for every name that a platform's JSON holds.
func shownIn(value any, see func(string)) {
	switch v := value.(type) {
	case []any:
		for _, one := range v {
			shownIn(one, see)
		}
	case map[string]any:
		for key, one := range v {
			if shown, ok := one.(string); ok && named(key) {
				see(shown)
			}
			shownIn(one, see)
		}
	}
}

// named reports whether a key of JSON holds a name.
func named(key string) bool {
	key = strings.ToLower(key)
	return strings.HasSuffix(key, "name") || key == "author" || key == "agent" || key == "alias"
}

// HideReason takes names, addresses and numbers out of the words that a reason
// saw. All of a signature is a name; an address that takes no answers is not a
// person's.
func (r *Redactor) HideReason(why reading.Reason, who Names) string {
	switch {
	case r != nil && why.Signal == "signed with a name":
		return aName
	case why.Signal == "from nobody":
		return why.Saw
	}
	return r.Hide(why.Saw, who)
}
