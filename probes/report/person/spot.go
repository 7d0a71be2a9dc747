package person

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
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
	given, family, ambiguous, desks map[string]bool
	word, closing, opening, role    *regexp.Regexp
	ending, firm, last              *regexp.Regexp
}

// NewSpotter returns a spotter of the names that the package knows.
func NewSpotter() *Spotter {
	return &Spotter{
		given: setOf(givenNames), family: setOf(familyNames), ambiguous: setOf(ambiguousNames), desks: setOf(deskWords),
		word: regexp.MustCompile(`\p{L}(?:[\p{L}\p{M}]|['’-]\p{L})*`),
		// What ends a letter, before who signs it.
		closing: regexp.MustCompile(`(?i)(?:^|[^\p{L}])(?:mvh|m\.?v\.?h\.?|vh|v\.h\.|med vennlig hilsen|vennlig hilsen|med venlig hilsen|venlig hilsen|` +
			`venleg helsing|vennleg helsing|beste helsing|helsing|helsinger|hilsen|hilsner|hilsener|beste hilsener|kh|klem|` +
			`med vänliga hälsningar|med vänlig hälsning|vänliga hälsningar|bästa hälsningar|hälsningar|hälsning|hälsn\.?|hälsar|hilser|kram|hilsn\.?|` +
			`ystävällisin terveisin|parhain terveisin|terveisin|terv\.?|t\.|yst\. terv\.|` +
			`kind regards|best regards|warm regards|regards|best wishes|all the best|many thanks|yours|vänligen|ystävällisesti|terkuin|best|cheers|sincerely|yours sincerely|thanks|thank you|takk|tack|tak)` +
			`(?: (?:fra|från|oss|for nå|så lenge))?[ \t]*[,.!:–-]?[ \t]*(?:\r?\n[ \t]*){0,3}$`),
		// What begins one, before who is to read it.
		opening: regexp.MustCompile(`(?im)(?:^|[.!?:,][ \t]+|")(?:hei|heisann|hej|hi|hello|hallo|halla|hola|heippa|moi|god dag|goddag|god morgen|god ettermiddag|god kveld|kjære|kære|` +
			`kära|hyvä|dear|hey|tere|morn|takk|tack|tak|thanks|thank you|kiitos|hei igjen|hej igen)(?: (?:du|igjen|igen|og takk|der|there|again|på deg|på dig))?,?[ \t]+$`),
		// What a person is or does, before the name.
		role: regexp.MustCompile(`(?i)(?:^|[^\p{L}])(?:navnet mitt er|mitt navn er|mit navn er|namnet mitt er|mitt namn är|jeg heter|eg heiter|jeg hedder|jag heter|nimeni on|` +
			`my name is|i am|i'm|jeg er|eg er|jag är|dette er|det er|detta är|det är|this is|olen|` +
			`(?:snakke(?:t|r)?|snakka|prate(?:t|r)?|prata(?:r|de|t)?|pratade|chatte(?:t|r|d)?|chatta(?:r|t|de)?|skriver|skrive|spoke|speak(?:ing)?|talk(?:ing|ed)?|tala(?:r|de|t)?|taler|talt|talte) ` +
			`(?:nå |nu |now )?(?:med|with|to)|kollega(?:en|er)?(?: min| mi| vår)?|kollegan?|min kollega|my colleague|our colleague|colleague|kollegani|` +
			`sjef(?:en)?(?: min| vår)?|leder(?:en)?|daglig leder|chef(?:en)?|butikksjef(?:en)?|rådgiver(?:en)?|rådgivar(?:en)?|rådgivare(?:n)?|konsulent(?:en)?|` +
			`kundekonsulent(?:en)?|kundebehandler(?:en)?|kunderådgiver(?:en)?|saksbehandler(?:en)?|saksbehandlar(?:en)?|handläggare(?:n)?|handlegger|selger(?:en)?|säljare(?:n)?|sælger(?:en)?|` +
			`tekniker(?:en)?|montør(?:en)?|elektriker(?:en)?|ekspert(?:en)?|teamleder(?:en)?|manager|advisor|agent|spør(?:re)? etter|spørg efter|fråga efter|ask for|` +
			`kontakt(?:e)?|kontakta|contact|ringe?|ring til|mail|besvart av|besvaret av|besvarad av|answered by|svart av|skrevet av|skickat av|sendt av|sent by|from|fra|från|frå|av|til|till|til|hos|med|och|og|and|ja) $`),
		last: regexp.MustCompile(`(?:(?:^|\s)/|[.!?)\p{So}] [–-]?[ \t]*|(?:^|\n)[ \t]*[–-][ \t]*)$`),
		// How companies and their departments end, and no given names do.
		firm: regexp.MustCompile(`(?i)(?:huset|hus|bank|banken|kassen|laget|lag|senter|senteret|center|centret|service|servicen|tjeneste|tjenesten|tjänst|` +
			`avdeling|avdelingen|avdelningen|afdelingen|afdeling|kunde|kunden|kundene|kund|kraft|energi|nett|net|nettet|mobil|tele|telecom|forsikring|forsäkring|` +
			`försäkring|gruppen|gruppa|bordet|butikken|butiken|resepsjonen|receptionen|kontoret|verket|palvelu|yhtiö|support|team|shop|et|tionen|garanti|oppgjør|office|online)$`),
		ending: regexp.MustCompile(`^\p{Lu}\p{Ll}{2,}(?:sen|ssen|sson|datter|dotter|dóttir|lainen|läinen|kainen|käinen|nnen|vold|stad|berg|gaard|gård|quist|qvist|ström|strøm|lund|dahl|heim|seth|land|vik|rud)$`),
	}
}

