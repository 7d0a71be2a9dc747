package reading

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/svartid/svartid/probes/reading/lexicon"
	"github.com/svartid/svartid/probes/reading/message"
)

// weighAuthor weighs who shows himself as the writer, apart from what is written.
func (e *evidence) weighAuthor(m message.Message, l message.Letter) {
	if l.Agent {
		e.add(author, "block of a named agent", 4, "")
	}
	if first, _, _ := strings.Cut(l.Signature, "\n"); message.DeviceLine(strings.TrimSpace(first)) {
		e.add(author, "typed on a telephone", 3, clip(first))
	}
	if signs(l.Signature) && e.substance >= 4 {
		e.add(author, "signed with a name", 2, clip(strings.ReplaceAll(l.Signature, "\n", " ")))
	}
	e.signed = !m.Mail || personal(m) || signs(l.Signature) || initialled(l.Own) || l.Quoted && program(m)
}

// personal reports whether m comes from one person's own address: one that holds a part of the
// name beside it.
func personal(m message.Message) bool {
	name, _, ok := strings.Cut(m.Header.Text("From"), "<")
	local, _, _ := strings.Cut(m.From(), "@")
	if !ok || local == "" || fromNobody(m.From()) {
		return false
	}
	list := lexicon.Words(name)
	if len(list) < 2 || len(list) > 4 || corporate(list) {
		return false
	}
	for _, w := range list {
		if len(w.Folded) > 2 && strings.Contains(lexicon.Fold(local), w.Folded) {
			return true
		}
	}
	return false
}

// namesOf returns the words of the sender's name that are no words of a desk, folded.
func namesOf(m message.Message) map[string]bool {
	name, _, ok := strings.Cut(m.Header.Text("From"), "<")
	if !ok || !m.Mail {
		return nil
	}
	names := map[string]bool{}
	for _, w := range lexicon.Words(name) {
		if len(w.Folded) > 2 && !lexicon.Default().Desk.Has(w.Folded) && !lexicon.Default().Common.Has(w.Folded) {
			names[w.Folded] = true
			names[w.Folded+"s"] = true
		}
	}
	return names
}

// program reports whether m was typed in a mail program rather than sent by a server.
func program(m message.Message) bool {
	for _, name := range []string{"X-Mailer", "User-Agent"} {
		used := strings.ToLower(m.Header.First(name))
		for _, known := range []string{"outlook", "thunderbird", "apple mail", "iphone", "ipad", "android", "lotus", "groupwise", "roundcube", "evolution"} {
			if strings.Contains(used, known) {
				return true
			}
		}
	}
	return false
}

// initialled reports whether text ends with a name on a line of its own, or behind a stroke.
func initialled(text string) bool {
	at := strings.LastIndexByte(text, '\n')
	last := strings.TrimLeft(strings.TrimSpace(text[at+1:]), "/-–— ")
	if i := strings.LastIndex(last, " /"); i >= 0 {
		at, last = i, last[i+2:]
	}
	list := lexicon.Words(last)
	return at > 0 && len(list) > 0 && len(list) <= 3 && !strings.ContainsAny(last, ".!?:") &&
		!corporate(list) && !ordinary(list) && capitalised(list)
}

// signs reports whether a signature names a person: one of its first lines is a name, with or
// without the closing words before it.
func signs(signature string) bool {
	lines := 0
	for line := range strings.Lines(signature) {
		list := lexicon.Words(message.AfterStroke(line))
		if len(list) == 0 {
			continue
		}
		if lines++; lines > 3 {
			break
		}
		if isName(beforeHouse(afterClosing(list))) {
			return true
		}
	}
	return false
}

// Signer returns the name of the person that m is signed with, folded, or the empty string.
// It never fails.
func Signer(m message.Message) (name string) {
	defer func() {
		if recover() != nil {
			name = "" // such a message is read as one that cannot be read
		}
	}()
	lines := 0
	for line := range strings.Lines(m.Letter().Signature) {
		line, _, _ = strings.Cut(line, ",")
		list := beforeHouse(afterClosing(lexicon.Words(message.AfterStroke(line))))
		if isName(list) {
			return lexicon.Joined(list)
		}
		if lines++; lines > 3 {
			break
		}
	}
	return ""
}

// isName reports whether words can be the name of a person.
func isName(list []lexicon.Word) bool {
	return len(list) > 0 && len(list) <= 4 && !corporate(list) && !ordinary(list) && capitalised(list)
}

// afterClosing cuts the closing words off the front of a line.
func afterClosing(list []lexicon.Word) []lexicon.Word {
	for _, h := range lexicon.Default().Phrases.Begin(list) {
		if h.Class == "closing" {
			return list[h.To:]
		}
	}
	return list
}

// beforeHouse cuts a name where the house follows it: "Silje hos Mobil", "Amy at Boots".
func beforeHouse(list []lexicon.Word) []lexicon.Word {
	for i, w := range list {
		switch w.Folded {
		case "hos", "fra", "fran", "i", "at", "from", "with", "pa", "ved", "vid", "for":
			if i > 0 {
				return list[:i]
			}
		}
	}
	return list
}

// capitalised reports whether each word begins with a capital letter and goes on with others.
func capitalised(list []lexicon.Word) bool {
	for _, w := range list {
		first, size := utf8.DecodeRuneInString(w.Text)
		rest := w.Text[size:]
		if !unicode.IsUpper(first) || rest != "" && rest == strings.ToUpper(rest) {
			return false
		}
	}
	return true
}

// corporate reports whether any of list speaks of a firm or its desk rather than of a person.
func corporate(list []lexicon.Word) bool {
	return slices.ContainsFunc(list, func(w lexicon.Word) bool {
		return lexicon.Default().Desk.Has(w.Folded) || lexicon.Default().Elsewhere.Has(w.Folded)
	})
}

// ordinary reports whether any of list is a common word, which "Oss" and "Takk" are.
func ordinary(list []lexicon.Word) bool {
	return slices.ContainsFunc(list, func(w lexicon.Word) bool { return lexicon.Default().Common.Has(w.Folded) })
}
