package metrics

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness"
)

// toldOfClasses reports whether a family of places is told of a class too: what can be
// added up, the longest wait, the last answer, and reach. A score, a silence and a median
// are a company's own.
func toldOfClasses(name string) bool {
	switch name {
	case "svartid_contacts", "svartid_verdicts_total", "svartid_attempts_total", "svartid_provisional_contacts",
		"svartid_answer_wait_seconds", "svartid_answer_wait_open_seconds", "svartid_acknowledgement_wait_seconds",
		"svartid_oldest_pending_seconds", "svartid_last_answer_timestamp_seconds",
		"svartid_reach_ratio", "svartid_reach_ratio_lower", "svartid_reach_ratio_upper":
		return true
	}
	return false
}

// byClass adds the rows of companies up, class by class, in the order of their labels.
// The label company is then empty, which Prometheus takes for one that is not there.
func byClass(rows []*row) []*row {
	classes := map[place]*row{}
	for _, r := range rows {
		at := place{channel: r.at.channel, class: r.at.class}
		sum := classes[at]
		if sum == nil {
			sum = &row{
				at: at, labels: newLabels(at, r.labels.values[3]), score: unscored(), median: math.NaN(),
				outcomes: make([]uint32, len(r.outcomes)), verdicts: make([]uint32, len(r.verdicts)),
			}
			classes[at] = sum
		}
		sum.add(r)
	}
	all := slices.SortedFunc(maps.Values(classes), func(a, b *row) int { return byLabels(a.at, b.at) })
	for _, r := range all {
		r.reach = r.reached()
	}
	return all
}

// add adds another row of the class.
func (r *row) add(other *row) {
	for i := range other.outcomes {
		r.outcomes[i] += other.outcomes[i]
		r.verdicts[i] += other.verdicts[i]
	}
	r.attempts += other.attempts
	r.provisional += other.provisional
	r.waits.add(&other.waits)
	r.openWaits.add(&other.openWaits)
	r.ackWaits.add(&other.ackWaits)
	r.lastAnswer = max(r.lastAnswer, other.lastAnswer)
	r.since = earliest(r.since, other.since)
}

// earliest returns the earlier of two times, of which a zero one is none.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// reached returns the share of contacts that were answered, NaN until the first verdict.
func (r *row) reached() share {
	answered, valid := 0, 0
	for i, o := range outcomeNames() {
		if o.Valid() {
			valid += int(r.outcomes[i])
		}
		if o == probes.Answered {
			answered = int(r.outcomes[i])
		}
	}
	if valid == 0 {
		return share{math.NaN(), math.NaN(), math.NaN()}
	}
	lower, upper := fairness.Wilson(answered, valid, 0.95)
	return share{float64(answered) / float64(valid), lower, upper}
}

// add adds the waits of another histogram.
func (b *buckets) add(other *buckets) {
	if other.count == 0 {
		return
	}
	b.count, b.zero, b.sum = b.count+other.count, b.zero+other.zero, b.sum+other.sum
	if b.classic == nil {
		b.classic = make([]uint32, len(other.classic))
	}
	for i, n := range other.classic {
		b.classic[i] += n
	}
	for _, more := range other.native {
		i, found := slices.BinarySearchFunc(b.native, more.index, func(x bucket, index int32) int { return cmp.Compare(x.index, index) })
		if !found {
			b.native = slices.Insert(b.native, i, bucket{index: more.index})
		}
		b.native[i].count += more.count
	}
}
