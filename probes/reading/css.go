package reading

import (
	"strings"

	"golang.org/x/net/html"
)

// A look is what a style does to the text of an element.
type look struct {
	hidden bool // nobody sees it
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

// lookOf reads declarations. What is set to no height, no size or no opacity is there for
// programs, such as the preview of a mailbox's list, and not for the reader.
func lookOf(declarations string) (l look) {
	height, overflow := false, false
	for _, declaration := range strings.Split(strings.ToLower(declarations), ";") {
		name, value, _ := strings.Cut(declaration, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(strings.ReplaceAll(value, "!important", ""))
		switch name {
		case "display":
			l.hidden = l.hidden || value == "none"
		case "visibility":
			l.hidden = l.hidden || value == "hidden"
		case "opacity":
			l.hidden = l.hidden || value == "0"
		case "mso-hide":
			l.hidden = l.hidden || value == "all"
		case "font-size":
			l.hidden = l.hidden || value == "0" || value == "0px" || value == "0pt"
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
	name := token.Data
	l := s[name]
	join := func(more look) {
		l.hidden, l.pre = l.hidden || more.hidden, l.pre || more.pre
	}
	for _, a := range token.Attr {
		switch a.Key {
		case "style":
			join(lookOf(a.Val))
		case "hidden":
			l.hidden = true
		case "id":
			join(s["#"+strings.ToLower(a.Val)])
		case "class":
			if len(s) == 0 {
				continue
			}
			for _, class := range strings.Fields(strings.ToLower(a.Val)) {
				join(s["."+class])
				join(s[name+"."+class])
			}
		}
	}
	l.pre = l.pre || name == "pre" || name == "textarea" || name == "listing" || name == "xmp"
	return l
}
