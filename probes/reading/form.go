package reading

// A form is what shops and case systems repeat to the customer: the fields that he filled in,
// or the rows of his order. It is no answer.

// fewFields is how many fields or rows make a form.
const fewFields = 3

// formLines returns the ranges of bytes in text that are fields or rows, or none where they are
// too few to be a form.
func formLines(text string) [][]int {
	found := marks().field.FindAllStringIndex(text, 200)
	if len(found) < fewFields {
		return nil
	}
	return found
}
