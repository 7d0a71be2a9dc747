package dashboards

// company is one company against its class.
func company() dashboard {
	const class = "{edition=\"$edition\", class=~\"$class\", channel=~\"$channel\"} " +
		"and on (edition, class) " + folded + "(svartid_company_paused{edition=\"$edition\", company=~\"$company\"})"
	const ofIts = "and on (class) " + folded + "(svartid_company_paused{edition=\"$edition\", company=~\"$company\"})"
	wait := func(share, metric string) string {
		return "histogram_quantile(" + share + ", sum by (channel, le) (" + raw(metric+"_bucket") + "))" +
			" or histogram_quantile(" + share + ", sum by (channel) (" + native(metric, ofCompany) + "))"
	}
	d := page("svartid-company", "svartid: company", "One company: reach and wait against its class, what waits, and who answers.", variables("company"))
	d.Links[0].URL = "${board_url:raw}/companies/$company"
	return d.lay(
		row("Now"),
		stat("Reach", "The share of contacts that a person answered in time, of those that are decided, on each channel.",
			share().good(0.7, 0.9), query{raw("svartid_reach_ratio"), "{{channel}}"}),
		stat("Median wait", "By Kaplan and Meier, who count those never answered too. Infinite when more than half were not.",
			seconds(), query{raw("svartid_wait_median_seconds"), "{{channel}}"}),
		stat("Score", "By the edition's policy, 0 to 1.", share(), query{raw("svartid_score_ratio"), "{{channel}}"}),
		stat("Since a person answered", "The time since the last answer of a person. Nothing is shown of a channel on which none ever did.",
			seconds(), query{"time() - (" + raw("svartid_last_answer_timestamp_seconds") + " > 0)", "{{channel}}"}),
		stat("Silent contacts in a row", "Contacts whose deadline passed without an answer since the last answer of a person.",
			count().bad(1, 2), query{raw("svartid_silences"), "{{channel}}"}),
		stat("Paused", "1 while the company is paused: it is not asked then, and no alert speaks of it.",
			count().alarm(), query{folded + `(svartid_company_paused{edition="$edition", company=~"$company"})`, "paused"}),
		row("Reach"),
		curves("Reach and its interval", "The share answered in time with its 95 % interval (Wilson). With few contacts it is wide: 4 of 5 may be anything from 38 % to 96 %.",
			share(), query{raw("svartid_reach_ratio"), "{{channel}}"},
			query{raw("svartid_reach_ratio_lower"), "{{channel}}, at least"}, query{raw("svartid_reach_ratio_upper"), "{{channel}}, at most"}),
		curves("Against the class", "The reach of the company and of its whole class, itself included.",
			share(), query{raw("svartid_reach_ratio"), "{{company}}, {{channel}}"}, query{"class_channel:svartid_reach:ratio" + class, "class {{class}}, {{channel}}"}),
		curves("Score and its interval", "By the edition's policy, with its 95 % interval.",
			share(), query{raw("svartid_score_ratio"), "{{channel}}"},
			query{raw("svartid_score_ratio_lower"), "{{channel}}, at least"}, query{raw("svartid_score_ratio_upper"), "{{channel}}, at most"}),
		curves("Outcomes", "The company's contacts by what has become of them, as it stands: amendments included.",
			count(), query{"sum by (outcome) (" + raw("svartid_contacts") + ")", "{{outcome}}"}).stacked(),
		row("Waits"),
		curves("Answers came within", "Half and nineteen of twenty answers came within, in calendar time, and half of the whole class's. Answers only: read reach beside it.",
			waits(), query{wait("0.5", "svartid_answer_wait_seconds"), "half, {{channel}}"},
			query{wait("0.95", "svartid_answer_wait_seconds"), "95 %, {{channel}}"},
			query{"histogram_quantile(0.5, class_channel:svartid_answer_wait_seconds_bucket:sum" + class + ")" +
				" or histogram_quantile(0.5, sum by (class, channel) (" + native("svartid_answer_wait_seconds", ofClass) + ") " + ofIts + ")", "half of class {{class}}, {{channel}}"}),
		curves("In opening time, and confirmations", "Half of the answers came within, counted while the edition's clock is open; and half of the automatic confirmations, which are no answers.",
			waits(), query{wait("0.5", "svartid_answer_wait_open_seconds"), "open, {{channel}}"},
			query{wait("0.5", "svartid_acknowledgement_wait_seconds"), "confirmed, {{channel}}"}),
		curves("The oldest pending contact", "How long the longest-waiting contact has waited, beside the wait that nineteen of twenty of the company's own answers did not exceed.",
			waits(), query{raw("svartid_oldest_pending_seconds"), "oldest, {{channel}}"},
			query{wait("0.95", "svartid_answer_wait_seconds"), "usual 95 %, {{channel}}"}),
		bars("Answers by wait", "How many answers came within each time and not within the one before.",
			count(), query{answersBy(raw("svartid_answer_wait_seconds_bucket"), ofCompany), "{{le}} s"}),
		row("Who asks and who answers"),
		curves("Answers by centre", "Answers of persons from the start of the edition, by the centre that gave them.",
			count(), query{"sum by (centre) (" + raw("svartid_answers_total") + ")", "{{centre}}"}).stacked(),
		curves("Openers and verdicts", "Openers that left, and outcomes as they fell. Both only rise.",
			count(), query{"sum by (channel) (" + raw("svartid_attempts_total") + ")", "openers, {{channel}}"},
			query{"sum by (outcome) (" + raw("svartid_verdicts_total") + ")", "{{outcome}}"}),
	)
}
