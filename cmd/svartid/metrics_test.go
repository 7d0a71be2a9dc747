package main

import (
	"net/http"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/svartid/svartid/probes"
)

// checkMetrics holds what svartid exposes against the ledger's contacts.
func checkMetrics(t *testing.T, address string, records []contactRecord) {
	t.Helper()
	families := scrape(t, address)
	outcomes, sent := map[string]float64{}, 0.0
	for _, b := range records {
		outcomes[string(b.Outcome)]++
		for _, a := range b.Attempts {
			if !a.Sent.IsZero() {
				sent++
			}
		}
	}
	exposed := sums(families["svartid_contacts"], "outcome")
	verdicts := sums(families["svartid_verdicts_total"], "outcome")
	for _, o := range probes.Outcomes() {
		if got, want := exposed[string(o)], outcomes[string(o)]; got != want {
			t.Errorf("svartid_contacts{outcome=%q}: got %v, want %v", o, got, want)
		}
	}
	if got := verdicts[string(probes.Answered)]; got != outcomes[string(probes.Answered)] {
		t.Errorf("svartid_verdicts_total of answered: got %v, want %v", got, outcomes[string(probes.Answered)])
	}
	for name, want := range map[string]float64{
		"svartid_attempts_total": sent, "svartid_unsure_attempts": 0, "svartid_unmatched_arrivals": 0,
	} {
		if got := sums(families[name], "")[""]; got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}

// scrape reads all that is exposed.
func scrape(t *testing.T, address string) map[string]*dto.MetricFamily {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// sums adds up a family's values by one of its labels; all, if it has none of
// that name.
func sums(family *dto.MetricFamily, label string) map[string]float64 {
	all := map[string]float64{}
	for _, m := range family.GetMetric() {
		value := ""
		for _, pair := range m.GetLabel() {
			if pair.GetName() == label {
				value = pair.GetValue()
			}
		}
		all[value] += m.GetCounter().GetValue() + m.GetGauge().GetValue()
	}
	return all
}
