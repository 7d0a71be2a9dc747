package reading

import (
	"slices"
	"strings"
	"unicode"

	"github.com/svartid/svartid/probes/reading/lexicon"
	"github.com/svartid/svartid/probes/reading/message"
)

// readNotice judges what its form gives away, whatever words are in it: a reaction, a message that is
// called back or was read, an invoice.
func readNotice(m message.Message, l message.Letter) (Reading, bool) {
	var why Reason
	reaction := slices.ContainsFunc(m.Types, func(kind string) bool { return strings.Contains(kind, "reaction") })
	switch {
	case reaction || m.Header.Has("X-MS-Reactions") || gesture(l.Own):
		why = Reason{"a reaction", 9, clip(l.Own)}
	case subjectPrefix(m.Subject()) != "" && len(lexicon.Words(l.Own)) <= 40:
		why = Reason{"a recall or a receipt", 9, clip(m.Subject())}
	case due(l.Own) != "" && message.BareSubject(m.Subject()) == m.Subject() && m.Mail:
		why = Reason{"an invoice", 8, due(l.Own)}
	default:
		return Reading{}, false
	}
	return Reading{Kind: Other, Because: []Reason{why}}, true
}

// weighNotices weighs what kind of mail it is beside its words: what a house passes on to itself, and
// what is due.
func (e *evidence) weighNotices(m message.Message, l message.Letter) {
	if prefix := subjectPrefix(m.Subject()); prefix != "" {
		e.add(unconcerns, "a recall or a receipt", 6, prefix)
	}
	if passedOn(m) {
		e.add(unconcerns, "passed on within the house", 4, clip(m.Subject()))
	}
	if saw := due(l.Own); saw != "" {
		e.add(unconcerns, "an invoice", 8, saw)
	}
}

// gesture reports whether somebody answered with a sign alone: a thumb, a heart, a face.
func gesture(text string) bool {
	signs := 0
	for _, r := range text {
		switch {
		case unicode.IsSpace(r) || unicode.In(r, unicode.Mn, unicode.Cf, unicode.Sk):
		case r >= 0x2190 && unicode.Is(unicode.So, r):
			signs++
		default:
			return false
		}
	}
	return signs > 0 && signs <= 6
}

// subjectPrefix returns the words before the first colon of a subject where they say that a
// message is called back, or was read.
func subjectPrefix(subject string) string {
	prefix, _, ok := strings.Cut(subject, ":")
	if !ok {
		return ""
	}
	switch lexicon.Fold(strings.TrimSpace(prefix)) {
	case "tilbakekall", "tilbakekalling", "kalla tilbake", "kaller tilbake", "tilbagekald", "tilbagekaldelse", "aterkalla", "aterkallande", "aterkallelse", "recall", "peruutus", "takaisinveto", "message recall",
		"lest", "last", "luettu", "read", "ikke lest", "ulast", "not read", "deleted", "slettet":
		return prefix
	}
	return ""
}

// passedOn reports whether m is a message of the house to itself, of which the customer has a
// copy: forwarded, and to an address of the sender's own domain.
func passedOn(m message.Message) bool {
	prefix, _, ok := strings.Cut(strings.ToLower(m.Subject()), ":")
	if !ok || !m.Mail {
		return false
	}
	switch strings.TrimSpace(prefix) {
	case "vs", "fw", "fwd", "vb", "vl", "wg":
	default:
		return false
	}
	domain := message.DomainOf(m.From())
	return domain != "" && slices.ContainsFunc(message.Addresses(strings.Join(m.Header.All("To"), ", ")), func(to string) bool {
		return message.DomainOf(to) == domain
	})
}

// due returns the words in which a text asks for money, or is empty: an invoice names how and
// until when it is to be paid.
func due(text string) string {
	named := false
	lower := strings.ToLower(text)
	for _, stem := range []string{"faktur", "invoice", "lasku", "regning", "kvittering", "purring", "påminnelse", "inkasso"} {
		named = named || strings.Contains(lower, stem)
	}
	if !named {
		return ""
	}
	list := lexicon.Words(text)
	invoice, terms, saw := false, 0, ""
	for _, w := range list[:min(len(list), 400)] {
		switch {
		case marks().invoice[w.Folded] == 1:
			invoice, saw = true, w.Text
		case marks().invoice[w.Folded] == 2:
			terms++
		}
	}
	if invoice && terms >= 2 {
		return saw
	}
	return ""
}

// unsureAnswer returns why an answer is never sure of what it is by the way it came: from an
// address that is not read, to recipients that are not named, or to a list.
func unsureAnswer(m message.Message) string {
	to := strings.ToLower(strings.Join(m.Header.All("To"), " "))
	switch {
	case !m.Mail:
		return ""
	case fromNobody(m.From()):
		return "from an address that nobody reads"
	case strings.Contains(to, "undisclosed") || m.Header.Has("To") && len(message.Addresses(to)) == 0:
		return "to recipients that are not named"
	case passedOn(m):
		return "passed on within the house"
	case m.Header.Has("List-Id") || m.Header.Has("List-Unsubscribe"):
		return "to a list"
	}
	return ""
}
