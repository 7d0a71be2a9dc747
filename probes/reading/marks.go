package reading

import (
	"regexp"
	"strings"
	"sync"

	"github.com/svartid/svartid/probes/reading/lexicon"
)

// A markTable holds the patterns by which kinds of mail are known. It never changes.
type markTable struct {
	daemon     *regexp.Regexp // who sends reports on delivery
	noReply    *regexp.Regexp // an address that is not read
	transient  *regexp.Regexp // a failure that is over by itself, whatever else is said
	listed     *regexp.Regexp // a list of senders of spam
	pipelined  *regexp.Regexp // the sign that a refusal after DATA was one of the recipient (RFC 2920)
	summary    *regexp.Regexp // how Sendmail sums up a refusal
	afterData  *regexp.Regexp // a refusal that came after the message
	tag        *regexp.Regexp // the tags that helpdesks put before a subject
	innerReply *regexp.Regexp // the prefix of the customer's own subject within another
	field      *regexp.Regexp // a field of a form, or a row of an order
	allowed    map[string]int // see allowances
	invoice    map[string]int // words of invoices, see invoiceWords
}

// marks compiles the table once.
//
//nolint:gochecknoglobals // it is set once and never changes
var marks = sync.OnceValue(func() *markTable {
	t := &markTable{}
	t.daemon = regexp.MustCompile(`mailer[-_. ]?daemon|post[-_. ]?master|poostmaster|mail(?:er)? delivery|delivery (?:sub)?system|mail system|` +
		`mail(?:er)? administrator|mdaemon|mailadmin|postoffice|post office|microsoft exchange|system administrator|systemadministrator|` +
		`system attendant|non[-_ ]?delivery|mail-?bounce|\bbounces?@|mail gateway|mailgate|^\s*<>\s*$|internet mail service|mailserver|mail server|` +
		`email administrator|smtp server|auto-?notify|delivery notification|mail transport|returned mail`)
	t.noReply = regexp.MustCompile(`(?i)\b(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|donotreply|noreply|ikke[-_.]?svar|svar[-_.]?ikke|ei[-_.]?vastausta|inget[-_.]?svar|automail|autosvar)`)
	t.transient = regexp.MustCompile(`(?i)not\s+found,\s+try\s+again|(?:not enough|insufficient|no|out of)\s+(?:\w+\s+)?(?:disk|storage)(?:\s+space)?`)
	t.listed = regexp.MustCompile(`(?i)spamhaus|spamcop|sorbs|barracudacentral|\b(?:dns)?[rbd]{1,2}l\.[a-z]`)
	t.pipelined = regexp.MustCompile(`(?m)^\s*<<< 503`)
	t.summary = regexp.MustCompile(`(?i)^\s*5\d\d 5\.1\.[123] .{1,200}\.\.\. (?:user unknown|invalid host name)`)
	t.afterData = regexp.MustCompile(`(?i)in reply to (?:the )?(?:end of )?data|>>> data\s+<<< 55|end of data|after (?:the )?data\b`)
	t.tag = regexp.MustCompile(`^(?:\s*\[[^\]]{0,60}\]:?\s*)+`)
	t.innerReply = regexp.MustCompile(`(?i)[\s\-–(]re:\s`)
	t.field = regexp.MustCompile(`(?im)^[ \t]*(?:[*•-][ \t]*)?(?:(?:navn|namn|name|nimi|e-?post|e-?mail|epostadresse|sähköposti|telefon|mobil|phone|puhelin|melding|meddelande|besked|beskjed|message|viesti|` +
		`emne|ämne|subject|aihe|kategori|category|prioritet|priority|status|current status|assigned to|vare|vara|varenummer|produkt|product|antall|antal|quantity|pris|price|` +
		`sum|total|totalt|totalsumma|frakt|levering|leverans|delivery|shipping|ordrenr|ordrenummer|ordernummer|order no|order number|saksnummer|sagsnummer|ärendenummer|referanse|din melding|ditt meddelande|your message)\.?:[ \t]*\S.*|` +
		`\d+[ \t]*(?:x|st|stk|pcs)\.?[ \t]+\S.*|(?:sum|total|totalt|totalsumma|frakt|levering|delivery|shipping|subtotal|delsum|moms|mva|vat|order no\.?|order|ordre|ordrenr\.?)[ \t:]+\S*\d[^\n]{0,20})$`)
	t.invoice, t.allowed = invoiceWords(), allowances()
	return t
})

// fromNobody reports whether an address, or a name with one, says that what is sent there is not read.
func fromNobody(sender string) bool {
	return holdsAny(strings.ToLower(sender), "repl", "svar", "vastausta", "automail") && marks().noReply.MatchString(sender)
}

// fromDaemon reports whether the name and address of a sender, in lower case, are those of a mail server.
func fromDaemon(sender string) bool {
	return holdsAny(sender, "daemon", "master", "mail", "deliver", "system", "office", "exchange", "admin", "bounce", "<>", "smtp", "notify") &&
		marks().daemon.MatchString(sender)
}

// allowances says how many words of matter a sentence of each class may hold beside its phrase
// before they count as something said. "We have received your message about the broken lamp,
// number 1234" is still no more than a receipt.
func allowances() map[string]int {
	return map[string]int{
		"receipt": 4, "promise": 3, "robot": 5, "case": 4, "deadline": 0, "queue": 4, "thanks": 1, "closing": 2, "invitation": 4,
		"absence": 6, "closed": 5, "deflection": 4, "handoff": 5, "later": 4, "bot": 3, "made": 3, "other": 6, "settled": 6,
		"pleasantry": 7,
		"unread":     5, "pointer": 0, "notice": 8, "greeting": 4, "unattended": 6, "queueing": 5, "menu": 6,
	}
}

// invoiceWords are the names of an invoice (1), and of what it says about being paid (2).
func invoiceWords() map[string]int {
	list := map[string]int{}
	for i, row := range []string{
		"faktura fakturaen fakturan invoice lasku laskun regning regningen kvittering purring påminnelse inkassovarsel",
		"forfall forfaller forfallsdato förfaller förfallodag förfallodatum due betalingsfrist betalningsdatum kid kidnummer ocr bankgiro plusgiro kontonummer kontonr iban " +
			"beløp beløpet belopp sum viitenumero eräpäivä eräpäivän tilinumero fakturanummer fakturanr forfaldsdato betalast betal" + "es",
	} {
		for _, w := range strings.Fields(row) {
			list[lexicon.Fold(w)] = i + 1
		}
	}
	return list
}
