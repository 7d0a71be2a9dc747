package reading

// A form is what shops and case systems repeat to the customer: the fields that he filled in,
// or the rows of his order. It is no answer.

// fewFields is how many fields or rows make a form.
const fewFields = 3

// formLines returns the ranges of bytes in text that are fields or rows, or none where they are
// too few to be a form.
func formLines(text string) [][]int {
	if mayBeFields(text) < fewFields {
		return nil
	}
	found := marks().field.FindAllStringIndex(text, 200)
	if len(found) < fewFields {
		return nil
	}
	return found
}

// mayBeFields returns how many lines hold a colon or a figure, one of which each field and each
// row has.
func mayBeFields(text string) (n int) {
	counted := false
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\n':
			counted = false
		case !counted && (c == ':' || c >= '0' && c <= '9'):
			counted, n = true, n+1
		}
	}
	return n
}
