package dashboards

// centre is one centre, own or outsourced, and the companies that it answers for.
func centre() dashboard {
	const (
		ofCentre = `{edition="$edition", class=~"$class", company=~"$company", channel=~"$channel", centre="$centre"}`
		answers  = folded + "(svartid_answers_total" + ofCentre + ")"
		// Where the centre has given most of the answers.
		mainly = "and on (edition, class, company, channel) (" + answers + " > on (edition, class, company, channel) " +
			"0.5 * sum by (edition, class, company, channel) (" + folded + "(svartid_answers_total" + ofCompany + ")))"
	)
	all := variables("centre")
	all = append(all, variable{
		Name: "centre", Label: "Centre", Type: "query", Datasource: chosen(), Refresh: 2, Sort: 1,
		Query: map[string]string{"query": `label_values(svartid_answers_total{edition="$edition"}, centre)`, "refId": "centre"},
	})
	most := func(metric string) string { return raw(metric) + " " + mainly }
	d := page("svartid-centre", "svartid: centre", "One centre, own or outsourced: for whom it answers, and how those companies fare.", all)
	return d.lay(
		row("Now"),
		stat("Answers", "Answers that this centre has given, from the start of the edition.", count(), query{"sum(" + answers + ")", "answers"}),
		stat("Of all answers", "The share that this centre has of all answers of the chosen classes and channels.",
			share(), query{"sum(" + answers + ") / sum(" + raw("svartid_answers_total") + ")", "share"}),
		stat("Companies", "For how many of the chosen companies it has answered at least once.",
			count(), query{"count(sum by (company) (" + answers + ") > 0)", "companies"}),
		stat("Nobody knows who", "The share of answers of which it is not known which centre gave them. Rules for centres stand with the company in the configuration.",
			share().bad(0.2, 0.5), query{
				"sum(" + folded + `(svartid_answers_total{edition="$edition", class=~"$class", company=~"$company", channel=~"$channel", centre="unknown"})) / sum(` +
					raw("svartid_answers_total") + ")", "unknown",
			}).sized(6, 4),
		stat("Channels we cannot hear", "While a channel is not heard, nothing here says anything about who answers on it.",
			count().alarm(), query{"sum(channel:svartid_blind:max)", "blind"}).linked("Our own eyes", "/d/svartid-eyes").sized(6, 4),
		row("For whom it answers"),
		table("Companies of this centre", "How many answers it has given for each, and the reach and median wait of those companies where it gave more than half. The wait is the company's, not the centre's alone.",
			[]string{"centre"},
			column{"answers", count(), answers + " > 0"},
			column{"reach", share().good(0.7, 0.9), most("svartid_reach_ratio")},
			column{"median wait", seconds(), most("svartid_wait_median_seconds")},
			column{"silent", count().bad(1, 2), most("svartid_silences")},
		).leads("company", "/companies/").sized(24, 8),
		curves("Answers by company", "Answers of this centre from the start of the edition.", count(),
			query{"sum by (company) (" + answers + ") > 0", "{{company}}"}).stacked(),
		curves("Answers by channel", "The same by channel.", count(), query{"sum by (channel) (" + answers + ")", "{{channel}}"}).stacked(),
		row("Centres compared"),
		curves("Answers by centre", "Answers of all centres for the chosen companies.", count(),
			query{"sum by (centre) (" + raw("svartid_answers_total") + ")", "{{centre}}"}).stacked(),
		curves("Reach where this centre answers", "The reach of the companies where it gave more than half of the answers, of all their contacts together; and of all that are chosen.",
			share(), query{
				`sum(` + folded + `(svartid_contacts{outcome="answered", edition="$edition", class=~"$class", company=~"$company", channel=~"$channel"}) ` + mainly + ") / sum(" +
					folded + `(svartid_contacts{outcome=~"answered|deflected|unanswered|late", edition="$edition", class=~"$class", company=~"$company", channel=~"$channel"}) ` + mainly + ")",
				"where it answers",
			}, query{reachBy(""), "all"}),
	)
}
