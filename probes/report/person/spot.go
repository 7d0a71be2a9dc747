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

// none are words that stand where names in small letters do, and what is said to be here
// and is no person.
const none = `for oss meg deg alle fra frå team teamet crew gjengen dere resten butikken lageret kundeservice kontoret us all
	everyone me hilsen mvh mnd mån mdr måned månad month stk time timen day dag dagen år year uke vecka week pers person
	klikk les se bestill trykk sjekk start søk logg meld finn kjøp gå svar skriv send click see read look order sign
	tryck läs klicka klik læs tryk bare også alt dette den det de vi jeg du everything we you they i him mer more mere
	er var blir har kan skal vil vennlig beste med kunden chatten here her prisen åpent begge`

// A Spotter finds names. It may be used by several goroutines at once.
type Spotter struct {
	cues
	given, family, ambiguous, desks, none, particles, leads, stems, tails map[string]bool
}

// NewSpotter returns a spotter of the names that the package knows. It costs nothing
// after the first time.
func NewSpotter() *Spotter { return made() }

var made = sync.OnceValue(func() *Spotter { //nolint:gochecknoglobals // never changes
	return &Spotter{
		cues: newCues(), given: setOf(givenNames), family: setOf(familyNames), ambiguous: setOf(ambiguousNames),
		desks: setOf(desks), none: setOf(none), stems: setOf(stems), tails: setOf(tails),
		particles: setOf("von van de der den af av ap di la du"),
		leads: setOf(strings.ReplaceAll(closings+openings, "_", " ") + " vh kh er heter heiter hedder är is med with to etter efter ring ringe " +
			"kontakt kontakte kontakta for fra från frå deg dig der there again igjen igen du oss nå lenge takk"),
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
	for at := nextWord(text, 0); at[1] > at[0]; at = nextWord(text, at[1]) {
		between := text[last:at[0]]
		t := token{begin: at[0], end: at[1], text: text[at[0]:at[1]]}
		t.close = between == " " || (between == ". " || between == ".") && len(all) > 0 && initial(all[len(all)-1].text)
		t.first = last == 0 || !t.close && strings.ContainsAny(between, ".!?:;\n\r\"«»“”*•|>()–/")
		t.called = strings.HasPrefix(text[at[1]:], ",")
		if addressed(text, at) {
			t.text = "" // a part of an address or a link: those have a rule of their own
		}
		all, last = append(all, t), at[1]
	}
	return all
}

// nextWord returns where the next word of a text begins and ends from an octet on: a letter,
// and the letters, marks, apostrophes and hyphens that go on from it. It is empty where
// there is none.
func nextWord(text string, from int) [2]int {
	begin := strings.IndexFunc(text[from:], unicode.IsLetter)
	if begin < 0 {
		return [2]int{}
	}
	begin += from
	end := begin
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		switch {
		case unicode.IsLetter(r) || end > begin && unicode.IsMark(r):
			end += size
			continue
		case r == '\'' || r == '’' || r == '-':
			if next, more := utf8.DecodeRuneInString(text[end+size:]); unicode.IsLetter(next) {
				end += size + more
				continue
			}
		}
		break
	}
	return [2]int{begin, end}
}

// wordsOf returns the words of a text.
func wordsOf(text string) (all []string) {
	for at := nextWord(text, 0); at[1] > at[0]; at = nextWord(text, at[1]) {
		all = append(all, text[at[0]:at[1]])
	}
	return all
}

// initial reports whether a word is the initial of a name.
func initial(word string) bool { return utf8.RuneCountInString(word) == 1 && capital(word) }

// addressed reports whether a word stands inside an address, a link or a file's name.
func addressed(text string, at [2]int) bool {
	stop := func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune("<>()[]\",;", c) }
	const near = 300 // octets: addresses are no longer, and most links
	first, last := max(0, at[0]-near), min(len(text), at[1]+near)
	before, after := text[first:at[0]], text[at[1]:last]
	if i := strings.LastIndexFunc(before, stop); i >= 0 {
		_, size := utf8.DecodeRuneInString(before[i:])
		before = before[i+size:]
	}
	if i := strings.IndexFunc(after, stop); i >= 0 {
		after = after[:i]
	}
	word := before + text[at[0]:at[1]] + after
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

// isGiven reports whether a word is a given name, by a list or by its two parts.
func (s *Spotter) isGiven(word string) bool {
	if in(s.given, word) {
		return true
	}
	bare := strings.TrimRight(strings.TrimSuffix(word, "s"), "'’")
	return s.compound(word) || s.compound(bare)
}

// compound reports whether a word is made of what names of the North begin with, and of
// what they end with.
func (s *Spotter) compound(word string) bool {
	word = strings.ReplaceAll(strings.ToLower(word), "ſ", "s")
	for i := range word {
		if s.stems[word[:i]] && s.tails[word[i:]] {
			return true
		}
	}
	return false
}

// known reports whether a word is a name by itself, or by what follows it.
func (s *Spotter) known(tokens []token, i int) bool {
	t := tokens[i]
	if !capital(t.text) {
		return false // as most words
	}
	given := s.isGiven(t.text)
	switch {
	case in(s.desks, t.text) && !(given && s.followed(tokens, i)):
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
	if s.isGiven(t.text) || in(s.family, t.text) {
		return !t.first || s.followed(tokens, i) || t.called && in(s.ambiguous, t.text)
	}
	return !t.first && i > 0 && tokens[i-1].name && s.ending.MatchString(t.text) || s.titled(tokens, i) || s.double(tokens, i)
}

// double reports whether a word in mid-sentence that no list has is the first of two given
// names, as in "til Wenke Irene".
func (s *Spotter) double(tokens []token, i int) bool {
	t := tokens[i]
	if t.first || i+1 >= len(tokens) || in(s.desks, t.text) || s.ofFirm(t.text) {
		return false
	}
	next := tokens[i+1]
	return next.close && capital(next.text) && !shouted(next.text) && s.isGiven(next.text) && !in(s.ambiguous, next.text)
}

// titled reports whether a particle of a family name and a name follow a word, as in
// "Anneliese van den Berg".
func (s *Spotter) titled(tokens []token, i int) bool {
	sure := []string{"van", "von"} // the others are words too
	return i+1 < len(tokens) && slices.Contains(sure, tokens[i+1].text) && s.particle(tokens, i+1)
}

// particle reports whether a word is a particle of a family name: what follows it, or
// another particle behind it, begins with a capital letter.
func (s *Spotter) particle(tokens []token, i int) bool {
	if !s.particles[tokens[i].text] || !tokens[i].close {
		return false
	}
	for next := i + 1; next < len(tokens) && next < i+3 && tokens[next].close; next++ {
		if capital(tokens[next].text) {
			return !shouted(tokens[next].text)
		}
		if !s.particles[tokens[next].text] || tokens[i].text != "van" {
			return false
		}
	}
	return false
}

// followed reports whether a name follows directly.
func (s *Spotter) followed(tokens []token, i int) bool {
	if i+1 >= len(tokens) {
		return false
	}
	next := tokens[i+1]
	return next.close && capital(next.text) && !shouted(next.text) && !in(s.desks, next.text) &&
		(in(s.family, next.text) || s.isGiven(next.text) || s.ending.MatchString(next.text))
}

// extend takes in what follows a name directly: family names that no list has,
// initials and particles between.
func (s *Spotter) extend(tokens []token) {
	for i := 1; i < len(tokens); i++ {
		t, before := &tokens[i], tokens[i-1]
		if t.name || !t.close || !before.name {
			continue
		}
		plain := capital(t.text) && !shouted(t.text) && !in(s.desks, t.text)
		t.name = plain || s.particle(tokens, i) || s.particles[before.text] && s.particles[t.text]
	}
}
