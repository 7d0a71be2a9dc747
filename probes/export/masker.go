package export

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What stands for what was taken out.
const (
	anAddress = "[address]"
	aNumber   = "[number]"
	aName     = "[name]"
)

// A masker takes out of words what tells who a person is: addresses, telephone
// numbers and the names it is given. Nil takes out nothing.
type masker struct {
	address, number, date, word *regexp.Regexp
	introduced                  []*regexp.Regexp
	common                      map[string]bool
}

// newMasker returns a masker of the languages that companies answer in.
func newMasker() *masker {
	const name = `(\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+){0,2})`
	m := &masker{
		address: regexp.MustCompile(`[\p{L}\p{N}][\p{L}\p{N}._%+'-]*@[\p{L}\p{N}][\p{L}\p{N}.-]*\p{L}`),
		number:  regexp.MustCompile(`(?:\+|\b)\d(?:[ .()/-]?[ ()-]?\d){7,14}\b`),
		date:    regexp.MustCompile(`\b(?:\d{4}[.-]\d\d?[.-]\d\d?|\d\d?[./-]\d\d?[./-]\d{4})\b`),
		word:    regexp.MustCompile(`\p{Lu}[\p{L}'’-]*`),
		introduced: []*regexp.Regexp{
			regexp.MustCompile(`(?i:\b(?:mitt navn er|navnet mitt er|namnet mitt er|mit navn er|mitt namn är|jeg heter|eg heiter|` +
				`jeg hedder|jag heter|my name is|mein name ist|ich heiße|du (?:chatter|chattar|snakker|pratar|prater|skriver) (?:nå |nu )?med|` +
				`you are (?:now )?(?:chatting|speaking|talking) (?:with|to))) +` + name),
			regexp.MustCompile(`(?i:\b(?:dette er|det er|detta är|her er|jeg er|jag är|this is|i am|i'm)) +` + name +
				` +(?:fra|frå|från|hos|from|at)\b`),
		},
		common: map[string]bool{},
	}
	for _, w := range strings.Fields(commonWords) {
		m.common[w] = true
	}
	return m
}

// commonWords stand where names do, and are none: in the names that centres
// sign by, and at the end of messages.
const commonWords = `
	kundeservice kundesenter kundestøtte kundeteam kundservice kundtjänst kundeavdeling kundeavdelingen kundebehandler
	support service services team teamet desk help helpdesk hjelp care customer customers centre contact kontakt
	info post mail e-post epost firmapost salg sales faktura booking bestilling butikk nettbutikk avdeling resepsjon
	chat chatbot bot robot assistent assistant automatisk svar noreply no-reply system admin agent visitor user guest
	as asa ab aps ba sa da gmbh ltd inc norge norway norsk sverige danmark oslo bergen trondheim stavanger
	mvh hilsen vennlig vennleg beste helsing hälsningar regards kind best sincerely takk tusen thanks tack
	ha god fin dag helg kveld hei hello hi good day jeg vi du de det den dette en et ja nei og fra hos`

// hide takes personal names, addresses and numbers out of a text.
func (m *masker) hide(text string, who names) string {
	if m == nil || text == "" {
		return text
	}
	text = m.address.ReplaceAllLiteralString(text, anAddress)
	text = m.number.ReplaceAllStringFunc(text, func(number string) string {
		if m.date.MatchString(number) {
			return number
		}
		return aNumber
	})
	text = m.word.ReplaceAllStringFunc(text, func(word string) string {
		if who.has(word) {
			return aName
		}
		return word
	})
	for strings.Contains(text, aName+" "+aName) {
		text = strings.ReplaceAll(text, aName+" "+aName, aName)
	}
	return text
}

// learn adds the names by which the writer of a text introduces or signs
// themselves.
func (m *masker) learn(text string, who names) {
	if m == nil {
		return
	}
	for _, form := range m.introduced {
		for _, found := range form.FindAllStringSubmatch(text, -1) {
			m.person(found[1], who)
		}
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); len(lines) > 1 && signs(last) {
		m.person(last, who)
	}
}

// signs reports whether a line is one to three words that each begin as names
// do, and nothing else.
func signs(line string) bool {
	list := strings.Fields(line)
	return len(list) <= 3 && !slices.ContainsFunc(list, func(w string) bool { return !likeName(w) })
}

// likeName reports whether a word is written as names are.
func likeName(word string) bool {
	first, _ := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(first) && utf8.RuneCountInString(word) > 1 && !strings.ContainsFunc(word, func(r rune) bool {
		return !unicode.IsLetter(r) && !strings.ContainsRune("'’-", r)
	})
}

// person adds the name of a person as mail programs and platforms show it, such
// as "Nordmann, Ola | Kraft AS". What holds a word of customer service is the
// name of a desk.
func (m *masker) person(shown string, who names) {
	if m == nil {
		return
	}
	for _, end := range []string{"|", " - ", " – ", "(", "<", "@", "/", " via ", " fra ", " hos ", " from ", " i "} {
		shown, _, _ = strings.Cut(shown, end)
	}
	list := strings.FieldsFunc(shown, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`,"“”.:`, r) })
	if len(list) > 4 || slices.ContainsFunc(list, func(w string) bool { return m.common[strings.ToLower(w)] || !likeName(w) }) {
		return
	}
	for _, w := range list {
		who.add(w)
	}
}

// names are the words that tell who somebody is, folded; those that are false
// never do, being the company's own.
type names map[string]bool

// add takes in a word, unless it is the company's.
func (n names) add(word string) {
	word = strings.ToLower(word)
	for _, part := range append(strings.Split(word, "-"), word) {
		if _, own := n[part]; !own && utf8.RuneCountInString(part) > 1 {
			n[part] = true
		}
	}
}

// keep marks the words of a text as nobody's name.
func (n names) keep(text string) {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
		n[strings.ToLower(w)] = false
	}
}

// has reports whether a word of a text is a name, in the genitive too.
func (n names) has(word string) bool {
	word = strings.ToLower(word)
	bare := strings.TrimRight(strings.TrimSuffix(word, "s"), "'’")
	return n[word] || n[bare]
}
