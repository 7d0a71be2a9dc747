package export

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/report"
)

// Who said a turn.
const (
	customer = "customer"
	company  = "company"
)

// A turn is what one side said at once.
type turn struct {
	of       *record
	number   int
	attempt  int
	side     string
	kind     string
	at       time.Time
	off      time.Duration
	subject  string
	said     *string // nil: its words are no longer kept
	language string
	doubtful bool
	centre   string
	evidence string
}

// turnFields are the columns of transcripts.
func turnFields() []field[turn] {
	const theirs = "it is the customer's"
	return []field[turn]{
		{Column{"contact", Text, "", "the contact's id", ""}, func(t turn) any { return t.of.ID }},
		{Column{"turn", Integer, "", "its place among those of the contact: 1, 2 …", ""}, func(t turn) any { return int64(t.number) }},
		{Column{"attempt", Integer, "", "the attempt it belongs to", ""}, func(t turn) any { return int64(t.attempt) }},
		{Column{"side", Text, "", "who said it: customer or company", ""}, func(t turn) any { return t.side }},
		{
			Column{
				"kind", Text, "",
				"opener or goodbye; of the company's, the reading of it: answer, deflection, bot, acknowledgement, absence, bounce, delay or other", "",
			},
			func(t turn) any { return t.kind },
		},
		{Column{"at", Time, "", "when it left or came", ""}, func(t turn) any { return instant(t.at) }},
		{
			Column{"precision_seconds", Real, "s", "how far that may be off", "it is not known to be off"},
			func(t turn) any { return seconds(t.off) },
		},
		{
			Column{"subject", Text, "", "the subject", "it has none, or its words are no longer kept"},
			func(t turn) any { return t.of.words(t.subject) },
		},
		{
			Column{"text", Text, "", "the words, without what is quoted and without the signature", "its words are no longer kept"},
			turn.text,
		},
		{
			Column{"language", Text, "", "the language it is read in", "it is the customer's, or not known"},
			func(t turn) any { return text(t.language) },
		},
		{Column{"doubtful", Truth, "", "whether the reading is in doubt and no person has settled it", theirs}, turn.doubted},
		{
			Column{"centre", Text, "", "who wrote it on the company's behalf", theirs + ", or not known"},
			func(t turn) any { return text(t.centre) },
		},
		{
			Column{"evidence", Text, "", "SHA-256 of it as it was sent or came", "it is a goodbye"},
			func(t turn) any { return text(t.evidence) },
		},
	}
}

// transcriptTable is one row a turn.
func transcriptTable() table {
	fields := turnFields()
	about := "The words of both sides, in the order in which they left and came."
	return table{
		Table{"transcripts", about, []string{"contact", "turn"}, columnsOf(fields)},
		func(r *record) []Row {
			rows := make([]Row, len(r.turns))
			for i, t := range r.turns {
				rows[i] = rowOf(fields, t)
			}
			return rows
		},
	}
}

// text are the words.
func (t turn) text() any {
	if t.said == nil {
		return nil
	}
	return t.of.mask.Hide(*t.said, t.of.names)
}

// doubted reports whether the reading is in doubt; null where there is none.
func (t turn) doubted() any {
	if t.side != company {
		return nil
	}
	return t.doubtful
}

// listen gathers the words of a contact: first all of them, because who signs
// the last may be named in the first.
func (r *reader) listen(ctx context.Context, b *batch, rec *record) error {
	if err := r.asked(ctx, b, rec); err != nil {
		return err
	}
	if err := r.heard(ctx, b, rec); err != nil {
		return err
	}
	slices.SortStableFunc(rec.turns, func(a, b turn) int { return a.at.Compare(b.at) })
	for i := range rec.turns {
		rec.turns[i].number = i + 1
	}
	return nil
}

// asked adds the customer's turns. An opener that may not have left is no turn.
func (r *reader) asked(ctx context.Context, b *batch, rec *record) error {
	for _, a := range rec.Attempts {
		if a.Sent.IsZero() {
			continue
		}
		t := turn{
			of: rec, attempt: a.Number, side: customer, kind: "opener",
			at: a.Sent, off: a.Receipt.Precision, evidence: a.Intent.Words,
		}
		o, kept, err := report.Opening(ctx, b, a.Intent.Words)
		if err != nil {
			return err
		}
		if kept {
			t.subject, t.said = o.Subject, &o.Body
			r.mask.Person(o.Persona.Name, rec.names)
		}
		rec.turns = append(rec.turns, t)
	}
	for _, e := range rec.story {
		var closing probes.Closing
		if e.Kind == probes.Closed && json.Unmarshal(e.Data, &closing) == nil {
			rec.turns = append(rec.turns, turn{
				of: rec, attempt: e.Attempt, side: customer, kind: "goodbye", at: e.At, said: &closing.Words,
			})
		}
	}
	return nil
}

// heard adds the company's turns. What a person only tapped has no words.
func (r *reader) heard(ctx context.Context, b *batch, rec *record) error {
	for _, e := range rec.story {
		var j probes.Classification
		if e.Kind != probes.Heard || json.Unmarshal(e.Data, &j) != nil || j.Reported != nil {
			continue
		}
		t := turn{
			of: rec, attempt: e.Attempt, side: company, kind: string(j.Kind), at: j.Times.Arrived, off: j.Times.Precision,
			language: j.Language, doubtful: j.Doubtful, centre: j.Centre, evidence: j.Evidence,
		}
		t.settled(j.Arrival)
		if err := r.quote(ctx, b, &t, report.Arrival{Evidence: j.Evidence, Words: j.Words, Media: b.media[rec.ID][j.Arrival]}); err != nil {
			return err
		}
		rec.turns = append(rec.turns, t)
	}
	return nil
}

// settled takes what a person has said that the arrival is.
func (t *turn) settled(arrival string) {
	for _, a := range t.of.Attempts {
		for _, heard := range a.Readings {
			if heard.Arrival == arrival && a.Number == t.attempt {
				t.kind, t.doubtful = string(heard.Kind), heard.Doubtful
			}
		}
	}
}

// quote adds to a turn what was said, and learns who said it.
func (r *reader) quote(ctx context.Context, b *batch, t *turn, arrival report.Arrival) error {
	heard, err := arrival.Read(ctx, b)
	if err != nil {
		return err
	}
	own := ""
	if heard.Kept {
		own = heard.Text()
		t.subject, t.said = heard.Message.Subject(), &own
	}
	r.mask.MeetIn(heard, own, t.of.names)
	return nil
}
