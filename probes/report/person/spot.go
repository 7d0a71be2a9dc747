package person

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

//go:embed given.txt
var givenNames string

//go:embed family.txt
var familyNames string

//go:embed ambiguous.txt
var ambiguousNames string

// A Spotter finds names. It may be used by several goroutines at once.
type Spotter struct {
	cues
	given, family, ambiguous, desks map[string]bool
}

// NewSpotter returns a spotter of the names that the package knows. It costs nothing
// after the first time.
func NewSpotter() *Spotter { return made() }

var made = sync.OnceValue(func() *Spotter { //nolint:gochecknoglobals // never changes
	return &Spotter{
		cues: newCues(), given: setOf(givenNames), family: setOf(familyNames), ambiguous: setOf(ambiguousNames), desks: setOf(desks),
	}
})

// setOf returns the words of a text, in lower case.
func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[strings.ToLower(w)] = true
	}
	return set
}

// A token is one word of a text.
type token struct {
	begin, end int
	text       string
	first      bool // a sentence, a line or a quotation begins with it
	close      bool // only a space stands between it and the word before
	called     bool // a comma follows it
	name       bool
}

// Spot returns where in a text names of people stand, in order: the octets at which
// each word of a name begins and ends.
func (s *Spotter) Spot(text string) (spans [][2]int) {
	tokens := s.tokens(text)
	for i := range tokens {
		tokens[i].name = s.known(tokens, i) || s.introduced(text, tokens, i) || s.signed(text, tokens[i])
	}
	s.extend(tokens)
	for _, t := range tokens {
		if t.name {
			spans = append(spans, [2]int{t.begin, t.end})
		}
	}
	return spans
}

// tokens takes a text apart.
func (s *Spotter) tokens(text string) (all []token) {
	last := 0
	for _, at := range s.word.FindAllStringIndex(text, -1) {
		between := text[last:at[0]]
		t := token{begin: at[0], end: at[1], text: text[at[0]:at[1]]}
		t.close = between == " " || between == ". " && len(all) > 0 && initial(all[len(all)-1].text)
		t.first = last == 0 || !t.close && strings.ContainsAny(between, ".!?:;\n\r\"«»“”*•|>()–/")
		t.called = strings.HasPrefix(text[at[1]:], ",")
		if addressed(text, at) {
			t.text = "" // a part of an address or a link: those have a rule of their own
		}
		all, last = append(all, t), at[1]
	}
	return all
}

// initial reports whether a word is the initial of a name.
func initial(word string) bool { return utf8.RuneCountInString(word) == 1 && capital(word) }

// addressed reports whether a word stands inside an address, a link or a file's name.
func addressed(text string, at []int) bool {
	stop := func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune("<>()[]\",;", c) }
	begin, end := at[0], at[1]
	if i := strings.LastIndexFunc(text[:begin], stop); i >= 0 {
		_, size := utf8.DecodeRuneInString(text[i:])
		begin = i + size
	} else {
		begin = 0
	}
	if i := strings.IndexFunc(text[end:], stop); i >= 0 {
		end += i
	} else {
		end = len(text)
	}
	word := text[begin:end]
	return strings.ContainsAny(word, "@_=") || strings.Contains(word, "://") || strings.HasPrefix(word, "www.")
}

// capital reports whether a word begins with a capital letter.
func capital(word string) bool {
	first, _ := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(first)
}

// shouted reports whether a word is in capital letters alone.
func shouted(word string) bool {
	return utf8.RuneCountInString(word) > 1 && !strings.ContainsFunc(word, unicode.IsLower)
}

// in reports whether a list has a word, in the genitive too, or all parts of a double
// one.
func in(set map[string]bool, word string) bool {
	word = strings.ToLower(word)
	for _, genitive := range []string{"", "s", "'s", "’s", "'", "’"} {
		if bare, has := strings.CutSuffix(word, genitive); has && set[bare] {
			return true
		}
	}
	parts := strings.Split(word, "-")
	return len(parts) > 1 && !slices.ContainsFunc(parts, func(p string) bool { return !set[p] })
}

// known reports whether a word is a name by itself, or by what follows it.
func (s *Spotter) known(tokens []token, i int) bool {
	t := tokens[i]
	given := in(s.given, t.text)
	switch {
	case !capital(t.text) || in(s.desks, t.text) && !(given && s.followed(tokens, i)):
		return false
	case shouted(t.text):
		return given && utf8.RuneCountInString(t.text) > 3 && !in(s.ambiguous, t.text)
	case given && !in(s.ambiguous, t.text):
		return true
	}
	return s.inside(tokens, i)
}

// inside reports whether a word that may be one, or a family name, is a name by where
// it stands: a word would have no capital letter there.
func (s *Spotter) inside(tokens []token, i int) bool {
	t := tokens[i]
	if in(s.given, t.text) || in(s.family, t.text) {
		return !t.first || s.followed(tokens, i) || t.called && in(s.ambiguous, t.text)
	}
	return !t.first && i > 0 && tokens[i-1].name && s.ending.MatchString(t.text)
}

// followed reports whether a name follows directly.
func (s *Spotter) followed(tokens []token, i int) bool {
	if i+1 >= len(tokens) {
		return false
	}
	next := tokens[i+1]
	return next.close && capital(next.text) && !shouted(next.text) && !in(s.desks, next.text) &&
		(in(s.family, next.text) || in(s.given, next.text) || s.ending.MatchString(next.text))
}

// extend takes in what follows a name directly: family names that no list has,
// initials and particles between.
func (s *Spotter) extend(tokens []token) {
	particles := setOf("von van de der den af av di la du")
	for i := 1; i < len(tokens); i++ {
		t, before := &tokens[i], tokens[i-1]
		if t.name || !t.close || !before.name {
			continue
		}
		switch {
		case capital(t.text) && !shouted(t.text) && !in(s.desks, t.text):
			t.name = true
		case particles[t.text] && i+1 < len(tokens) && tokens[i+1].close && capital(tokens[i+1].text):
			t.name = true
		}
	}
}