// deskWords are no names wherever they stand: what centres sign as, and what begins
// with a capital letter for another reason.
const deskWords = `
	kundeservice kundesenter kundesenteret kundestøtte kundeteam kundeteamet kundservice kundtjänst kundetjeneste kundeavdeling kundeavdelingen
	support service services team teamet desk help helpdesk hjelp care customer customers centre center contact kontakt asiakaspalvelu palvelu
	info post mail epost firmapost salg sales sale faktura fakturaavdelingen booking bestilling butikk butikken nettbutikk avdeling avdelingen resepsjon resepsjonen
	chat chatbot bot robot assistent assistant automatisk automatic svar reply system admin agent visitor user guest virtual digital virtuell digitale
	as asa ab aps ba sa da gmbh ltd inc oy oyj norge norway norsk norske sverige svensk svenska danmark dansk danske finland suomi oslo bergen trondheim stavanger
	mvh hilsen vennlig vennleg beste helsing hälsningar regards kind best sincerely takk tusen thanks tack tak kiitos terveisin
	ha god fin dag dagen helg helgen kveld hei hej hello hi good day jeg eg vi du de dere det den dette disse en et ei ett ja nei nej no yes og och and men but fra från from hos
	sendt sent skickat lähetetty from fra från til till to emne subject re sv vs svar dato date tlf tel telefon phone mobil mobile org nr kl
	ring ringe svare les lees click klikk se vis read mer more min mine mitt din ditt dine vår våre vårt our your kunde kunden kunder kundenummer alle all everyone
	januar january februar februari february mars march april mai maj may juni june juli july august augusti september oktober october november desember december
	mandag tirsdag onsdag torsdag fredag lørdag søndag måndag tisdag lördag söndag monday tuesday wednesday thursday friday saturday sunday jul påske pinse easter christmas
	iphone ipad android outlook gmail google facebook messenger instagram vipps klarna bankid visa mastercard posten postnord bring helthjem dhl ups telia telenor
	internett fiber bredbånd mobilabonnement strøm kraft energi bank sparebank forsikring bil hus hytte lager lageret regnskap sekretariatet administrasjonen administrationen registrator kansliet head office accounts sales returns
	dr mr mrs ms herr fru frøken hr`

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
	name       bool
}

