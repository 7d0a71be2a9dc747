package dashboards

import (
	"fmt"
	"strings"
)

// What is chosen on every page: the labels of sums over a class, and of companies.
const (
	ofClass   = `{edition="$edition", class=~"$class", channel=~"$channel"}`
	ofCompany = `{edition="$edition", class=~"$class", company=~"$company", channel=~"$channel"}`
)

// reachBy returns the reach of all companies together that share a label.
func reachBy(labels string) string {
	return "sum by (" + labels + ") (class_channel:svartid_contacts_answered:sum" + ofClass + ") / " +
		"sum by (" + labels + ") (class_channel:svartid_contacts_decided:sum" + ofClass + ")"
}

// waitBy returns the wait within which a share of the answers came.
func waitBy(share, labels string) string {
	return "histogram_quantile(" + share + ", sum by (" + labels + ", le) (class_channel:svartid_answer_wait_seconds_bucket:sum" + ofClass + "))" +
		" or histogram_quantile(" + share + ", sum by (" + labels + ") (" + native("svartid_answer_wait_seconds", ofClass) + "))"
}

// native returns native histograms for a quantile, on which it makes no difference
// that each replica has told them: their greatest is not defined. Prometheus that
// scrapes classic buckets has none.
func native(metric, of string) string { return together + "(" + metric + of + ")" }

// answersBy returns how many answers there are by wait, up to some of the classic
// bounds: of classic buckets, or of native ones what lies below the same bounds.
func answersBy(classic, of string) string {
	counts := "histogram_count(svartid_answer_wait_seconds" + of + ")"
	bucket := func(le, counts string) string {
		return fmt.Sprintf(`label_replace(sum(%s(%s)), "le", "%s", "", "")`, folded, counts, le)
	}
	var below []string
	for _, le := range []string{"1", "10", "60", "300", "900", "1800", "3600", "14400", "86400", "259200", "604800"} {
		below = append(below, bucket(le, "histogram_fraction(-Inf, "+le+", svartid_answer_wait_seconds"+of+") * "+counts))
	}
	below = append(below, bucket("+Inf", counts))
	return "sum by (le) (" + classic + ") or on () (" + strings.Join(below, " or ") + ")"
}

// raw returns a metric of the chosen companies as it is, replicas folded.
func raw(metric string) string { return folded + "(" + metric + ofCompany + ")" }

// firing are the alerts about those chosen, and about ourselves.
const firing = `sum by (alertname, about, class, company, channel, source) (ALERTS{alertname=~"Svartid.+", alertstate="firing"})`

// overview is reach and wait of all, by class and channel.
func overview() dashboard {
	d := page("svartid-overview", "svartid: overview",
		"Who is answered by a person, and how long customers wait, by class and channel.", variables(""))
	return d.lay(
		row("Now"),
		stat("Reach", "The share of contacts that a person answered in time, of those that are decided: all chosen classes together.",
			share().good(0.7, 0.9), query{reachBy(""), "reach"}),
		stat("Decided", "Contacts that are answered, deflected, unanswered or late. Void, broken-off and contested ones are none of the company's doing.",
			count(), query{"sum(class_channel:svartid_contacts_decided:sum" + ofClass + ")", "decided"}),
		stat("Pending", "Contacts that still wait, and may yet be answered in time.",
			count(), query{`sum(class_channel:svartid_contacts:sum{outcome="pending", edition="$edition", class=~"$class", channel=~"$channel"})`, "pending"}),
		stat("Waiting longest", "How long the customer who has waited longest has waited.",
			seconds(), query{"max(class_channel:svartid_oldest_pending_seconds:max" + ofClass + ")", "oldest"}),
		stat("Silent centres", "Companies that have let two contacts or more in a row pass on a channel, which is less than one case in a hundred by their own history.",
			count().alarm(), query{"count(" + raw("svartid_silences") + " >= 2 and " + raw("svartid_silence_chance") + " < 0.01 and on (job, edition, class, company) " +
				folded + `(svartid_company_paused{edition="$edition"}) == 0) or vector(0)`, "silent"}),
		stat("Channels we cannot hear", "While a channel is not heard, nothing on this page says anything about its companies.",
			count().alarm(), query{"sum(channel:svartid_blind:max)", "blind"}).linked("Our own eyes", "/d/svartid-eyes"),
		row("Reach"),
		table("Reach and wait by class and channel",
			"Reach with its 95 % interval (Wilson), and how long customers waited who were answered, late ones too. A wait says nothing without the reach beside it: who never answers has none.",
			nil,
			column{"reach", share().good(0.7, 0.9), "class_channel:svartid_reach:ratio" + ofClass},
			column{"at least", share(), "class_channel:svartid_reach:lower" + ofClass},
			column{"at most", share(), "class_channel:svartid_reach:upper" + ofClass},
			column{"decided", count(), "class_channel:svartid_contacts_decided:sum" + ofClass},
			column{"half within", seconds(), waitBy("0.5", "class, channel")},
			column{"nine of ten within", seconds(), waitBy("0.9", "class, channel")},
		).leads("class", "/classes/").sized(24, 8),
		curves("Reach by class", "The share answered in time, of those decided, from the start of the edition to each moment.",
			share().good(0.7, 0.9), query{reachBy("class"), "{{class}}"}),
		curves("Reach by channel", "The same for each channel, all chosen classes together.",
			share().good(0.7, 0.9), query{reachBy("channel"), "{{channel}}"}),
		row("Waits of those who were answered"),
		curves("Half of the answers came within, by class", "The median wait of answers in calendar time. Companies that seldom answer look quick here: read it beside reach.",
			waits(), query{waitBy("0.5", "class"), "{{class}}"}),
		curves("Nine of ten answers came within, by channel", "The 90th percentile of answers in calendar time, by channel.",
			waits(), query{waitBy("0.9", "channel"), "{{channel}}"}),
		bars("Answers by wait", "How many answers came within each time and not within the one before.",
			count(), query{answersBy("class_channel:svartid_answer_wait_seconds_bucket:sum"+ofClass, ofClass), "{{le}} s"}),
		curves("Outcomes", "All contacts by what has become of them, as it stands: amendments included.",
			count(), query{"sum by (outcome) (class_channel:svartid_contacts:sum" + ofClass + ")", "{{outcome}}"}).stacked(),
		row("Companies"),
		table("Companies",
			"One row a company and channel. Silent: contacts in a row without an answer. A median of infinity means that more than half were never answered.",
			nil,
			column{"reach", share().good(0.7, 0.9), raw("svartid_reach_ratio")},
			column{"at least", share(), raw("svartid_reach_ratio_lower")},
			column{"at most", share(), raw("svartid_reach_ratio_upper")},
			column{"median wait", seconds(), raw("svartid_wait_median_seconds")},
			column{"oldest pending", seconds(), raw("svartid_oldest_pending_seconds")},
			column{"silent", count().bad(1, 2), raw("svartid_silences")},
			column{"silent for", seconds(), "time() - (" + raw("svartid_silent_since_timestamp_seconds") + " > 0)"},
		).leads("company", "/companies/").sized(24, 12),
		table("Alerts", "What is firing. The runbook says what each means, what to look at and what to do.",
			nil, column{"firing", count().alarm(), firing}).sized(24, 6),
	)
}
