package reading

import (
	"strings"

	"golang.org/x/net/html"
)

// quoteMark stands in the text where HTML says that the quoted message begins.
const quoteMark = "-----Original Message-----"

// textOfHTML renders a page as text: blocks become lines, blockquotes become "> " lines, and
// the containers in which mail programs put the message they answer become quoteMark.
func textOfHTML(page string) string {
	z := html.NewTokenizer(strings.NewReader(page))
	var r renderer
	for {
		switch z.Next() {
		case html.ErrorToken:
			return r.out.String()
		case html.TextToken:
			r.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			r.start(token)
		case html.EndTagToken:
			name, _ := z.TagName()
			r.end(string(name))
		}
	}
}

// A renderer writes the text of a page.
type renderer struct {
	out    strings.Builder
	hidden int // depth of script, style and the like
	quoted int // depth of blockquotes
	midway bool
}

// text writes s with its white space folded.
func (r *renderer) text(s string) {
	if r.hidden > 0 {
		return
	}
	s = strings.ReplaceAll(s, "\u00a0", " ")
	folded := strings.Join(strings.Fields(s), " ")
	if folded == "" {
		if r.midway && s != "" {
			r.out.WriteByte(' ')
		}
		return
	}
	if !r.midway {
		r.out.WriteString(strings.Repeat("> ", min(r.quoted, 3)))
	} else if strings.ContainsAny(s[:1], " \t\n") {
		r.out.WriteByte(' ')
	}
	r.out.WriteString(folded)
	r.midway = true
	if strings.ContainsAny(s[len(s)-1:], " \t\n") {
		r.out.WriteByte(' ')
	}
}

// start opens an element.
func (r *renderer) start(token html.Token) {
	switch token.Data {
	case "script", "style", "head", "title":
		if token.Type == html.StartTagToken {
			r.hidden++
		}
	case "blockquote":
		r.line()
		r.quoted++
	case "br", "li", "tr", "hr", "p", "div", "table", "h1", "h2", "h3", "h4", "pre", "ul", "ol":
		r.line()
	case "td":
		r.text(" ")
	}
	if opensQuote(token) {
		r.line()
		r.out.WriteString(quoteMark + "\n")
	}
}

// end closes an element.
func (r *renderer) end(name string) {
	switch name {
	case "script", "style", "head", "title":
		r.hidden = max(0, r.hidden-1)
	case "blockquote":
		r.line()
		r.quoted = max(0, r.quoted-1)
	case "p", "h1", "h2", "h3", "h4", "table", "ul", "ol":
		r.line()
		r.out.WriteByte('\n')
	case "div", "li", "tr":
		r.line()
	}
}

// line ends the line that is being written; a br on an empty line leaves the line empty.
func (r *renderer) line() {
	if r.hidden == 0 {
		r.out.WriteByte('\n')
	}
	r.midway = false
}

// opensQuote reports whether an element is the container in which a mail program puts the
// message that is answered.
func opensQuote(token html.Token) bool {
	for _, a := range token.Attr {
		if a.Key != "class" && a.Key != "id" {
			continue
		}
		for _, word := range strings.Fields(a.Val) {
			switch word {
			case "gmail_quote", "yahoo_quoted", "divRplyFwdMsg", "appendonsend", "moz-cite-prefix",
				"OutlookMessageHeader", "WordSection1_quote", "mail-editor-reference-message-container",
				"protonmail_quote", "zmail_extra", "AppleMailQuote", "x_gmail_quote", "x_divRplyFwdMsg":
				return true
			}
		}
	}
	return false
}
