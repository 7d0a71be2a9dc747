package export

import (
	"context"
	"fmt"
	"strings"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/review"
)

// A label is a letter that people have judged, with its place among those of its
// contact.
type label struct {
	review.Letter
	edition *edition.Edition
	number  int
}

// Labels are what people have said that letters are, as they are exported: to
// train a reader with, and to hold it against. They hold nothing that anybody has
// written, and no name of a person.
func Labels(ed *edition.Edition) Sheet {
	fields := labelFields()
	table := Table{
		Name: "labels", About: "What people have said that letters are, beside what they were read as. It holds no words and no names.",
		Key: []string{"contact", "letter"}, Columns: columnsOf(fields),
	}
	return Sheet{Table: table, Rows: func(ctx context.Context, tx probes.Tx) ([]Row, error) {
		letters, err := review.Of(ctx, tx, ed)
		var rows []Row
		numbers := map[string]int{}
		for _, l := range letters {
			numbers[l.Contact]++
			if len(l.Said) > 0 {
				rows = append(rows, rowOf(fields, label{l, ed, numbers[l.Contact]}))
			}
		}
		return rows, err
	}}
}

// labelFields are the columns of labels.
func labelFields() []field[label] {
	return []field[label]{
		{Column{"contact", Text, "", "the contact's id", ""}, func(l label) any { return l.Contact }},
		{Column{"letter", Integer, "", "its place among those that were heard of the contact: 1, 2 …", ""}, func(l label) any { return int64(l.number) }},
		{Column{"class", Text, "", "the industry", ""}, func(l label) any { return l.Class }},
		{Column{"channel", Text, "", "the way in", ""}, func(l label) any { return l.Channel }},
		{Column{"language", Text, "", "the language it is read in", "it is not known"}, func(l label) any { return text(l.Language) }},
		{Column{"label", Text, "", "what the first person to judge it has said that it is", ""}, func(l label) any { return string(l.Said[0].Kind) }},
		{
			Column{"second_label", Text, "", "what the second person has said", "one person alone has judged it"},
			func(l label) any { return l.second() },
		},
		{Column{"people", Integer, "people", "how many have judged it", ""}, func(l label) any { return int64(len(l.Said)) }},
		{Column{"read", Text, "", "what the reader last read it as", ""}, func(l label) any { return string(l.Read) }},
		{Column{"doubtful", Truth, "", "whether the reader was in doubt", ""}, func(l label) any { return l.Doubtful }},
		{
			Column{"probability", Real, "", "how likely the reader holds that to be right", "it says nothing of it"},
			func(l label) any { return likelihood(l.Probability) },
		},
		{
			Column{"drawn", Truth, "", "whether it is of the sample of sure readings, which alone says how often these are wrong", ""},
			func(l label) any {
				return !l.Doubtful && review.Drawn(l.edition.Seed, l.Arrival, l.edition.Review.Sample)
			},
		},
		{Column{"signals", Text, "", "the signals of the reading with their weights, strongest first", "there are none"}, func(l label) any { return text(l.signals()) }},
	}
}

// second is the second person's word, or null.
func (l label) second() any {
	if len(l.Said) < 2 {
		return nil
	}
	return string(l.Said[1].Kind)
}

// signals names what counted towards the reading, without what it saw.
func (l label) signals() string {
	all := make([]string, len(l.Because))
	for i, r := range l.Because {
		all[i] = fmt.Sprintf("%s %+d", r.Signal, r.Weight)
	}
	return strings.Join(all, "; ")
}
