package metrics

import (
	"cmp"
	"slices"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
)

// The kinds of families.
const (
	gauge     = dto.MetricType_GAUGE
	counter   = dto.MetricType_COUNTER
	histogram = dto.MetricType_HISTOGRAM
)

// A family is one name of the contract with its help and labels. It has values of
// each place, or else those that a scrape puts together.
type family struct {
	name, help string
	kind       dto.MetricType
	labels     []string // names, in the order in which values are given

	place placeFamily
}

// A placeFamily says what a family tells of a place. One of its functions is set, or
// none in a family that is not of places.
type placeFamily struct {
	value func(*row, time.Time) float64
	waits func(*row) *buckets
	by    string                              // the label that tells several values apart
	split func(*row, []splitPart) []splitPart // appends the values of several
}

// A splitPart is one of several values of a place.
type splitPart struct {
	by    string
	value float64
}

// placeLabels are the names of a place's labels, in order.
func placeLabels() []string { return []string{"channel", "class", "company", "edition"} }

// families returns every name of the contract, in order.
func families() []family {
	all := slices.Concat(tallyFamilies(), scoreFamilies(), programFamilies())
	slices.SortFunc(all, func(a, b family) int { return cmp.Compare(a.name, b.name) })
	return all
}

// kindOf returns the kind of a family that is no histogram, by its name.
func kindOf(name string) dto.MetricType {
	if strings.HasSuffix(name, "_total") {
		return counter
	}
	return gauge
}

// tallyFamilies are what is counted of a company on a channel.
func tallyFamilies() []family {
	one := func(name, help string, value func(*row, time.Time) float64) family {
		return family{name: name, help: help, kind: kindOf(name), labels: placeLabels(), place: placeFamily{value: value}}
	}
	several := func(name, help, by string, split func(*row, []splitPart) []splitPart) family {
		return family{
			name: name, help: help, kind: kindOf(name), labels: append(placeLabels(), by), place: placeFamily{by: by, split: split},
		}
	}
	waits := func(name, help string, of func(*row) *buckets) family {
		return family{name: name, help: help, kind: histogram, labels: placeLabels(), place: placeFamily{waits: of}}
	}
	outcomes := outcomeNames()
	return []family{
		several("svartid_contacts", "Contacts by outcome, as it stands now; pending from when they are planned.", "outcome",
			func(r *row, to []splitPart) []splitPart { return byOutcome(to, r.outcomes, outcomes) }),
		several("svartid_verdicts_total", "Outcomes as they fell.", "outcome",
			func(r *row, to []splitPart) []splitPart { return byOutcome(to, r.verdicts, outcomes) }),
		several("svartid_answers_total", "Answers by the centre that gave them.", "centre",
			func(r *row, to []splitPart) []splitPart { return append(to, r.centres...) }),
		one("svartid_attempts_total", "Openers that left.", func(r *row, _ time.Time) float64 { return r.attempts }),
		one("svartid_oldest_pending_seconds", "How long the longest-waiting contact has waited; 0 when none does.",
			func(r *row, now time.Time) float64 { return r.oldestPending(now) }),
		waits("svartid_answer_wait_seconds", "Waits for a person's answer in calendar time, late ones too; read reach beside it.",
			func(r *row) *buckets { return &r.waits }),
		waits("svartid_answer_wait_open_seconds", "Waits for a person's answer in opening time, late ones too; read reach beside it.",
			func(r *row) *buckets { return &r.openWaits }),
		waits("svartid_acknowledgement_wait_seconds", "Waits for an automatic confirmation.", func(r *row) *buckets { return &r.ackWaits }),
		one("svartid_last_answer_timestamp_seconds", "When a person last answered; 0 if never.",
			func(r *row, _ time.Time) float64 { return r.lastAnswer }),
		one("svartid_silences", "Contacts in a row that passed unanswered, since a person last answered.",
			func(r *row, _ time.Time) float64 { return float64(r.quiet.Contacts) }),
		one("svartid_silence_chance", "How likely so many in a row are of a company that answers as before; "+
			"1 where none has passed, and of one that never answered.", func(r *row, _ time.Time) float64 { return r.quiet.Chance }),
		one("svartid_silent_since_timestamp_seconds", "Since when the company has been silent; 0 while it is not.",
			func(r *row, _ time.Time) float64 { return unix(r.quiet.Since) }),
		one("svartid_flow_broken", "1 while the way through the company's page has changed since an opener last left by it, as an opener or a look at night has found.",
			func(r *row, _ time.Time) float64 { return r.broken }),
		one("svartid_provisional_contacts", "Outcomes that rest on what a person has to look at.", func(r *row, _ time.Time) float64 { return r.provisional }),
		one("svartid_wait_median_seconds", "Kaplan-Meier median of the wait; +Inf when more than half never answered.",
			func(r *row, now time.Time) float64 { return r.medianWait(now) }),
	}
}

