package message

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// quoteMark stands in the text where HTML says that the quoted message begins and that nothing
// of the sender's own follows.
const quoteMark = "-----Original Message-----"

// textOfHTML renders a page as text, as its reader sees it: blocks become lines, blockquotes
// become "> " lines, and the containers in which Outlook puts the message that it answers become
// quoteMark. What CSS hides is left out, and line breaks are kept where it keeps them.
func textOfHTML(page string) string {
	z := html.NewTokenizer(strings.NewReader(page))
	r := renderer{sheet: stylesheet{}}
	for {
		switch z.Next() {
		case html.ErrorToken:
			return r.out.String()
		case html.TextToken:
			r.content(string(z.Text()))
		case html.StartTagToken:
			r.start(z.Token())
		case html.SelfClosingTagToken:
			r.block(z.Token().Data)
		case html.EndTagToken:
			name, _ := z.TagName()
			r.end(string(name))
		}
	}
}

// An opened element is one whose end has not come.
type opened struct {
	name  string
	look  look
	quote bool // a blockquote
	// waits is true of a mail program's container of the quoted message until its blockquote
	// begins: what stands before says who wrote it.
	waits bool
}

// maxOpen bounds the elements within each other; those further in look like the last one.
const maxOpen = 400

// A renderer writes the text of a page.
type renderer struct {
	out    strings.Builder
	sheet  stylesheet
	open   []opened
	quoted int // blockquotes and waiting containers that are open
	midway bool
}

// inner is the look of the innermost element.
func (r *renderer) inner() look {
	if len(r.open) == 0 {
		return look{}
	}
	return r.open[len(r.open)-1].look
}

// content takes what stands between two tags.
func (r *renderer) content(s string) {
	switch l := r.inner(); {
	case len(r.open) > 0 && r.open[len(r.open)-1].name == "style":
		r.sheet.add(s)
	case l.hidden:
	case l.pre:
		for i, line := range strings.Split(s, "\n") {
			if i > 0 {
				r.line()
			}
			r.write(strings.TrimRight(line, " \t"))
		}
	default:
		r.text(s)
	}
}

// text writes s with its white space folded.
func (r *renderer) text(s string) {
	s = strings.ReplaceAll(s, "\u00a0", " ")
	folded := strings.Join(strings.Fields(s), " ")
	if folded == "" {
		if r.midway && s != "" {
			r.out.WriteByte(' ')
		}
		return
	}
	if r.midway && strings.ContainsAny(s[:1], " \t\n") {
		r.out.WriteByte(' ')
	}
	r.write(folded)
	if strings.ContainsAny(s[len(s)-1:], " \t\n") {
		r.out.WriteByte(' ')
	}
}

// write writes a part of a line as it is.
func (r *renderer) write(s string) {
	if s == "" {
		return
	}
	if !r.midway {
		r.out.WriteString(strings.Repeat("> ", min(r.quoted, 3)))
	}
	r.out.WriteString(s)
	r.midway = true
}

// start opens an element.
func (r *renderer) start(token html.Token) {
	name := token.Data
	r.block(name)
	if void(name) {
		return
	}
	if last := len(r.open) - 1; name == "p" && last >= 0 && r.open[last].name == "p" {
		r.close(last)
	}
	e := opened{name: name, look: r.sheet.of(token).with(r.inner()), quote: name == "blockquote" && !indents(token)}
	e.look.hidden = e.look.hidden || unread(name)
	if e.quote {
		r.begun()
	}
	e.waits = r.contain(container(token)) && !e.quote
	if len(r.open) >= maxOpen {
		return
	}
	if e.quote || e.waits {
		r.quoted++
	}
	r.open = append(r.open, e)
}

// contain begins a line where a desk's container has one, and reports whether
// its quote waits to begin.
func (r *renderer) contain(what setting) (waits bool) {
	switch what {
	case attributing:
		r.line()
		return true
	case answering:
		r.line()
		r.out.WriteString(quoteMark + "\n")
	}
	return false
}

// unread reports whether what an element holds is for programs.
func unread(name string) bool {
	switch name {
	case "script", "style", "head", "title", "template", "noscript":
		return true
	}
	return false
}

// begun says that the quote has begun for which containers waited.
func (r *renderer) begun() {
	for i := range r.open {
		if r.open[i].waits {
			r.open[i].waits = false
			r.quoted--
		}
	}
}

// end closes an element, and those within it that were never closed.
func (r *renderer) end(name string) {
	for i := len(r.open) - 1; i >= max(0, len(r.open)-60); i-- {
		if r.open[i].name == name {
			r.close(i)
			break
		}
	}
	switch name {
	case "p", "h1", "h2", "h3", "h4", "table", "ul", "ol":
		r.line()
		if !r.inner().hidden {
			r.out.WriteByte('\n')
		}
	case "div", "li", "tr", "blockquote", "pre":
		r.line()
	}
}

// close takes the elements from i on off the open ones.
func (r *renderer) close(i int) {
	for _, e := range r.open[i:] {
		if e.quote || e.waits {
			r.line()
			r.quoted--
		}
	}
	r.open = slices.Delete(r.open, i, len(r.open))
}

// block does what an element does to the line by its name.
func (r *renderer) block(name string) {
	switch name {
	case "br", "li", "tr", "hr", "p", "div", "table", "h1", "h2", "h3", "h4", "pre", "ul", "ol", "blockquote":
		r.line()
	case "td":
		if !r.inner().hidden {
			r.text(" ")
		}
	}
}

// line ends the line that is being written; a br on an empty line leaves the line empty.
func (r *renderer) line() {
	if !r.inner().hidden {
		r.out.WriteByte('\n')
	}
	r.midway = false
}

// void reports whether an element has no end (HTML section 13.1.2).
func void(name string) bool {
	switch name {
	case "br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr":
		return true
	}
	return false
}

// indents reports whether a blockquote is what mail programs make where somebody indents his own
// text.
func indents(token html.Token) bool {
	for _, a := range token.Attr {
		if a.Key == "style" {
			style := strings.ReplaceAll(strings.ToLower(a.Val), " ", "")
			return strings.Contains(style, "margin:00040px") ||
				strings.Contains(style, "margin-left:40px") && strings.Contains(style, "border:none")
		}
	}
	return false
}

// A setting is where a mail program puts what it answers.
type setting int

const (
	plainSetting setting = iota
	attributing          // says who wrote what, and quotes it in a blockquote
	answering            // the rest of the page is quoted
)

// container says which setting an element is by its class or its id.
func container(token html.Token) setting {
	for _, a := range token.Attr {
		if a.Key != "class" && a.Key != "id" {
			continue
		}
		for _, word := range strings.Fields(a.Val) {
			switch strings.TrimPrefix(word, "x_") {
			case "gmail_quote", "gmail_attr", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote", "AppleMailQuote":
				return attributing
			case "divRplyFwdMsg", "appendonsend", "OutlookMessageHeader", "WordSection1_quote",
				"mail-editor-reference-message-container", "zmail_extra":
				return answering
			}
		}
	}
	return plainSetting
}
