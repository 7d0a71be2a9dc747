package messenger

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

const (
	// around is how far the shopper's tap may be from when Meta saw the opener.
	around = 5 * time.Minute
	// early is how much older than its opener an answer may look: the
	// opener's time may be a tap's, which comes some seconds after it.
	early = 10 * time.Second
	// talkFor is how long what a page says to a persona with whom nothing is open answers
	// what the persona said then, such as a trial.
	talkFor = 30 * 24 * time.Hour
	// alikeness is the share of the prompt's words that an opener must have:
	// shoppers mend a word, and phones mend another.
	alikeness = 0.8
)

// A thread is the open conversations of one persona with one page.
type thread struct {
	left    []channels.Conversation
	waiting []channels.Conversation // prompted, and not known to have been sent
}

// threadOf picks the conversations of a persona with a page.
func threadOf(open []channels.Conversation, page, persona string) (t thread) {
	for _, c := range open {
		switch {
		case c.Opening.Reach != page || c.Opening.Persona.Name != persona:
		case c.At.IsZero():
			t.waiting = append(t.waiting, c)
		default:
			t.left = append(t.left, c)
		}
	}
	return t
}

// idle reports whether nothing is open.
func (t thread) idle() bool { return len(t.left) == 0 && len(t.waiting) == 0 }

// opener returns the conversation that a message of the persona opens, if its
// words are the prompt's: one that a tap says was opened about then, else one
// that waits.
func (t thread) opener(at time.Time, text string) (channels.Conversation, bool) {
	for _, c := range t.left {
		if at.Sub(c.At).Abs() <= around && alike(c.Opening.Body, text) {
			return c, true
		}
	}
	for _, c := range t.waiting {
		if alike(c.Opening.Body, text) {
			return c, true
		}
	}
	return channels.Conversation{}, false
}

// answered returns the conversation that a message of the page belongs to. It
// is none where that cannot be told, and the error is BeforeOpener where it
// belongs to none that is open.
func (t thread) answered(at time.Time) (channels.Conversation, error) {
	var newest channels.Conversation
	for _, c := range t.left {
		if !c.At.After(at.Add(early)) && c.At.After(newest.At) {
			newest = c
		}
	}
	switch {
	case len(t.waiting) > 0 && newest.At.IsZero():
		return t.waiting[0], nil
	case len(t.waiting) > 0:
		return channels.Conversation{}, nil
	case newest.At.IsZero() && len(t.left) > 0:
		return newest, hook.BeforeOpener
	}
	return newest, nil
}

// named returns the open conversation with a token.
func (t thread) named(token string) (channels.Conversation, bool) {
	for _, c := range slices.Concat(t.left, t.waiting) {
		if token != "" && c.Opening.Token == token {
			return c, true
		}
	}
	return channels.Conversation{}, false
}

// alike reports whether most words of what was prompted are in what was said.
func alike(prompted, said string) bool {
	has := map[string]int{}
	for _, word := range words(said) {
		has[word]++
	}
	want := words(prompted)
	found := 0
	for _, word := range want {
		if has[word] > 0 {
			has[word]--
			found++
		}
	}
	return len(want) > 0 && float64(found) >= alikeness*float64(len(want))
}

// words returns the words of a text, in lower case and without what stands
// between them.
func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}
