package report

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/svartid/svartid/probes/report/person"
)

// What stands for what was taken out.
const (
	anAddress = "[address]"
	aNumber   = "[number]"
	aName     = "[name]"
)

// A Redactor takes out of words what tells who a person is: addresses, telephone
// numbers, the names it is given, and those it finds by itself ([person.Spotter]).
// Nil takes out nothing. It may be used by
// several goroutines at once.
type Redactor struct {
	people                *person.Spotter
	address, number, date *regexp.Regexp
	introduced            []*regexp.Regexp
	common                map[string]bool
}

// NewRedactor returns a redactor of the languages that companies answer in.
func NewRedactor() *Redactor {
	const name = `(\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+){0,2})`
	r := &Redactor{
		people:  person.NewSpotter(),
		address: regexp.MustCompile(`[\p{L}\p{N}][\p{L}\p{N}._%+'-]*@[\p{L}\p{N}][\p{L}\p{N}.-]*\p{L}`),
		number:  regexp.MustCompile(`(?:\+|\b)\d(?:[ .()/-]?[ ()-]?\d){7,14}\b`),
		date:    regexp.MustCompile(`\b(?:\d{4}[.-]\d\d?[.-]\d\d?|\d\d?[./-]\d\d?[./-]\d{4})\b`),
		introduced: []*regexp.Regexp{
			regexp.MustCompile(`(?i:\b(?:mitt navn er|navnet mitt er|namnet mitt er|mit navn er|mitt namn är|jeg heter|eg heiter|` +
				`jeg hedder|jag heter|my name is|mein name ist|ich heiße|du (?:chatter|chattar|snakker|pratar|prater|skriver) (?:nå |nu )?med|` +
				`you are (?:now )?(?:chatting|speaking|talking) (?:with|to))) +` + name),
			regexp.MustCompile(`(?i:\b(?:dette er|det er|detta är|her er|jeg er|jag är|this is|i am|i'm)) +` + name +
				` +(?:fra|frå|från|hos|from|at)(?:\P{L}|$)`),
		},
		common: map[string]bool{},
	}
	for _, w := range strings.Fields(commonWords) {
		r.common[w] = true
	}
	return r
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

// Hide takes personal names, addresses and numbers out of a text.
func (r *Redactor) Hide(text string, who Names) string {
	if r == nil || text == "" {
		return text
	}
	text = r.unnamed(text, who)
	if strings.Contains(text, "@") {
		text = r.address.ReplaceAllLiteralString(text, anAddress)
	}
	if digits(text) >= fewestDigits {
		text = r.number.ReplaceAllStringFunc(text, func(number string) string {
			if r.date.MatchString(number) {
				return number
			}
			return aNumber
		})
	}
	text = who.hide(text)
	for strings.Contains(text, aName+" "+aName) {
		text = strings.ReplaceAll(text, aName+" "+aName, aName)
	}
	return text
}

// fewestDigits is how many a number has at least that may be a telephone's.
const fewestDigits = 8

// digits counts those of a text.
func digits(text string) (n int) {
	for i := range len(text) {
		if text[i] >= '0' && text[i] <= '9' {
			n++
		}
	}
	return n
}

// introductions are words of which each form of introduction has one, in lower case:
// a text without them needs no closer look.
func introductions() []string {
	return []string{
		"navn", "namn", "heter", "heiter", "hedder", "name", "heiße", "chat", "prat", "skriver", "speaking", "talking",
		"snakker", "dette er", "det er", "detta är", "her er", "jeg er", "jag är", "this is", "i am", "i'm",
	}
}

// mayIntroduce reports whether the writer of a text may introduce themselves in it.
func mayIntroduce(text string) bool {
	lower := strings.ToLower(text)
	return slices.ContainsFunc(introductions(), func(w string) bool { return strings.Contains(lower, w) })
}

// unnamed takes the names out of a text that are found in it, but for words that are
// no person's here.
func (r *Redactor) unnamed(text string, who Names) string {
	var out strings.Builder
	last := 0
	for _, at := range r.people.Spot(text) {
		if own, known := who[strings.ToLower(text[at[0]:at[1]])]; known && !own {
			continue
		}
		out.WriteString(text[last:at[0]])
		out.WriteString(aName)
		last = at[1]
	}
	out.WriteString(text[last:])
	return out.String()
}

// Learn adds the names by which the writer of a text introduces or signs
// themselves.
func (r *Redactor) Learn(text string, who Names) {
	if r == nil {
		return
	}
	for _, form := range r.introduced {
		if !mayIntroduce(text) {
			break
		}
		for _, found := range form.FindAllStringSubmatch(text, -1) {
			r.Person(found[1], who)
		}
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); len(lines) > 1 && signs(last) {
		r.Person(last, who)
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
	return unicode.IsUpper(first) && utf8.RuneCountInString(word) > 1 && !strings.ContainsFunc(word, func(c rune) bool {
		return !unicode.IsLetter(c) && !strings.ContainsRune("'’-", c)
	})
}

// Person adds the name of a person as mail programs and platforms show it, such
// as "Nordmann, Ola | Kraft AS". What holds a word of customer service is the
// name of a desk.
func (r *Redactor) Person(shown string, who Names) {
	if r == nil {
		return
	}
	for _, end := range []string{"|", " - ", " – ", "(", "<", "@", "/", " via ", " fra ", " hos ", " from ", " i "} {
		shown, _, _ = strings.Cut(shown, end)
	}
	list := strings.FieldsFunc(shown, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(`,"“”.:`, c) })
	if len(list) > 4 || slices.ContainsFunc(list, func(w string) bool { return r.common[strings.ToLower(w)] || !likeName(w) }) {
		return
	}
	for _, w := range list {
		who.add(w)
	}
}
