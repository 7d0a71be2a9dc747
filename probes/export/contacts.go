package export

import (
	"encoding/json"
	"slices"
)

// plannedFields are the columns that say what a contact is.
func plannedFields() []field[*record] {
	return []field[*record]{
		{Column{"contact", Text, "", "its id", ""}, func(r *record) any { return r.ID }},
		{Column{"edition", Text, "", "the season", ""}, func(r *record) any { return r.Plan.Edition }},
		{Column{"class", Text, "", "the industry inside which companies are compared", ""}, func(r *record) any { return r.Plan.Class }},
		{Column{"company", Text, "", "the company's id", ""}, func(r *record) any { return r.Plan.Company }},
		{Column{"channel", Text, "", "the way in", ""}, func(r *record) any { return r.Plan.Channel }},
		{Column{"probe", Text, "", "the series it belongs to", ""}, func(r *record) any { return r.Plan.Probe }},
		{Column{"round", Time, "", "the tick of the series", ""}, func(r *record) any { return r.Plan.Round.UTC() }},
		{
			Column{"slot", Time, "", "when the plan would have its first opener leave", ""},
			func(r *record) any { return r.Plan.Slot.UTC() },
		},
		{Column{"scenario", Text, "", "what was asked", ""}, func(r *record) any { return r.Plan.Scenario }},
		{
			Column{"persona", Text, "", "who asked: a name, or what stands for it where names are taken out", ""},
			func(r *record) any { return r.persona },
		},
	}
}

// judgedFields are the columns that say what became of it.
func judgedFields() []field[*record] {
	const unsent, unanswered = "its opener has not left", "there was no answer"
	return []field[*record]{
		{
			Column{"attempts", Integer, "attempts", "how many are planned or made so far", ""},
			func(r *record) any { return int64(len(r.Attempts)) },
		},
		{
			Column{
				"outcome", Text, "",
				"what became of it: answered, deflected, unanswered, late, pending, broken_off, void or contested; " +
					"what it counts as is state of scores", "",
			},
			func(r *record) any { return string(r.Outcome) },
		},
		{
			Column{"reason", Text, "", "why, where something or somebody has said so", "nobody has said"},
			func(r *record) any { return r.words(r.Reason) },
		},
		{Column{"amended", Truth, "", "whether a person has said what the outcome is", ""}, func(r *record) any { return r.Amended }},
		{
			Column{"ruled", Text, "", "the outcome as it last fell", "it has not fallen"},
			func(r *record) any { return text(string(r.Ruled)) },
		},
		{
			Column{"sent", Time, "", "when its first opener left, by the channel's server", unsent},
			func(r *record) any { return r.sent() },
		},
		{
			Column{"deadline", Time, "", "until when the last opener can be answered in time", unsent},
			func(r *record) any { return instant(r.Deadline) },
		},
		{
			Column{"covered", Time, "", "until when listening had heard everything when it was judged", "it was never judged by silence"},
			func(r *record) any { return instant(r.Covered) },
		},
		{
			Column{"answer", Time, "", "when the answer came that counts: the first in time, else the first", unanswered},
			func(r *record) any { return instant(r.Answer) },
		},
		{Column{"last_answer", Time, "", "when the last answer came", unanswered}, func(r *record) any { return instant(r.LastAnswer) }},
		{
			Column{"fault", Text, "", "whose fault it rests on: ours, policy, address, theirs or unclear", "nothing failed"},
			func(r *record) any { return text(string(r.Fault)) },
		},
		{
			Column{"provisional", Truth, "", "whether it rests on what a person has to look at", ""},
			func(r *record) any { return r.Provisional },
		},
		{
			Column{"unread", Text, "", "the keys of the unread arrivals that may be its answer, on which it hangs: a list in JSON", "there is none"},
			func(r *record) any { return r.unread() },
		},
		{
			Column{
				"probability", Real, "", "how likely the reader holds the reading that the outcome rests on to be right: the decisive one " +
					"of the attempt that was answered, else of the last to which anything came", noProbability,
			},
			func(r *record) any { return r.probability() },
		},
	}
}

