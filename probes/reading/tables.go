package reading

import (
	"maps"
	"regexp"
	"strings"
	"sync"
)

// tables are the patterns and lists that the rules look things up in. They never change.
type tables struct {
	common                  wordList            // words that carry no matter
	desk                    wordList            // words about the correspondence itself
	elsewhere               wordList            // places where a customer is sent
	self                    wordList            // who speaks of himself, or of this text
	advert                  wordList            // what praises something
	unit                    wordList            // units of money, of time and the like
	hours                   wordList            // of opening hours and telephones
	reference               wordList            // what stands before the number of a case
	money, free, day, yesNo wordList            // what makes a price, a date, a yes or no
	shapes                  map[string][]string // what words do in a sentence
	book                    phrasebook
	chat                    phrasebook // the same with what chat windows say by themselves
	spellings               []spelling
	dates                   map[string]bool     // days and months, folded
	allowed                 map[string]int      // see allowances
	invoice                 map[string]int      // words of invoices, see invoiceWords
	languages               map[string][]string // the languages that have a common word
	ours                    map[string]bool     // common words of the languages that the rules know, folded
	quoted                  map[string]string   // the field that a name in a quoted header stands for
	address                 *regexp.Regexp      // an address wherever it stands: real mail breaks the grammar
	id                      *regexp.Regexp      // a message id by its brackets alone: many have no @
	escape                  *regexp.Regexp      // one escape of quoted-printable
	parameter               *regexp.Regexp      // one parameter of a Content-Type
	enhanced                *regexp.Regexp      // an enhanced status code (RFC 3463)
	daemon                  *regexp.Regexp      // who sends reports on delivery
	noReply                 *regexp.Regexp      // an address that nobody reads
	transient               *regexp.Regexp      // a failure that is over by itself, whatever else is said
	listed                  *regexp.Regexp      // a list of senders that nobody wants to hear
	pipelined               *regexp.Regexp      // the sign that a refusal after DATA was one of the recipient (RFC 2920)
	summary                 *regexp.Regexp      // how Sendmail sums up a refusal
	afterData               *regexp.Regexp      // a refusal that came after the message
	tag                     *regexp.Regexp      // the tags that helpdesks put before a subject
	innerReply              *regexp.Regexp      // the prefix of the customer's own subject within another
	divider                 *regexp.Regexp      // a line that sets off the quoted message
	wrote                   *regexp.Regexp      // the words that introduce a quote
	clock                   *regexp.Regexp      // a time of day
	byline                  *regexp.Regexp      // the line above what a helpdesk agent wrote
	device                  *regexp.Regexp      // the line that a telephone adds
	stencil                 *regexp.Regexp      // a line that a helpdesk prints around every message
	blank                   *regexp.Regexp      // a run of empty lines
	field                   *regexp.Regexp      // a field of a form, or a row of an order
}

// known builds the tables once.
//
//nolint:gochecknoglobals // it is set once and never changes
var known = sync.OnceValue(func() *tables {
	t := &tables{book: loadBook("rules"), chat: loadBook("rules", "rules/chat"), dates: map[string]bool{}, quoted: map[string]string{}}
	t.invoice, t.allowed = invoiceWords(), allowances()
	t.loadLanguages()
	t.spellings = spellings()
	for _, w := range strings.Fields(dateWords()) {
		t.dates[fold(w)] = true
	}
	for name, list := range quotedNames() {
		for _, w := range strings.Split(list, "|") {
			t.quoted[w] = name
		}
	}
	t.common, t.desk, t.elsewhere = loadWords("common"), loadWords("desk"), loadWords("elsewhere")
	t.shapes = loadShapes()
	t.money, t.free, t.day, t.yesNo = loadWords("money"), loadWords("free"), loadWords("day"), loadWords("yesno")
	t.self, t.advert = loadWords("self"), loadWords("advert")
	t.unit, t.hours, t.reference = loadWords("unit"), loadWords("hours"), loadWords("reference")
	maps.Copy(t.ours, t.common.whole)
	t.compile()
	return t
})

