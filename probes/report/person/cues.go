package person

import (
	_ "embed"
	"regexp"
	"strings"
)

// closings are what ends a letter, before who signs it.
//
//go:embed closings.txt
var closings string

// openings are what begins one, before who is to read it.
//
//go:embed openings.txt
var openings string

// roles are what a person is or does, before the name, and what someone does with one.
//
//go:embed roles.txt
var roles string

// firms are how companies and their departments end, and no given names do.
//
//go:embed firms.txt
var firms string

// desks are no names wherever they stand: what centres sign as, and what begins with
// a capital letter for another reason.
//
//go:embed desks.txt
var desks string

// stems are what names of the North begin with that are made of two parts, and tails
// what they end with: Tor-bjørg, Ragn-vald, Magn-hild.
const (
	stems = `aas alf arn as ask aud berg bjørn björn brynj dag eg eld fin finn fred frid frøy frøyd gard geir ger gerd gjert
		grim gud gunn hall har hav her hild hjalm holm hå håk ing inge ingi jo jor jør kjell kjart knut leid leif liv magn
		nor odd orm ragn ran rei rein run sig sigur skjal snø sol solv stein sten stig svan sve sver syn sæ sør tal tarj ter
		thor tor tord tron tryg trygv tur tyr ulv ve vig yngv ås øy øyv åg`
	tails = `alv bera bert bjarg bjørg björg bjørn björn borg brand brigt bråt dis dís finn frid fríd frød gard geir gerd gils
		gjerd grim gunn gunne heid heiður hild hilde ivar kell ketil kjell laug leif leiv lind liv mund ny ulf ulv olf olv rid rik run
		rún stein sten svein trud unn unni vald valg var vard veig vid vin viv vor`
)

// words returns the words of a list as one pattern; a line below joins two.
func words(list string) string {
	return "(?:" + strings.ReplaceAll(strings.Join(strings.Fields(list), "|"), "_", " ") + ")"
}

// cues are the patterns by which names are known.
type cues struct {
	closing, opening, role, last, ending, firm                              *regexp.Regexp
	signs, wish, slash, here, told, calls, works, inner, faces, asks, field *regexp.Regexp
}

func newCues() cues {
	return cues{
		closing: regexp.MustCompile(`(?i)(?:^|[^\p{L}])` + words(closings) +
			`(?: (?:fra|från|oss|for nå|så lenge))?[ \t]*[,.!:–/-]{0,2}[ \t]*(?:\r?\n[ \t]*){0,3}$`),
		opening: regexp.MustCompile(`(?im)(?:^|[.!?:,][ \t]+|")` + words(openings) + `(?: (?:du|igjen|igen|og takk|der|there|again|på deg|på dig))?,?[ \t]+$`),
		role:    regexp.MustCompile(`(?i)(?:^|[^\p{L}])` + words(roles) + `(?: (?:nå |nu |now )?(?:med|with|to|min|mi|vår))? $`),
		last:    regexp.MustCompile(`(?:(?:^|\s)/|[.!?)\p{So}] [–-]?[ \t]*|(?:^|\n)[ \t]*[–-][ \t]*)$`),
		ending: regexp.MustCompile(`^\p{Lu}\p{Ll}{2,}` +
			words("sen sson datter dotter dóttir lainen läinen kainen käinen nnen vold stad berg gaard gård "+
				"quist qvist ström strøm lund dahl heim seth land vik rud ling löf gren mark blom") + `$`),
		// Closings that are no thanks, before a name in small letters.
		signs: regexp.MustCompile(`(?i)(?:^|[^\p{L}])(?:m\.?v\.?h\.?|vh|v\.h\.|kh|klem|kram|hilsen|hilsner|helsing|hälsningar|terv\.?|terveisin)[ \t]*[,:/–-]{0,2}[ \t]*(?:\r?\n[ \t]*)?$`),
		// A wish that ends a letter, with the line below it.
		wish: regexp.MustCompile(`(?i)(?:^|[^\p{L}])(?:ha en [^\n.!]{2,40}|ha det[^\n.!]{0,20}|(?:god|glad|godt|trevlig|hav en|have a|hyvää) [^\n.!]{2,30}|see you[^\n.!]{0,15}|take care|snakkes|vi (?:ses|høres|hörs))[.!,]*(?: ?[:;]-?[)D])?[ \t]*\r?\n[ \t\r\n]*$`),
		// A stroke before who signs, or v/ and ved for one who signs for others.
		slash: regexp.MustCompile(`(?:(?:^|[.!?)\p{So}][ \t]*|\n[ \t]*)//?|(?:^|[\s(])[vV]/)[ \t]*$`),
		// What follows one who says to be here: "Lise her, jeg …", "Lise fra Kraft her."
		here: regexp.MustCompile(`^ (?:(?:fra|från|frå|from) \p{Lu}[\p{L}-]+(?: \p{Lu}[\p{L}-]+)? )?(?:her|here|här)(?:[,.!\r\n]|$)`),
		// Where someone works, behind a name that begins a sentence: "Aoife from the billing team".
		works: regexp.MustCompile(`(?i)^ (?:from|in|at|of|fra|frå|från|i|på|hos) (?:\p{L}+ ){0,3}\p{L}*(?:team|teamet|department|` +
			`avdeling|avdelingen|avdelinga|avdelningen|afdelingen|desk|office|kundeservice|kundesenteret|kundtjänst|regnskap|lageret)(?:\P{L}|$)`),
		// What is done with a person, before a name in small letters.
		asks: regexp.MustCompile(`(?i)(?:^|[^\p{L}])(?:(?:snakk|prat|tal|chatt)\p{L}* (?:nå |nu )?med|ringe?|spør(?:re)? etter|spørg efter|fråga efter|` +
			`kontakte?|kontakta|heter|heiter|hedder|ask for|(?:speak|talk|spoke) (?:to|with)|hilsen fra)[ \t]+$`),
		// What a quoted header says before a sender or a reader.
		field: regexp.MustCompile(`(?im)^[> \t*]*(?:fra|från|frå|from|lähettäjä|avsender|avsändare|afsender|til|to|till|vastaanottaja|cc|kopi)[ \t]*:[ \t*]*$`),
		// A capital letter inside a word, as firms have: SpareVest. McLeod and O'Neill are people.
		inner: regexp.MustCompile(`^\p{Lu}\p{Ll}{2,}\p{Lu}`),
		faces: regexp.MustCompile(`^(?:[\p{So}\p{Sk}\x{FE0F}\x{200D}\s]|[:;]-?[)D]|<3)*$`),
		// Who one is, before a name, whatever case it has.
		told: regexp.MustCompile(`(?i)(?:^|[^\p{L}])(?:navnet mitt er|mitt navn er|mit navn er|namnet mitt er|mitt namn är|jeg heter|eg heiter|jeg hedder|jag heter|my name is)[ \t]+$`),
		// And what, with what follows, tells of a person.
		calls: regexp.MustCompile(`(?i)(?:^|[^\p{L}])(?:this is|it['’]s|it is|dette er|det er|det var|detta är|det är|her er|du (?:chatter|chattar|snakker|pratar|prater|skriver|taler) (?:nå |nu )?med)[ \t]+$`),
		firm:  regexp.MustCompile(`(?i)` + words(firms) + `$`),
	}
}
