package reading

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// weighAuthor weighs who shows himself as the writer, apart from what is written.
func (e *evidence) weighAuthor(m Message, l letter) {
	if l.agent {
		e.add(author, "block of a named agent", 4, "")
	}
	if first, _, _ := strings.Cut(l.signature, "\n"); deviceLine(strings.TrimSpace(first)) {
		e.add(author, "typed on a telephone", 3, clip(first))
	}
	if signs(l.signature) && e.substance >= 4 {
		e.add(author, "signed with a name", 2, clip(strings.ReplaceAll(l.signature, "\n", " ")))
	}
	e.signed = !m.mail || personal(m) || signs(l.signature) || initialled(l.own) || l.quoted && program(m)
}

// personal reports whether m comes from one person's own address: one that holds a part of the
// name beside it.
func personal(m Message) bool {
	name, _, ok := strings.Cut(m.header.text("From"), "<")
	local, _, _ := strings.Cut(m.From(), "@")
	if !ok || local == "" || known().noReply.MatchString(m.From()) {
		return false
	}
	list := words(name)
	if len(list) < 2 || len(list) > 4 || corporate(list) {
		return false
	}
	for _, w := range list {
		if len(w.folded) > 2 && strings.Contains(fold(local), w.folded) {
			return true
		}
	}
	return false
}

// program reports whether m was typed in a mail program rather than sent by a server.
func program(m Message) bool {
	for _, name := range []string{"X-Mailer", "User-Agent"} {
		used := strings.ToLower(m.header.first(name))
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
	list := words(last)
	return at > 0 && len(list) > 0 && len(list) <= 3 && !strings.ContainsAny(last, ".!?:") &&
		!corporate(list) && !ordinary(list) && capitalised(list)
}

// signs reports whether a signature names a person: one of its first lines is a name, with or
// without the closing words before it.
func signs(signature string) bool {
	lines := 0
	for line := range strings.Lines(signature) {
		list := words(line)
		if len(list) == 0 {
			continue
		}
		if lines++; lines > 3 {
			break
		}
		for _, h := range known().book.find(list) {
			if h.class == "closing" && h.from == 0 {
				list = list[h.to:]
				break
			}
		}
		if list = beforeHouse(list); len(list) > 0 && len(list) <= 4 && !corporate(list) && !ordinary(list) && capitalised(list) {
			return true
		}
	}
	return false
}

// beforeHouse cuts a name where the house follows it: "Silje hos Mobil", "Amy at Boots".
func beforeHouse(list []word) []word {
	for i, w := range list {
		switch w.folded {
		case "hos", "fra", "fran", "i", "at", "from", "with", "pa", "ved", "vid", "for":
			if i > 0 {
				return list[:i]
			}
		}
	}
	return list
}

// capitalised reports whether each word begins with a capital letter and goes on with others.
func capitalised(list []word) bool {
	for _, w := range list {
		first, size := utf8.DecodeRuneInString(w.text)
		rest := w.text[size:]
		if !unicode.IsUpper(first) || rest != "" && rest == strings.ToUpper(rest) {
			return false
		}
	}
	return true
}

// corporate reports whether any of list speaks of a firm or its desk rather than of a person.
func corporate(list []word) bool {
	return slices.ContainsFunc(list, func(w word) bool { return known().desk.has(w.folded) || known().elsewhere.has(w.folded) })
}

// ordinary reports whether any of list is a common word, which "Oss" and "Takk" are.
func ordinary(list []word) bool {
	return slices.ContainsFunc(list, func(w word) bool { return known().common.has(w.folded) })
}
