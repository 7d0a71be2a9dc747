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

// A row is what is told of one place, ready to be written. It does not change:
// another takes its place, so that a scrape may go on writing the one it has.
type row struct {
	at     place
	labels labels

	outcomes, verdicts []uint32 // by outcomeNames
	centres            []splitPart

	attempts, provisional      float64
	waits, openWaits, ackWaits buckets
	reach, score               share
	lastAnswer                 float64
	broken                     float64 // 1: the way through the company's page has changed
	opened                     time.Time
	quiet                      probes.Quiet
	since                      time.Time     // the longest-waiting contact waits; zero: none does
	median                     float64       // of a place where no contact waits
	waiting                    *probes.Waits // of one where some do; nil: none does
}

// A share is a ratio with the ends of its interval, 95 %.
type share struct{ value, lower, upper float64 }

// newRow returns what is told of a place. Centres are those that may answer for its
// company.
func newRow(at place, t *probes.Tally, centres []string) *row {
	r := &row{
		at: at, labels: newLabels(at, t.Edition),
		attempts: float64(t.Attempts), provisional: float64(t.Provisional),
		waits: newBuckets(t.Waits), openWaits: newBuckets(t.OpenWait), ackWaits: newBuckets(t.AckWaits),
		reach: reachOf(t), score: unscored(), lastAnswer: unix(t.LastAnswer), quiet: t.Quiet(),
		opened: t.LastOpened,
	}
	if t.FlowBroken() {
		r.broken = 1
	}
	r.outcomes, r.verdicts = make([]uint32, 0, len(outcomeNames())), make([]uint32, 0, len(outcomeNames()))
	for _, o := range outcomeNames() {
		n := t.Outcomes[o]
		if o == probes.Pending {
			n += t.Planned
		}
		r.outcomes = append(r.outcomes, uint32(n))
		r.verdicts = append(r.verdicts, uint32(t.Verdicts[o]))
	}
	centres = slices.AppendSeq(slices.Clone(centres), maps.Keys(t.Answers))
	slices.Sort(centres)
	for _, centre := range slices.Compact(centres) {
		r.centres = append(r.centres, splitPart{centre, float64(t.Answers[centre])})
	}
	waits := t.Ends()
	if len(t.Open) == 0 {
		r.median = waits.Median(time.Time{})
		return r
	}
	r.waiting = &waits
	r.since = slices.MinFunc(slices.Collect(maps.Values(t.Open)), time.Time.Compare)
	return r
}

// outcomeNames are the outcomes in the order of their names.
func outcomeNames() []probes.Outcome { return slices.Sorted(slices.Values(probes.Outcomes())) }

// byOutcome pairs counts with the outcomes that they are of, into parts.
func byOutcome(parts []splitPart, counts []uint32, names []probes.Outcome) []splitPart {
	for i, n := range counts {
		parts = append(parts, splitPart{string(names[i]), float64(n)})
	}
	return parts
}

// scored returns the row with another score.
func (r *row) scored(s share) *row {
	if r.score == s || math.IsNaN(r.score.value) && math.IsNaN(s.value) {
		return r
	}
	other := *r
	other.score = s
	return &other
}

// walked returns rows, with those of places as broken where a night's look says so.
func walked(rows []*row, broken []probes.FlowCheck) []*row {
	if len(broken) == 0 {
		return rows
	}
	rows = slices.Clone(rows)
	for i, r := range rows {
		for _, f := range broken {
			if f.Channel == r.at.channel && f.Company == r.at.company && f.Breaks(r.opened) {
				other := *r
				other.broken, rows[i] = 1, &other
			}
		}
	}
	return rows
}

// oldestPending returns for how many seconds the company has let the longest-waiting
// contact wait; 0 when none does.
func (r *row) oldestPending(now time.Time) float64 {
	if r.since.IsZero() {
		return 0
	}
	return max(now.Sub(r.since), 0).Seconds()
}

// medianWait returns the median of waits in seconds.
func (r *row) medianWait(now time.Time) float64 {
	if r.waiting == nil {
		return r.median
	}
	return r.waiting.Median(now)
}

// reachOf returns the share answered by the deadline, NaN until the first verdict.
func reachOf(t *probes.Tally) share {
	answered, valid := t.Reach()
	if valid == 0 {
		return share{math.NaN(), math.NaN(), math.NaN()}
	}
	lower, upper := fairness.Wilson(answered, valid, 0.95)
	return share{float64(answered) / float64(valid), lower, upper}
}

// unix is the instant in seconds since 1970; 0 for the zero time.
func unix(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMicro()) / 1e6
}

// buckets are the waits of a histogram, in native and classic buckets both: the text
// format has no native ones, and old rules read the classic.
type buckets struct {
	count, zero uint64
	sum         float64
	classic     []uint32 // cumulative, up to each of probes.Bounds
	native      []bucket // those that hold any, in order
}

// A bucket is a native one that holds waits.
type bucket struct {
	index int32
	count uint32
}

// newBuckets returns a histogram ready to be written.
func newBuckets(h probes.Histogram) buckets {
	b := buckets{count: h.Count, zero: h.Zero, sum: h.Sum}
	if h.Count == 0 {
		return b
	}
	b.classic = make([]uint32, len(probes.Bounds()))
	below := uint64(0)
	for i := range b.classic {
		below += h.Classic[i]
		b.classic[i] = uint32(below)
	}
	for i, n := range h.Native {
		b.native = append(b.native, bucket{int32(i), uint32(n)})
	}
	slices.SortFunc(b.native, func(x, y bucket) int { return cmp.Compare(x.index, y.index) })
	return b
}

// upTo returns how many waits are up to a bound of probes.Bounds.
func (b *buckets) upTo(bound int) uint64 {
	if b.classic == nil {
		return 0
	}
	return uint64(b.classic[bound])
}

// spans calls span for each run of native buckets that follow on each other, with how
// far it is from the one before. Without any there is one of no length, which is
// how a native histogram without observations is told from a classic one.
func (b *buckets) spans(span func(offset int32, run []bucket)) {
	next, from := int32(0), 0
	for i := range b.native {
		last := i == len(b.native)-1
		if last || b.native[i+1].index != b.native[i].index+1 {
			run := b.native[from : i+1]
			span(run[0].index-next, run)
			next, from = b.native[i].index+1, i+1
		}
	}
	if len(b.native) == 0 {
		span(0, nil)
	}
}
