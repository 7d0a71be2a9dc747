package fairness_test

import (
	"fmt"
	"time"

	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fairness/survival"
)

// Three of four were answered; the fourth still waits after five hours.
func ExampleKaplanMeier() {
	curve := survival.KaplanMeier([]survival.Observation{
		{Time: 1, Cause: fairness.Human},
		{Time: 2, Cause: fairness.Human},
		{Time: 5},
		{Time: 8, Cause: fairness.Human},
	})
	for _, row := range curve.Rows {
		fmt.Printf("after %g h %.2f still wait\n", row.Time, row.Survival)
	}
	mean, se := curve.RestrictedMean(10)
	fmt.Printf("median %.1f h, mean up to ten hours %.2f ± %.2f h\n", curve.Median(), mean, se)
	// Output:
	// after 1 h 0.75 still wait
	// after 2 h 0.50 still wait
	// after 5 h 0.50 still wait
	// after 8 h 0.00 still wait
	// median 5.0 h, mean up to ten hours 4.75 ± 1.63 h
}

func ExampleWilson() {
	lower, upper := fairness.Wilson(24, 25, 0.95)
	fmt.Printf("24 of 25: %.1f to %.1f %%\n", 100*lower, 100*upper)
	// Output:
	// 24 of 25: 80.5 to 99.3 %
}

// question is one that was asked by mail, with three days to answer.
func question(company string, number int, hours float64) fairness.Contact {
	wait := time.Duration(hours * float64(time.Hour))
	return fairness.Contact{
		ID: fmt.Sprintf("%s %d", company, number), Company: company, Channel: "mail", State: fairness.Answered,
		Tries: []fairness.Try{{
			Deadline: fairness.Span{Calendar: 72 * time.Hour}, Wait: fairness.Span{Calendar: wait},
		}},
	}
}

// One answers a single customer of four at once, the other all of them on the
// next day.
func ExampleRules_Standings() {
	var contacts []fairness.Contact
	for i := range 4 {
		contacts = append(contacts, question("Steady", i, 24))
		quick := question("Quick", i, 0.1)
		if i > 0 {
			quick.State = fairness.Unanswered
		}
		contacts = append(contacts, quick)
	}
	for _, s := range (fairness.Rules{MinCompanies: 2}).Standings(contacts) {
		fmt.Printf("%d. %-6s %v points, answered %d of %d, apart from the winner: %v\n",
			s.Rank, s.Company, s.Points, s.Reached, s.Valid, s.Apart)
	}
	only := fairness.Rules{Policy: fairness.AnsweredOnly, MinCompanies: 2}
	fmt.Println("by answers alone", only.Standings(contacts)[0].Company, "would win")
	// Output:
	// 1. Steady 66.67 points, answered 4 of 4, apart from the winner: false
	// 2. Quick  24.97 points, answered 1 of 4, apart from the winner: true
	// by answers alone Quick would win
}

// How little it takes for another to win.
func ExampleRules_Sensitivity() {
	var contacts []fairness.Contact
	for i, hours := range []float64{2, 3, 4, 70} {
		contacts = append(contacts, question("A", i, hours), question("B", i, 24))
	}
	s := fairness.Rules{MinCompanies: 2}.Sensitivity(contacts)
	fmt.Println("winner:", s.Winners)
	for _, v := range s.Variants {
		if v.Changes {
			fmt.Printf("%s %s: %v\n", v.What, v.How, v.Winners)
		}
	}
	fmt.Printf("%d of %d contacts decide\n", len(s.Removals), s.Contacts)
	fmt.Printf("%d of %s's contacts answered otherwise: %v\n", s.Tipping.Contacts, s.Tipping.Company, s.Tipping.Answered)
	// Output:
	// winner: [A]
	// policy within-third: [B]
	// 3 of 8 contacts decide
	// 1 of A's contacts answered otherwise: false
}
