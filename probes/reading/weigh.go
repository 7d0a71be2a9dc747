package reading

import (
	"slices"
	"time"
	"unicode/utf8"

	"github.com/svartid/svartid/probes/reading/lexicon"
	"github.com/svartid/svartid/probes/reading/message"
)

// weigh gathers every signal of a message that is no report on delivery.
func weigh(m message.Message, l message.Letter, asked Asked, arrived time.Time) *evidence {
	e := &evidence{written: l.Own != "" || m.CarriesFile(), runes: utf8.RuneCountInString(l.Own)}
	e.names, e.below = namesOf(m), answersBelow(l)
	e.found = append(e.found, machineSigns(m)...)
	e.found = append(e.found, subjectSigns(m.Subject(), asked.Subject)...)
	book := lexicon.Default().Phrases
	if !m.Mail {
		book = lexicon.Default().Chat()
	}
	b := newBody(l.Own, asked, book)
	e.body = b
	e.weighWords(b)
	e.expected = b.holds(asked.Expects)
	e.machines = slices.ContainsFunc(b.words, func(w lexicon.Word) bool {
		return slices.Contains(lexicon.Default().Roles[w.Folded], "machine")
	})
	if !m.Mail {
		e.shutDesk()
	}
	signature := newBody(l.Signature, asked, lexicon.Default().Phrases)
	e.weighSignature(signature)
	e.weighMachine(m, b, signature)
	e.weighAuthor(m, l)
	e.weighNotices(m, l)
	if m.Returned != nil && !m.Header.Has("In-Reply-To") && message.BareSubject(m.Subject()) == m.Subject() {
		e.add(unconcerns, "carries a message and answers none", 5, m.Returned.First("Subject"))
	}
	if slices.Contains(m.Types, "text/calendar") {
		e.add(unconcerns, "an invitation", 5, "text/calendar")
	}
	if sentToMany(m) {
		e.add(unconcerns, "sent to many, in reply to none", 4, "List-Unsubscribe")
	}
	e.weighTiming(m, asked, arrived)
	return e
}
