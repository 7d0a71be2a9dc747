package lexicon

import (
	"maps"
	"strings"
	"sync"
)

// A Lexicon holds the word lists and phrases that the rules look things up in. It never changes.
type Lexicon struct {
	Common                  WordList            // words that carry no matter
	Desk                    WordList            // words about the correspondence itself
	Elsewhere               WordList            // places where a customer is sent
	Self                    WordList            // words by which a writer means himself, or this text
	Advert                  WordList            // what advertises something
	Unit                    WordList            // units of money, of time and the like
	Hours                   WordList            // of opening hours and telephones
	Reference               WordList            // what stands before the number of a case
	Courtesy                WordList            // what stands alone above a name
	Money, Free, Day, YesNo WordList            // what makes a price, a date, a yes or no
	Roles                   map[string][]string // what words do in a sentence
	Phrases                 *Phrasebook         // what is said in letters
	chat                    func() *Phrasebook  // the same with what chat windows say by themselves
	Claim                   map[string]WordList // what words do where a text says who wrote it
	machines                WordList            // what writes by itself
	workers                 []string            // the beginnings of words for who works at a desk
	spellings               []spelling
	Dates                   map[string]bool     // days and months, folded
	languages               map[string][]string // the languages that have a common word
	ours                    map[string]bool     // common words of the languages that the rules know, folded
}

// Default returns the lexicon of the Nordic languages and English, which is part of the program.
func Default() *Lexicon { return loaded() }

// Chat returns the phrases of letters, and those that chat windows say by themselves. They are loaded when
// they are first asked for: an edition may ask by mail alone.
func (l *Lexicon) Chat() *Phrasebook { return l.chat() }

// loaded builds the lexicon once.
//
//nolint:gochecknoglobals // it is set once and never changes
var loaded = sync.OnceValue(func() *Lexicon {
	t := &Lexicon{Phrases: (&Phrasebook{}).with("rules"), Dates: map[string]bool{}}
	t.chat = sync.OnceValue(func() *Phrasebook { return t.Phrases.with("rules/chat") })
	t.loadLanguages()
	t.spellings = spellings()
	for _, w := range strings.Fields(dateWords()) {
		t.Dates[Fold(w)] = true
	}
	t.Common, t.Desk, t.Elsewhere = loadWords("common"), loadWords("desk"), loadWords("elsewhere")
	t.Roles = loadRoles()
	t.Claim = loadClaim()
	t.machines, t.workers = t.Claim["machines"], workers()
	t.Money, t.Free, t.Day, t.YesNo = loadWords("money"), loadWords("free"), loadWords("day"), loadWords("yesno")
	t.Courtesy = loadLines("courtesy")
	t.Self, t.Advert = loadWords("self"), loadWords("advert")
	t.Unit, t.Hours, t.Reference = loadWords("unit"), loadWords("hours"), loadWords("reference")
	maps.Copy(t.ours, t.Common.whole)
	return t
})
