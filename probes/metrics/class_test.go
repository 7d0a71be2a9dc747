package metrics_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
)

// byClass are the labels of a series but for its company, as text.
func byClass(m *dto.Metric) string {
	var all []string
	for _, l := range m.GetLabel() {
		if l.GetName() != "company" {
			all = append(all, l.GetName()+"="+l.GetValue())
		}
	}
	return strings.Join(all, " ")
}

// TestByClass: what is told of classes is what Prometheus would add up from what is told
// of companies, and no series has the name of one.
func TestByClass(t *testing.T) {
	f := newFixture(t, crowd())
	f.live(t, 5, 400)
	each := f.scrape(t)
	f.collector = f.fresh()
	f.collector.ByClass = true
	f.registry = registry(f.collector)
	classes := f.scrape(t)

	for name, family := range classes {
		for _, m := range family.GetMetric() {
			if company := find(&dto.MetricFamily{Metric: []*dto.Metric{m}}, map[string]string{"company": ""}); company == nil && strings.Contains(m.String(), `"company"`) {
				t.Errorf("%s tells of a company: %v", name, m)
			}
		}
	}
	for _, name := range []string{
		"svartid_contacts", "svartid_verdicts_total", "svartid_attempts_total", "svartid_provisional_contacts",
		"svartid_answer_wait_seconds", "svartid_answer_wait_open_seconds", "svartid_acknowledgement_wait_seconds",
	} {
		want, sums, buckets := map[string]float64{}, map[string]float64{}, map[string]uint64{}
		for _, m := range each[name].GetMetric() {
			want[byClass(m)] += value(m)
			sums[byClass(m)] += m.GetHistogram().GetSampleSum()
			for _, b := range m.GetHistogram().GetBucket() {
				buckets[fmt.Sprint(byClass(m), b.GetUpperBound())] += b.GetCumulativeCount()
			}
		}
		if len(want) == 0 || len(classes[name].GetMetric()) != len(want) {
			t.Errorf("%s: got %d series, want %d", name, len(classes[name].GetMetric()), len(want))
		}
		for _, m := range classes[name].GetMetric() {
			at := byClass(m)
			if got := value(m); got != want[at] || math.Abs(m.GetHistogram().GetSampleSum()-sums[at]) > 1e-6 {
				t.Errorf("%s{%s}: got %v, want %v", name, at, got, want[at])
			}
			for _, b := range m.GetHistogram().GetBucket() {
				if got, want := b.GetCumulativeCount(), buckets[fmt.Sprint(at, b.GetUpperBound())]; got != want {
					t.Errorf("%s{%s} up to %v: got %d, want %d", name, at, b.GetUpperBound(), got, want)
				}
			}
		}
	}
	for _, name := range []string{"svartid_score_ratio", "svartid_silences", "svartid_company_paused", "svartid_answers_total"} {
		if each[name] == nil || classes[name] != nil {
			t.Errorf("%s: it is a company's own; told of companies %v, of classes %v", name, each[name] != nil, classes[name] != nil)
		}
	}
	isClassReach(t, classes)
}

// isClassReach compares the reach of classes with their contacts.
func isClassReach(t *testing.T, classes map[string]*dto.MetricFamily) {
	t.Helper()
	answered, valid := map[string]float64{}, map[string]float64{}
	for _, m := range classes["svartid_contacts"].GetMetric() {
		at := ""
		outcome := ""
		for _, l := range m.GetLabel() {
			if l.GetName() == "outcome" {
				outcome = l.GetValue()
				continue
			}
			at += l.GetName() + "=" + l.GetValue() + " "
		}
		switch outcome {
		case "answered":
			answered[at] += value(m)
			valid[at] += value(m)
		case "deflected", "unanswered", "late":
			valid[at] += value(m)
		}
	}
	for _, m := range classes["svartid_reach_ratio"].GetMetric() {
		at := ""
		for _, l := range m.GetLabel() {
			at += l.GetName() + "=" + l.GetValue() + " "
		}
		if got, want := value(m), answered[at]/valid[at]; got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("reach of %s: got %v, want %v", at, got, want)
		}
	}
}