// Spot returns where in a text names of people stand, in order: the octets at which
// each word of a name begins and ends.
func (s *Spotter) Spot(text string) (spans [][2]int) {
	tokens := s.tokens(text)
	for i := range tokens {
		tokens[i].name = s.known(tokens, i) || s.introduced(text, tokens, i) || s.signed(text, tokens, i)
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
		t := token{begin: at[0], end: at[1], text: text[at[0]:at[1]], close: between == " " || between == ". " && len(all) > 0 && initial(all[len(all)-1].text)}
		t.first = last == 0 || !t.close && strings.ContainsAny(between, ".!?:;\n\r\"«»“”*•|>()–/")
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
	if set[word] || set[strings.TrimSuffix(strings.TrimSuffix(word, "s"), "’")] || set[strings.TrimSuffix(word, "'s")] || set[strings.TrimSuffix(word, "’s")] {
		return true
	}
	parts := strings.Split(word, "-")
	return len(parts) > 1 && !slices.ContainsFunc(parts, func(p string) bool { return !set[p] })
}

// known reports whether a word is a name by itself.
func (s *Spotter) known(tokens []token, i int) bool {
	t := tokens[i]
	if !capital(t.text) || in(s.desks, t.text) {
		return false
	}
	given, family := in(s.given, t.text), in(s.family, t.text)
	if shouted(t.text) {
		return given && utf8.RuneCountInString(t.text) > 3 && !in(s.ambiguous, t.text)
	}
	switch {
	case in(s.ambiguous, t.text):
		// A word that begins a sentence tells nothing; a family name behind it does.
		return (given || family) && (!t.first || s.followed(tokens, i))
	case given:
		return true
	case family:
		return !t.first || s.followed(tokens, i)
	}
	return !t.first && s.ending.MatchString(t.text) && i > 0 && tokens[i-1].name
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

// introduced reports whether what stands before a word says that it is a name.
func (s *Spotter) introduced(text string, tokens []token, i int) bool {
	const far = 80
	t := tokens[i]
	listed := in(s.given, t.text)
	if t.text == "" || in(s.desks, t.text) && !listed {
		return false
	}
	before := text[max(0, t.begin-far):t.begin]
	if initial(t.text) {
		return s.closing.MatchString(before) && i+1 < len(tokens) && tokens[i+1].close && capital(tokens[i+1].text)
	}
	switch {
	case s.last.MatchString(before) && capital(t.text) && !shouted(t.text):
		// "Det er i orden. Mel", "/Steffe": a word that ends its line without a stop.
		line, _, _ := strings.Cut(text[t.end:], "\n")
		return strings.TrimSpace(line) == "" && !in(s.desks, t.text) && !s.firm.MatchString(t.text)
	case s.closing.MatchString(before):
		// Chats sign in small letters.
		return s.alone(text, t) && (listed || capital(t.text) && !shouted(t.text) && !s.firm.MatchString(t.text))
	case s.opening.MatchString(before):
		return capital(t.text) && !shouted(t.text) && !in(s.ambiguous, t.text) && s.ends(text, t) || listed && s.ends(text, t)
	case s.role.MatchString(before):
		return capital(t.text) && listed
	}
	return false
}

// signed reports whether a word stands on a line of its own as a signature does: the
// text before it has ended, and nothing follows at once.
func (s *Spotter) signed(text string, tokens []token, i int) bool {
	t := tokens[i]
	if !capital(t.text) || shouted(t.text) || in(s.desks, t.text) {
		return false
	}
	begin := strings.LastIndexByte(text[:t.begin], '\n') + 1
	before := strings.TrimRight(text[:begin], " \t\r\n>")
	line, after, _ := strings.Cut(text[begin:], "\n")
	line = strings.Trim(line, " \t\r>,.!:-–")
	words := s.word.FindAllString(line, -1)
	if len(words) == 0 || len(words) > 3 || strings.Join(words, " ") != line || words[0] != t.text {
		return false
	}
	if in(s.given, t.text) {
		return true // Even and Gry are no words where nothing follows
	}
	if s.firm.MatchString(t.text) {
		return false
	}
	next, _, _ := strings.Cut(after, "\n")
	last, _ := utf8.DecodeLastRuneInString(before)
	return len(words) == 1 && strings.Trim(next, " \t\r>") == "" && strings.HasSuffix(strings.TrimRight(text[:begin], " \t\r>"), "\n") &&
		strings.ContainsRune(".!?", last) && strings.Count(strings.TrimSpace(after), "\n") < 12
}

// alone reports whether nothing but a name of a few words stands on the rest of a
// word's line.
func (s *Spotter) alone(text string, t token) bool {
	line, _, _ := strings.Cut(text[t.begin:], "\n")
	line, _, _ = strings.Cut(line, ",")
	line, _, _ = strings.Cut(line, "|")
	words := s.word.FindAllString(line, -1)
	return len(words) <= 4 && !slices.ContainsFunc(words, func(w string) bool { return in(s.desks, w) && !in(s.given, w) && len(words) < 3 })
}

// ends reports whether a greeting ends with a word, or with the one behind it.
func (s *Spotter) ends(text string, t token) bool {
	rest := text[t.end:]
	if strings.HasPrefix(rest, " ") {
		next := s.word.FindString(rest[1:])
		if next != "" && capital(next) {
			rest = strings.TrimPrefix(rest[1:], next)
		}
	}
	return rest == "" || strings.ContainsAny(rest[:1], ",!.:;)\n\r") || strings.HasPrefix(rest, " -") || strings.HasPrefix(rest, " –")
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
