package metrics

import (
	"math"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness"
)

// A scrape sends series of the contract's names.
type scrape struct {
	out   chan<- prometheus.Metric
	names map[string]*prometheus.Desc
	now   time.Time
}

func (s scrape) gauge(name string, value float64, labels ...string) {
	s.out <- prometheus.MustNewConstMetric(s.names[name], prometheus.GaugeValue, value, labels...)
}

func (s scrape) counter(name string, value float64, labels ...string) {
	s.out <- prometheus.MustNewConstMetric(s.names[name], prometheus.CounterValue, value, labels...)
}

// tally shows what is known of a company on a channel.
func (s scrape) tally(t *probes.Tally, centres []string) {
	at := []string{t.Edition, t.Class, t.Company, t.Channel}
	with := func(label string) []string { return append(at[:4:4], label) }
	for _, o := range slices.Sorted(slices.Values(probes.Outcomes())) {
		s.gauge("svartid_contacts", float64(t.Outcomes[o]), with(string(o))...)
		s.counter("svartid_verdicts_total", float64(t.Verdicts[o]), with(string(o))...)
	}
	for _, centre := range centres {
		s.counter("svartid_answers_total", float64(t.Answers[centre]), with(centre)...)
	}
	s.counter("svartid_attempts_total", float64(t.Attempts), at...)
	s.gauge("svartid_oldest_pending_seconds", t.OldestPending(s.now).Seconds(), at...)
	s.histogram("svartid_answer_wait_seconds", t.Waits, at)
	s.histogram("svartid_answer_wait_open_seconds", t.OpenWait, at)
	s.histogram("svartid_acknowledgement_wait_seconds", t.AckWaits, at)
	s.gauge("svartid_provisional_contacts", float64(t.Provisional), at...)
	s.reach(t, at)
	s.gauge("svartid_wait_median_seconds", t.MedianWait(s.now), at...)
	s.gauge("svartid_last_answer_timestamp_seconds", unix(t.LastAnswer), at...)
	quiet := t.Quiet()
	s.gauge("svartid_silences", float64(quiet.Contacts), at...)
	s.gauge("svartid_silence_chance", quiet.Chance, at...)
	s.gauge("svartid_silent_since_timestamp_seconds", unix(quiet.Since), at...)
}

// score shows a company's score on a channel.
func (s scrape) score(of score, t probes.Tally) {
	at := []string{t.Edition, t.Class, t.Company, t.Channel}
	s.gauge("svartid_score_ratio", of.value, at...)
	s.gauge("svartid_score_ratio_lower", of.lower, at...)
	s.gauge("svartid_score_ratio_upper", of.upper, at...)
}

// reach shows the share answered by the deadline, NaN until the first verdict.
func (s scrape) reach(t *probes.Tally, at []string) {
	answered, valid := t.Reach()
	ratio, lower, upper := math.NaN(), math.NaN(), math.NaN()
	if valid > 0 {
		ratio = float64(answered) / float64(valid)
		lower, upper = fairness.Wilson(answered, valid, 0.95)
	}
	s.gauge("svartid_reach_ratio", ratio, at...)
	s.gauge("svartid_reach_ratio_lower", lower, at...)
	s.gauge("svartid_reach_ratio_upper", upper, at...)
}

// unix is the instant in seconds since 1970; 0 for the zero time.
func unix(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMicro()) / 1e6
}
