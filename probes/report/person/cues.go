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

// words returns the words of a list as one pattern; a line below joins two.
func words(list string) string {
	return "(?:" + strings.ReplaceAll(strings.Join(strings.Fields(list), "|"), "_", " ") + ")"
}

// cues are the patterns by which names are known.
type cues struct {
	word, closing, opening, role, last, ending, firm *regexp.Regexp
}

func newCues() cues {
	return cues{
		word: regexp.MustCompile(`\p{L}(?:[\p{L}\p{M}]|['’-]\p{L})*`),
		closing: regexp.MustCompile(`(?i)(?:^|[^\p{L}])` + words(closings) +
			`(?: (?:fra|från|oss|for nå|så lenge))?[ \t]*[,.!:–-]?[ \t]*(?:\r?\n[ \t]*){0,3}$`),
		opening: regexp.MustCompile(`(?im)(?:^|[.!?:,][ \t]+|")` + words(openings) + `(?: (?:du|igjen|igen|og takk|der|there|again|på deg|på dig))?,?[ \t]+$`),
		role:    regexp.MustCompile(`(?i)(?:^|[^\p{L}])` + words(roles) + `(?: (?:nå |nu |now )?(?:med|with|to|min|mi|vår))? $`),
		last:    regexp.MustCompile(`(?:(?:^|\s)/|[.!?)\p{So}] [–-]?[ \t]*|(?:^|\n)[ \t]*[–-][ \t]*)$`),
		ending: regexp.MustCompile(`^\p{Lu}\p{Ll}{2,}` +
			words("sen sson datter dotter dóttir lainen läinen kainen käinen nnen vold stad berg gaard gård "+
				"quist qvist ström strøm lund dahl heim seth land vik rud") + `$`),
		firm: regexp.MustCompile(`(?i)` + words(firms) + `$`),
	}
}