// scoreFamilies are what a company's contacts on a channel come to.
func scoreFamilies() []family {
	one := func(name, help string, value func(*row, time.Time) float64) family {
		return family{name: name, help: help, kind: gauge, labels: placeLabels(), place: placeFamily{value: value}}
	}
	return []family{
		one("svartid_reach_ratio", "Contacts answered by the deadline, of those decided; NaN until the first. It is what happened: what counts as unanswered in standings whatever came of it is in svartid_score_ratio alone.",
			func(r *row, _ time.Time) float64 { return r.reach.value }),
		one("svartid_reach_ratio_lower", "Lower end of the Wilson interval of reach, 95 %.",
			func(r *row, _ time.Time) float64 { return r.reach.lower }),
		one("svartid_reach_ratio_upper", "Upper end of the Wilson interval of reach, 95 %.",
			func(r *row, _ time.Time) float64 { return r.reach.upper }),
		one("svartid_score_ratio", "Score by the edition's policy, 0 to 1; NaN where nothing counts of the channel: nothing was asked, all was lost, or the company is ranked in another class.", func(r *row, _ time.Time) float64 { return r.score.value }),
		one("svartid_score_ratio_lower", "Lower end of the score's interval, 95 %.",
			func(r *row, _ time.Time) float64 { return r.score.lower }),
		one("svartid_score_ratio_upper", "Upper end of the score's interval, 95 %.",
			func(r *row, _ time.Time) float64 { return r.score.upper }),
	}
}

// programFamilies are what is told of the program, its sources and the ledger.
func programFamilies() (all []family) {
	add := func(name, help string, labels ...string) {
		all = append(all, family{name: name, help: help, kind: kindOf(name), labels: labels})
	}
	add("svartid_company_paused", "1 while the company is paused, or has withdrawn its consent: it is not asked.", "class", "company", "edition")
	add("svartid_arrivals_total", "What was heard, by what it was read as.", "channel", "kind")
	add("svartid_unmatched_arrivals", "Arrivals that wait for a person to say whose they are.", "channel")
	add("svartid_reader_failures_total", "Arrivals at which the reader failed, so that a person has to say what they are.", "channel")
	add("svartid_listener_up", "1 while the source is being heard.", "channel", "source")
	add("svartid_listened_until_timestamp_seconds", "All that arrived before this instant has been heard; 0 if never read to its end.", "channel", "source")
	add("svartid_clock_offset_seconds", "How far the clock that dates what the source shows is known to be ahead of ours; taken out of waits.", "channel", "source")
	add("svartid_send_failures_total", "Openers that did not leave, or may not have.", "channel", "reason")
	add("svartid_failures_total", "Openers that did not leave, at each try, and those that came back, by whose fault it was.", "channel", "fault")
	add("svartid_verdicts_waiting", "Contacts past their deadline without a verdict, by what that waits for.", "channel", "reason")
	add("svartid_unsure_attempts", "Openers of which nobody knows yet whether they left.")
	add("svartid_openers_left_twice", "Attempts whose opener left twice, as our own copies show: a second svartid runs on a copy of the ledger.", "channel")
	add("svartid_rounds_missed_total", "Rounds for which svartid was down, too late for some of their openers: those are void and replaced.", "probe")
	add("svartid_plan_lag_seconds", "How late the most overdue opener is.")
	add("svartid_hook_requests_total", "Requests to the public listener.", "channel", "code")
	add("svartid_logins_total", "Tries to log in at the operators' listener, by what became of them. What a program brings again is counted once.", "by", "outcome")
	add("svartid_requests_refused_total", "Requests that the operators' listener has refused, by why.", "reason")
	add("svartid_ledger_up", "1 if this scrape could read the ledger; 0: what is told from it is left out, for an old figure would pass for a new one.")
	add("svartid_ledger_standby_missing", "1 if the ledger's server has a standby, or names one, and none that has what was written last; 0 of a file and of a server that stands alone.")
	add("svartid_build_info", "The program's version.", "version", "revision", "goversion")
	add("svartid_config_last_reload_successful", "1 if the configuration was last read well.")
	add("svartid_config_last_reload_success_timestamp_seconds", "When the configuration was last read well.")
	return all
}