// timedFields are the columns that say how long it took.
func timedFields() []field[*record] {
	const unsent, unanswered = "its opener has not left", "there was no answer"
	return []field[*record]{
		{
			Column{
				"wait_seconds", Real, "s",
				"how long the customer waited for the answer, late ones too, in calendar time, all attempts together", unanswered,
			},
			func(r *record) any { return until(r.Answer, r.Wait) },
		},
		{
			Column{"open_wait_seconds", Real, "s", "the same in opening time", unanswered},
			func(r *record) any { return until(r.Answer, r.OpenWait) },
		},
		{
			Column{"promise_seconds", Real, "s", "the time the company had to answer, in calendar time, all attempts together", unsent},
			func(r *record) any { return seconds(r.Promise) },
		},
		{Column{"open_promise_seconds", Real, "s", "the same in opening time", unsent}, func(r *record) any { return r.openPromise() }},
		{
			Column{"precision_seconds", Real, "s", "how far the wait may be off", "it is not known to be off"},
			func(r *record) any { return seconds(r.Precision) },
		},
		{
			Column{"clock_offset_seconds", Real, "s", "how far the clock that dated the answer was ahead of ours, taken out of its time", "not known to differ, or there is no answer"},
			func(r *record) any { return offset(r.ClockOffset) },
		},
		{
			Column{"acknowledgement", Time, "", "when the first automatic confirmation came", "none came"},
			func(r *record) any { return instant(r.Ack) },
		},
		{
			Column{"ack_wait_seconds", Real, "s", "how long the customer waited for that, in calendar time", "none came"},
			func(r *record) any { return until(r.Ack, r.AckWait) },
		},
		{
			Column{"person", Time, "", "when a person first wrote, whether or not that dealt with the matter", "none wrote"},
			func(r *record) any { at, _, _ := r.Person(); return instant(at) },
		},
		{
			Column{"person_wait_seconds", Real, "s", "how long the customer waited for that, in calendar time", "none wrote"},
			func(r *record) any { at, wait, _ := r.Person(); return until(at, wait) },
		},
		{
			Column{
				"person_in_time", Truth, "", "whether a person wrote within the time that the probe has for that (ask_for_person)",
				"the probe has none, the opener has not left, or that time is not over",
			},
			func(r *record) any { return r.personInTime() },
		},
		{
			Column{"machine_discloses", Truth, "", "whether a machine that wrote has said what it is", "none wrote"},
			func(r *record) any {
				if wrote, says := r.Machine(); wrote {
					return says
				}
				return nil
			},
		},
		{Column{"centre", Text, "", "who answered on the company's behalf", unanswered}, func(r *record) any { return text(r.Centre) }},
		{
			Column{"self_reported", Truth, "", "whether only the company says that it answered", ""},
			func(r *record) any { return r.SelfReported },
		},
	}
}

// provenFields are the columns that say where a contact comes from.
func provenFields() []field[*record] {
	return []field[*record]{
		{
			Column{"replaces", Text, "", "the contact in whose place it was asked", "it is the plan's own"},
			func(r *record) any { return text(r.Plan.Replaces) },
		},
		{
			Column{"moved", Text, "", "why it is not where the plan would have put it", "it is where the plan has it"},
			func(r *record) any { return text(r.Plan.Moved) },
		},
		{Column{"within", Text, "", "the promise when it was planned", ""}, func(r *record) any { return r.Plan.Within }},
		{
			Column{"drawn", Text, "", "digest of the plan that it is from", "the plan had none"},
			func(r *record) any { return text(r.Plan.Drawn) },
		},
		{
			Column{"events", Integer, "events", "how many events it is folded from", ""},
			func(r *record) any { return int64(len(r.story)) },
		},
		{
			Column{"head", Text, "", "hash of the last of them, which proves all", ""},
			func(r *record) any { return r.story[len(r.story)-1].Hash },
		},
	}
}

// probability is that of the contact's decisive reading.
func (r *record) probability() any {
	_, t, _ := r.Decisive()
	return likelihood(t.Probability)
}

// contactTable is one row a contact.
func contactTable() table {
	fields := slices.Concat(plannedFields(), judgedFields(), timedFields(), provenFields())
	about := "What was asked of whom, what became of it and after what wait."
	return table{
		Table{"contacts", about, []string{"contact"}, columnsOf(fields)},
		func(r *record) []Row { return []Row{rowOf(fields, r)} },
	}
}

// sent is when the first opener left.
func (r *record) sent() any {
	for _, a := range r.Attempts {
		if !a.Sent.IsZero() {
			return instant(a.Sent)
		}
	}
	return nil
}

// unread returns the keys of the unread arrivals on which it hangs.
func (r *record) unread() any {
	if len(r.Letters) == 0 {
		return nil
	}
	keys := make([]string, len(r.Letters))
	for i, l := range r.Letters {
		keys[i] = l.Arrival
	}
	list, _ := json.Marshal(keys) // of texts, which have a form
	return string(list)
}

// openPromise may be none at all: a promise that has passed before opening.
func (r *record) openPromise() any {
	if r.Promise <= 0 {
		return nil
	}
	return r.OpenPromise.Seconds()
}

// words are what a person or a server has said of a contact or an attempt.
func (r *record) words(said string) any { return text(r.mask.Hide(said, r.names)) }
