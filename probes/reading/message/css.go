package message

import (
	"strings"

	"golang.org/x/net/html"
)

// A look is what a style does to the text of an element.
type look struct {
	hidden bool // it is not shown
	pre    bool // its line breaks are kept
}

// A stylesheet holds the looks of simple selectors: a class, an id, an element.
type stylesheet map[string]look

// maxSheet bounds how much of a sheet is read.
const maxSheet = 64 << 10

// add reads the rules of one style element. Rules for some media only are left out.
func (s stylesheet) add(sheet string) {
	sheet = sheet[:min(len(sheet), maxSheet)]
	for len(sheet) > 0 {
		selectors, after, ok := strings.Cut(sheet, "{")
		if !ok {
			return
		}
		if strings.Contains(selectors, "@") {
			sheet = afterBlock(after)
			continue
		}
		declarations, rest, _ := strings.Cut(after, "}")
		sheet = rest
		l := lookOf(declarations)
		if l == (look{}) {
			continue
		}
		for _, selector := range strings.Split(strings.ToLower(selectors), ",") {
			if selector = strings.TrimSpace(selector); !strings.ContainsAny(selector, " >+~:[*") && len(s) < 500 {
				s[selector] = l
			}
		}
	}
}

// afterBlock returns what follows the block that has just begun, and those within it.
func afterBlock(sheet string) string {
	for depth, i := 1, 0; i < len(sheet); i++ {
		switch sheet[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return sheet[i+1:]
			}
		}
	}
	return ""
}

// hides reports whether a declaration alone keeps an element from being read: what has no size
// or no opacity is there for programs, such as the preview of a mailbox's list.
func hides(name, value string) bool {
	hiding := map[string]string{"display": "none", "visibility": "hidden", "opacity": "0", "mso-hide": "all"}
	if name == "font-size" {
		return value == "0" || value == "0px" || value == "0pt"
	}
	return hiding[name] != "" && hiding[name] == value
}

// lookOf reads declarations. What is set to no height, and hides what flows over, is not read.
func lookOf(declarations string) (l look) {
	height, overflow := false, false
	for _, declaration := range strings.Split(strings.ToLower(declarations), ";") {
		name, value, _ := strings.Cut(declaration, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(strings.ReplaceAll(value, "!important", ""))
		l.hidden = l.hidden || hides(name, value)
		switch name {
		case "max-height", "height":
			height = height || value == "0" || value == "0px"
		case "overflow":
			overflow = value == "hidden"
		case "white-space", "white-space-collapse":
			l.pre = strings.HasPrefix(value, "pre") || value == "break-spaces"
		}
	}
	l.hidden = l.hidden || height && overflow
	return l
}

// of returns the look of an element by its name, its classes, its id and its own style.
func (s stylesheet) of(token html.Token) look {
	l := s[token.Data]
	for _, a := range token.Attr {
		switch a.Key {
		case "style":
			l = l.with(lookOf(a.Val))
		case "hidden":
			l.hidden = true
		case "id":
			l = l.with(s["#"+strings.ToLower(a.Val)])
		case "class":
			l = l.with(s.ofClasses(token.Data, a.Val))
		}
	}
	switch token.Data {
	case "pre", "textarea", "listing", "xmp":
		l.pre = true
	}
	return l
}

// ofClasses returns what the classes of an element make of it.
func (s stylesheet) ofClasses(name, classes string) (l look) {
	if len(s) == 0 {
		return l
	}
	for _, class := range strings.Fields(strings.ToLower(classes)) {
		l = l.with(s["."+class]).with(s[name+"."+class])
	}
	return l
}

// with returns the look of what has both.
func (l look) with(more look) look {
	l.hidden, l.pre = l.hidden || more.hidden, l.pre || more.pre
	return l
}