// compile compiles the patterns.
func (t *tables) compile() {
	t.address = regexp.MustCompile(`(?:"(?:[^"\\\s@]|\\[^\s]){1,64}"|[\pL\pN.!#$%&'*+/=?^_{|}~-]+)@[\pL\pN-]+(?:\.[\pL\pN-]+)*`)
	t.id = regexp.MustCompile(`<[^<>\s]+>`)
	t.escape = regexp.MustCompile(`=[0-9A-Fa-f]{2}`)
	t.parameter = regexp.MustCompile(`(?i)\b(boundary|charset|report-type|format|delsp)\s*=\s*("[^"]*"?|[^;\s]+)`)
	t.enhanced = regexp.MustCompile(`(?:^|[^\w.])([245]\.\d{1,3}\.\d{1,3})(?:$|[^\w.]|\.\s|\.$)`)
	t.daemon = regexp.MustCompile(`mailer[-_. ]?daemon|post[-_. ]?master|poostmaster|mail(?:er)? delivery|delivery (?:sub)?system|mail system|` +
		`mail(?:er)? administrator|mdaemon|mailadmin|postoffice|post office|microsoft exchange|system administrator|systemadministrator|` +
		`system attendant|non[-_ ]?delivery|mail-?bounce|\bbounces?@|mail gateway|mailgate|^\s*<>\s*$|internet mail service|mailserver|mail server|` +
		`email administrator|smtp server|auto-?notify|delivery notification|mail transport|returned mail`)
	t.afterData = regexp.MustCompile(`(?i)in reply to (?:the )?(?:end of )?data|>>> data\s+<<< 55|end of data|after (?:the )?data\b`)
	t.transient = regexp.MustCompile(`(?i)not\s+found,\s+try\s+again|(?:not enough|insufficient|no|out of)\s+(?:\w+\s+)?(?:disk|storage)(?:\s+space)?`)
	t.listed = regexp.MustCompile(`(?i)spamhaus|spamcop|sorbs|barracudacentral|\b(?:dns)?[rbd]{1,2}l\.[a-z]`)
	t.pipelined = regexp.MustCompile(`(?m)^\s*<<< 503`)
	t.summary = regexp.MustCompile(`(?i)^\s*5\d\d 5\.1\.[123] .{1,200}\.\.\. (?:user unknown|invalid host name)`)
	t.noReply = regexp.MustCompile(`(?i)\b(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|donotreply|noreply|ikke[-_.]?svar|svar[-_.]?ikke|ei[-_.]?vastausta|inget[-_.]?svar|automail|autosvar)`)
	t.tag = regexp.MustCompile(`^(?:\s*\[[^\]]{0,60}\]:?\s*)+`)
	t.innerReply = regexp.MustCompile(`(?i)[\s\-–(]re:\s`)
	t.divider = regexp.MustCompile(`(?i)^[-_=*]{2,}\s*(?:original|opprinneleg|opprinnelig|ursprungligt?|oprindelig|alkuperäinen|ursprüngliche|videresendt|vidaresendt|` +
		`vidarebefordrat|forwarded|välitetty|message d.origine|mensaje original|messaggio originale|oorspronkelijk|doorgestuurd|weitergeleitete|reply message)` +
		`[^\n]{0,40}[-_=*]{2,}$|^-{2,}.{0,120}(?:wrote|skrev|kirjoitti)\s*-{2,}$|^begin forwarded message:$|^(?:startet|start|begynnelse på|början på) videresendt melding:$`)
	t.wrote = regexp.MustCompile(`(?i)(?:wrote|writes|skrev|skreiv|skriver|skrev følgende|skrev följande|kirjoitti|schrieb|geschrieben|a écrit|ha scritto|escribió|escreveu|` +
		`schreef|pisze|napisał\(?a?\)?|написала?|пише|пишет)(?:\s.{0,80})?\s*:$|^(?:on|den|le|am|il|el|em|op)\b.{6,}\b(?:wrote|skrev|écrit|schrieb)\b`)
	t.clock = regexp.MustCompile(`\d{1,2}[:.]\d{2}`)
	t.byline = regexp.MustCompile(`^\pL[^,@<>:]{1,60},\s.{0,20}\d{1,2}.{0,20}\d{1,2}[:.]\d{2}(?:\s?[APap][Mm])?(?:\s\(?[A-Z]{2,5}.{0,8}\)?)?$`)
	t.device = regexp.MustCompile(`(?i)^(?:sent from|sendt fra|sendt frå|von meinem|wysłane z|wysłano z|skickat från|skickat via|lähetetty|gesendet (?:von|mit)|envoyé (?:de|depuis)|sent with|sent via|` +
		`get outlook for|hent outlook|hämta outlook|få outlook|hanki outlook|enviado (?:desde|do)|verzonden (?:vanaf|met)|inviato da)(?:\s[^.,]*)?$`)
	t.field = regexp.MustCompile(`(?im)^[ \t]*(?:[*•-][ \t]*)?(?:(?:navn|namn|name|nimi|e-?post|e-?mail|epostadresse|sähköposti|telefon|mobil|phone|puhelin|melding|meddelande|besked|beskjed|message|viesti|` +
		`emne|ämne|subject|aihe|kategori|category|prioritet|priority|status|current status|assigned to|vare|vara|varenummer|produkt|product|antall|antal|quantity|pris|price|` +
		`sum|total|totalt|totalsumma|frakt|levering|leverans|delivery|shipping|ordrenr|ordrenummer|ordernummer|order no|order number|saksnummer|sagsnummer|ärendenummer|referanse|din melding|ditt meddelande|your message)\.?:[ \t]*\S.*|` +
		`\d+[ \t]*(?:x|st|stk|pcs)\.?[ \t]+\S.*|(?:sum|total|totalt|totalsumma|frakt|levering|delivery|shipping|subtotal|delsum|moms|mva|vat|order no\.?|order|ordre|ordrenr\.?)[ \t:]+\S*\d[^\n]{0,20})$`)
	t.stencil = regexp.MustCompile(`(?i)^[\s#*=_—–-]*(?:please\s+)?(?:type|write|skriv|reply|svar|svara)\b.{0,30}\b(?:above|over|ovenfor|ovanför)\s+(?:this|denne|denna|den här)\s+(?:line|linjen|linje|linja|raden)\b.{0,20}$|` +
		`^[\s#*=_—–-]*(?:kirjoita|vastaa)\b.{0,30}\brivin yläpuolelle\b.{0,20}$|` +
		`^\s*(?:this email is a service from|denne e-posten er en tjeneste fra|denne mail er en service fra|det här mejlet är en tjänst från|tämä sähköposti on palvelu)\b.{0,80}$|^\s*powered by \w+\s*$`)
	t.blank = regexp.MustCompile(`[ \t\r]*\n(?:[ \t\r]*\n)+`)
}
