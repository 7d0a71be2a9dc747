package dashboards

// eyes is the dashboard of our own state: whether we hear, send and keep the plan.
func eyes() dashboard {
	const (
		here = `{channel=~"$channel"}`
		name = "{{channel}} {{source}}"
	)
	own := func(metric string) string { return folded + "(" + metric + here + ")" }
	rise := func(metric, by string) string {
		return "sum by (" + by + ") (" + folded + "(increase(" + metric + here + "[$__rate_interval])))"
	}
	d := page("svartid-eyes", "svartid: our own eyes",
		"Whether we hear, send and keep the plan. While a channel is not heard, no alert about its companies is sent, and no verdict falls.", variables(""))
	d.Time.From = "now-24h"
	return d.lay(
		row("Now"),
		stat("Channels we cannot hear", "Channels with a source that is down or not read to its end for 15 minutes, or whose canary is lost.",
			count().alarm(), query{"sum(channel:svartid_blind:max" + here + ")", "blind"}),
		stat("Plan behind", "How late the most overdue opener is.", seconds().bad(300, 900), query{folded + "(svartid_plan_lag_seconds)", "lag"}),
		stat("Unsure openers", "Openers of which nobody knows yet whether they left. They are settled by looking, and never sent again.",
			count().alarm(), query{folded + "(svartid_unsure_attempts)", "unsure"}),
		stat("To be judged", "Arrivals that wait for a person to say whose they are. One of them may be an answer.",
			count().alarm(), query{"sum(" + own("svartid_unmatched_arrivals") + ")", "unmatched"}).linked("Queue", "${board_url:raw}/queue"),
		stat("Replicas", "How many svartids were scraped.", count(), query{"count(count by (instance, pod) (svartid_build_info))", "replicas"}),
		stat("Configuration", "0 if the last reading of the configuration was refused: the old one is in use.",
			count().good(1, 1), query{"min(" + folded + "(svartid_config_last_reload_successful))", "read well"}),
		row("Hearing"),
		timeline("Sources", "Green while a source is heard. A verdict of silence waits until listening has covered the whole of a contact's deadline.",
			count().good(1, 1), query{own("svartid_listener_up"), name}),
		curves("Not read since", "How long ago each source was last read to its end. Alerts speak after 15 minutes.",
			seconds().bad(600, 900), query{"time() - (" + folded + `(svartid_listened_until_timestamp_seconds{channel=~"$channel", source!="canary"}) > 0)`, name}),
		timeline("Blind", "Where we are blind, and why: down, stale (not read to its end for 15 minutes), or the canary is lost.",
			count().alarm(), query{"source:svartid_unheard:max" + here, name + " {{why}}"}, query{"channel:svartid_canary_lost:max" + here, "{{channel}} canary"}),
		curves("Since the canary", "How long ago the newest message to ourselves left that came home. One is sent with each round; its loss says that we are blind before any company is blamed.",
			seconds(), query{"time() - (" + folded + `(svartid_listened_until_timestamp_seconds{channel=~"$channel", source="canary"}) > 0)`, "{{channel}}"}),
		curves("Arrivals by kind", "What was heard, by what it was read as.", count(), query{rise("svartid_arrivals_total", "kind"), "{{kind}}"}).stacked(),
		curves("Requests to the hooks", "What platforms brought, and what became of it. ok is kept; a stranger's is not looked at.",
			count(), query{rise("svartid_hook_requests_total", "channel, code"), "{{channel}} {{code}}"}),
		row("Sending"),
		curves("Openers that left", "By channel.", count(), query{rise("svartid_attempts_total", "channel"), "{{channel}}"}),
		curves("Openers that did not leave, or may not have", "deferred: will be tried again; refused: never will be; dropped: its time is over; unsure: it may have left; unsent: no trace of it was found.",
			count(), query{rise("svartid_send_failures_total", "channel, reason"), "{{channel}} {{reason}}"}),
		curves("Plan", "How late the most overdue opener is.", seconds().bad(300, 900), query{folded + "(svartid_plan_lag_seconds)", "lag"}),
		curves("Work for people", "Unsure openers, and arrivals that nobody knows whose they are.",
			count(), query{folded + "(svartid_unsure_attempts)", "unsure"}, query{own("svartid_unmatched_arrivals"), "unmatched, {{channel}}"}),
		row("The program"),
		table("Versions", "What runs. Replicas of different versions are an upgrade under way, or one that has stuck.",
			nil, column{"replicas", count(), "count by (version, revision, goversion) (svartid_build_info)"}),
		curves("Since the configuration was read", "How long ago the configuration was last read well.",
			seconds(), query{"time() - " + folded + "(svartid_config_last_reload_success_timestamp_seconds)", "read"}),
		table("Alerts", "What is firing. The runbook says what each means, what to look at and what to do.",
			nil, column{"firing", count().alarm(), firing}).sized(24, 6),
	)
}
