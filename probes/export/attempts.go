package export

import (
	"slices"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
)

// An attempt is one attempt of a record.
type attempt struct {
	probes.Attempt
	of *record
}

// attemptFields are the columns of attempts that say how the opener fared.
func attemptFields() []field[attempt] {
	const unsent, unfailed = "it has not left", "nothing failed"
	return []field[attempt]{
		{Column{"contact", Text, "", "the contact's id", ""}, func(a attempt) any { return a.of.ID }},
		{Column{"attempt", Integer, "", "its number: 1, 2 …", ""}, func(a attempt) any { return int64(a.Number) }},
		{
			Column{"state", Text, "", "where its opener is: planned, sending, sent, unsure, unsent, refused, broken or prompt", ""},
			func(a attempt) any { return string(a.State) },
		},
		{Column{"due", Time, "", "when its opener is to leave", ""}, func(a attempt) any { return a.Due.UTC() }},
		{Column{"tries", Integer, "tries", "how often it was tried: when it was about to leave, and when it failed before", ""}, func(a attempt) any { return int64(a.Tries) }},
		{Column{"intended", Time, "", "when it last was", "it never was"}, func(a attempt) any { return instant(a.Intended) }},
		{Column{"sent", Time, "", "when it left, by the channel's server", unsent}, func(a attempt) any { return instant(a.Sent) }},
		{
			Column{"sent_precision_seconds", Real, "s", "how far that may be off", "it is not known to be off"},
			func(a attempt) any { return seconds(a.Receipt.Precision) },
		},
		{
			Column{"receipt", Text, "", "the server's own name for it", "there is none"},
			func(a attempt) any { return a.of.words(a.Receipt.ID) },
		},
		{
			Column{"deadline", Time, "", "until when it can be answered in time", unsent},
			func(a attempt) any { return instant(a.Deadline) },
		},
		{Column{"prompt", Text, "", "how a person is to send it", "svartid sends it"}, func(a attempt) any { return text(a.Prompt.How) }},
		{
			Column{"tapped", Truth, "", "whether it is a person's tap that says when it left", ""},
			func(a attempt) any { return a.Receipt.Reported != nil },
		},
		{Column{"failure", Text, "", "what last failed", unfailed}, func(a attempt) any { return a.of.words(a.Failure.Reason) }},
		{
			Column{"failure_code", Integer, "", "the reply's code, such as 550", "there was none"},
			func(a attempt) any { return count(a.Failure.Code) },
		},
		{
			Column{"failure_status", Text, "", "the enhanced status code of RFC 3463", "there was none"},
			func(a attempt) any { return text(a.Failure.Status) },
		},
		{
			Column{"failure_ours", Truth, "", "whether the fault is on our side", unfailed},
			func(a attempt) any { return a.blamed(a.Failure.Fault == fault.Ours) },
		},
		{
			Column{"failure_policy", Truth, "", "whether spam or policy was the reason", unfailed},
			func(a attempt) any { return a.blamed(a.Failure.Fault == fault.Policy) },
		},
		{
			Column{"failure_fault", Text, "", "whose fault it was: ours, policy, address, theirs or unclear", unfailed},
			func(a attempt) any { return text(string(a.Failure.Fault)) },
		},
		{
			Column{"gap", Truth, "", "whether listening was lost for a while in which an answer may have come", ""},
			func(a attempt) any { return a.Gap },
		},
	}
}

// heardFields are the columns of attempts that say what came.
func heardFields() []field[attempt] {
	const none = "none came"
	first := func(name string, kind reading.Kind, about string) field[attempt] {
		return field[attempt]{Column{name, Time, "", about, none}, func(a attempt) any { return a.first(kind) }}
	}
	return []field[attempt]{
		{
			Column{"arrivals", Integer, "arrivals", "how many came because of it", ""},
			func(a attempt) any { return int64(len(a.Readings)) },
		},
		{
			Column{
				"probability", Real, "", "how likely the reader holds its decisive reading to be right: that of the first answer, " +
					"else of the first deflection, bot, confirmation, absence, bounce or whatever came", noProbability,
			},
			func(a attempt) any { return a.probability() },
		},
		first("answer", reading.Answer, "when the first answer came"),
		first("deflection", reading.Deflection, "when the customer was first sent elsewhere"),
		first("bot", reading.Bot, "when a machine first answered"),
		first("acknowledgement", reading.Acknowledgement, "when the first automatic confirmation came"),
		first("absence", reading.Absence, "when the first out-of-office came"),
		first("bounce", reading.Bounce, "when it first came back"),
	}
}

// attemptTable is one row an attempt.
func attemptTable() table {
	fields := slices.Concat(attemptFields(), heardFields())
	about := "Each opener of a contact, and when something of each kind first came because of it."
	return table{
		Table{"attempts", about, []string{"contact", "attempt"}, columnsOf(fields)},
		func(r *record) []Row {
			rows := make([]Row, len(r.Attempts))
			for i, a := range r.Attempts {
				rows[i] = rowOf(fields, attempt{a, r})
			}
			return rows
		},
	}
}

// noProbability is why a reading has no probability.
const noProbability = "nothing came, or a person has said what it is, or only a person's tap tells of it"

// probability is that of the attempt's decisive reading.
func (a attempt) probability() any {
	t, _ := a.Decisive()
	return likelihood(t.Probability)
}

// likelihood is how likely the reader holds a reading to be right, or null where
// it says nothing of it.
func likelihood(p float64) any {
	if p == 0 {
		return nil
	}
	return p
}

// first is when the first arrival of a kind came.
func (a attempt) first(kind reading.Kind) any {
	for _, t := range a.Readings {
		if t.Kind == kind {
			return instant(t.At)
		}
	}
	return nil
}

// blamed is what a failure says of itself, or null if nothing failed.
func (a attempt) blamed(says any) any {
	if a.Failure == (probes.Failure{}) {
		return nil
	}
	return says
}
