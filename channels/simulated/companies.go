package simulated

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A Company is one that can be written to. The zero value is no company.
type Company struct {
	ID        string // a-z, 0-9 and hyphens
	Name      string
	Class     string // power, bank, telecom or insurance
	Language  string // that it answers in: nb, sv, da or en
	Address   string // that it reads
	Character Character

	desk  desk
	phone string
}

// Phone is the company's number, from a range that is never given out.
func (c Company) Phone() string { return c.phone }

// domain is the part of the address that is the company's own.
func (c Company) domain() string { return c.Address[strings.LastIndex(c.Address, "@")+1:] }

// classes are the industries, in the order that companies are dealt to them.
func classes() []string { return []string{"power", "bank", "telecom", "insurance"} }

// cast returns n companies, drawn from the seed. Every class gets the same
// number, give or take one, and its share of every character.
func cast(n int, characters []Character, seed string) []Company {
	r := draws(seed, "cast")
	order, tongues, names := classes(), languages(n, r), newNames(r)
	r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	companies := make([]Company, n)
	for i := range companies {
		c := Company{
			Class:     order[i%len(order)],
			Language:  tongues[i],
			Character: characters[i%len(characters)],
		}
		c.Name = names.draw(c.Language, c.Class)
		c.ID = slug(c.Name)
		c.Address = pick(r, mailboxes(c.Language)) + "@" + c.ID + ".example"
		c.phone = phone(c.Language, r)
		c.desk = desks()[r.IntN(len(desks()))]
		if c.Character == Elsewhere {
			c.desk = casework
		}
		companies[i] = c
	}
	return companies
}

// languages returns n languages: of any twelve companies seven are Norwegian,
// two Swedish, two Danish, and one writes English.
func languages(n int, r *rand.Rand) []string {
	var drawn []string
	for len(drawn) < n {
		dozen := []string{"nb", "nb", "nb", "nb", "nb", "nb", "nb", "sv", "sv", "da", "da", "en"}
		r.Shuffle(len(dozen), func(i, j int) { dozen[i], dozen[j] = dozen[j], dozen[i] })
		drawn = append(drawn, dozen...)
	}
	return drawn[:n]
}

// names draws invented names, each once.
type names struct {
	r     *rand.Rand
	stems map[string][]string // by language, in drawn order
	used  map[string]int
}

// newNames returns names that come in an order of their own.
func newNames(r *rand.Rand) *names {
	n := &names{r: r, stems: make(map[string][]string), used: make(map[string]int)}
	for _, language := range []string{"nb", "sv", "da", "en"} {
		stems := places(language)
		r.Shuffle(len(stems), func(i, j int) { stems[i], stems[j] = stems[j], stems[i] })
		n.stems[language] = stems
	}
	return n
}

// draw returns a name that has not been drawn before. Once all the places of a
// language are used they come again with a number.
func (n *names) draw(language, class string) string {
	stems, used := n.stems[language], n.used[language]
	n.used[language]++
	name := stems[used%len(stems)] + " " + pick(n.r, trades(language, class))
	if again := used / len(stems); again > 0 {
		name += fmt.Sprintf(" %d", again+1)
	}
	return name
}

// places returns invented places: every first half with every second half.
func places(language string) []string {
	halves := map[string][2]string{
		"nb": {
			"Skarv Brim Rogn Tåke Ravn Gaupe Havre Klokke Sølv Vinter " +
				"Furu Lyng Måne Kvist Ulve Bjørke Elve Ospe Tyri Kråke",
			"heia vika brua tangen lia moen hella odden sletta fossen",
		},
		"sv": {
			"Tall Björk Lärk Älg Snö Våg Hassel Räv Silver Trast",
			"ängen backa sundet åsen forsen viken lunda hällan",
		},
		"da": {
			"Bøge Lærke Klit Hede Måge Hyld Pile Svale Lyng Birke",
			"bakken skoven vangen holm lund næs dalen høj",
		},
		"en": {
			"North Harbour Aurora Copper Birch Island Granite Juniper",
			"gate light field stone water bridge",
		},
	}[language]
	var stems []string
	for _, first := range strings.Fields(halves[0]) {
		for _, second := range strings.Fields(halves[1]) {
			stems = append(stems, first+second)
		}
	}
	return stems
}

// trades returns what a company of the class may call itself.
func trades(language, class string) []string {
	return map[string]map[string][]string{
		"nb": {
			"power": {"Kraft", "Energi", "Strøm"}, "bank": {"Bank", "Sparebank"},
			"telecom": {"Mobil", "Bredbånd"}, "insurance": {"Forsikring"},
		},
		"sv": {
			"power": {"El", "Energi"}, "bank": {"Bank", "Sparbank"},
			"telecom": {"Mobil", "Bredband"}, "insurance": {"Försäkring"},
		},
		"da": {
			"power": {"Energi", "El"}, "bank": {"Bank", "Sparekasse"},
			"telecom": {"Mobil", "Bredbånd"}, "insurance": {"Forsikring"},
		},
		"en": {"power": {"Energy"}, "bank": {"Bank"}, "telecom": {"Mobile"}, "insurance": {"Insurance"}},
	}[language][class]
}

// mailboxes returns the local parts that customers write to.
func mailboxes(language string) []string {
	return map[string][]string{
		"nb": {"post", "kundeservice", "kundesenter"},
		"sv": {"kundtjanst", "info"},
		"da": {"kundeservice", "kontakt"},
		"en": {"support", "hello"},
	}[language]
}

// phone returns a number that is never given out: eight digits that begin with 1 in
// Norway and Denmark, and the ranges that Sweden and Britain keep for fiction.
func phone(language string, r *rand.Rand) string {
	switch language {
	case "sv":
		return fmt.Sprintf("08-465 004 %02d", r.IntN(100))
	case "en":
		return fmt.Sprintf("+44 20 7946 0%03d", r.IntN(1000))
	}
	return fmt.Sprintf("1%d %02d %02d %02d", r.IntN(10), r.IntN(100), r.IntN(100), r.IntN(100))
}

// slug returns a name as an id, which is also a label of a domain.
func slug(name string) string {
	spell := strings.NewReplacer("æ", "ae", "ø", "o", "ö", "o", "å", "a", "ä", "a", " ", "-")
	return spell.Replace(strings.ToLower(name))
}

// pick draws one of several.
func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// find returns the company that reads an address.
func find(companies []Company, address string) (Company, bool) {
	i := slices.IndexFunc(companies, func(c Company) bool { return strings.EqualFold(c.Address, address) })
	if i < 0 {
		return Company{}, false
	}
	return companies[i], true
}
