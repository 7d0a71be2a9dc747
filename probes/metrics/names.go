package metrics

import "github.com/prometheus/client_golang/prometheus"

// descriptions returns every name of the contract with its help and labels.
func descriptions() map[string]*prometheus.Desc {
	company := []string{"edition", "class", "company"}
	place := append(company[:3:3], "channel")
	with := func(label string) []string { return append(place[:4:4], label) }
	all := map[string]*prometheus.Desc{}
	add := func(name, help string, labels ...string) {
		all[name] = prometheus.NewDesc(name, help, labels, nil)
	}
	add("svartid_contacts", "Contacts by outcome, as it stands now; pending from when they are planned.", with("outcome")...)
	add("svartid_verdicts_total", "Outcomes as they fell.", with("outcome")...)
	add("svartid_attempts_total", "Openers that left.", place...)
	add("svartid_oldest_pending_seconds", "How long the longest-waiting contact has waited; 0 when none does.", place...)
	add("svartid_answer_wait_seconds", "Waits for a person's answer in calendar time, late ones too; read reach beside it.", place...)
	add("svartid_answer_wait_open_seconds", "Waits for a person's answer in opening time, late ones too; read reach beside it.", place...)
	add("svartid_acknowledgement_wait_seconds", "Waits for an automatic confirmation.", place...)
	add("svartid_reach_ratio", "Contacts answered by the deadline, of those decided; NaN until the first.", place...)
	add("svartid_reach_ratio_lower", "Lower end of the Wilson interval of reach, 95 %.", place...)
	add("svartid_reach_ratio_upper", "Upper end of the Wilson interval of reach, 95 %.", place...)
	add("svartid_wait_median_seconds", "Kaplan-Meier median of the wait; +Inf when more than half never answered.", place...)
	add("svartid_score_ratio", "Score by the edition's policy, 0 to 1.", place...)
	add("svartid_score_ratio_lower", "Lower end of the score's interval, 95 %.", place...)
	add("svartid_score_ratio_upper", "Upper end of the score's interval, 95 %.", place...)
	add("svartid_last_answer_timestamp_seconds", "When a person last answered; 0 if never.", place...)
	add("svartid_silences", "Contacts in a row that passed unanswered, since a person last answered.", place...)
	add("svartid_silence_chance", "How likely so many in a row are of a company that answers as before; 1 where none has passed, and of one that never answered.", place...)
	add("svartid_silent_since_timestamp_seconds", "Since when the company has been silent; 0 while it is not.", place...)
	add("svartid_answers_total", "Answers by the centre that gave them.", with("centre")...)
	add("svartid_company_paused", "1 while the company is paused, or has withdrawn its consent: it is not asked.", company...)
	add("svartid_arrivals_total", "What was heard, by what it was read as.", "channel", "kind")
	add("svartid_unmatched_arrivals", "Arrivals that wait for a person to say whose they are.", "channel")
	add("svartid_reader_failures_total", "Arrivals at which the reader failed, so that a person has to say what they are.", "channel")
	add("svartid_listener_up", "1 while the source is being heard.", "channel", "source")
	add("svartid_listened_until_timestamp_seconds", "All that arrived before this instant has been heard; 0 if never read to its end.", "channel", "source")
	add("svartid_clock_offset_seconds", "How far the clock that dates what the source shows is known to be ahead of ours; taken out of waits.", "channel", "source")
	add("svartid_send_failures_total", "Openers that did not leave, or may not have.", "channel", "reason")
	add("svartid_failures_total", "Openers that did not leave, at each try, and those that came back, by whose fault it was.", "channel", "fault")
	add("svartid_provisional_contacts", "Outcomes that rest on what a person has to look at.", place...)
	add("svartid_verdicts_waiting", "Contacts past their deadline without a verdict, by what that waits for.", "channel", "reason")
	add("svartid_unsure_attempts", "Openers of which nobody knows yet whether they left.")
	add("svartid_openers_left_twice", "Attempts whose opener left twice, as our own copies show: a second svartid runs on a copy of the ledger.", "channel")
	add("svartid_rounds_missed_total", "Rounds for which svartid was down, too late for some of their openers: those are void and replaced.", "probe")
	add("svartid_plan_lag_seconds", "How late the most overdue opener is.")
	add("svartid_hook_requests_total", "Requests to the public listener.", "channel", "code")
	add("svartid_ledger_up", "1 if this scrape could read the ledger; 0: what is told from it is left out, for an old figure would pass for a new one.")
	add("svartid_build_info", "The program's version.", "version", "revision", "goversion")
	add("svartid_config_last_reload_successful", "1 if the configuration was last read well.")
	add("svartid_config_last_reload_success_timestamp_seconds", "When the configuration was last read well.")
	return all
}
