package probes_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
)

// A tallyStore keeps contacts and one tally, as a ledger does.
type tallyStore struct {
	rules    probes.Rules
	stories  map[string][]probes.Event
	contacts map[string]probes.Contact
	tally    probes.Tally
}

func newTallyStore(rules probes.Rules) *tallyStore {
	return &tallyStore{
		rules: rules, tally: probes.NewTally(probes.Plan{Company: "nordlys"}),
		stories: map[string][]probes.Event{}, contacts: map[string]probes.Contact{},
	}
}

// append takes events one by one, and the ruling that follows, if any.
func (b *tallyStore) append(id string, events ...probes.Event) {
	for _, e := range events {
		before := b.contacts[id]
		b.stories[id] = append(b.stories[id], e)
		after := b.rules.Fold(id, b.stories[id])
		b.contacts[id] = after
		b.tally.Take(before, after, []probes.Event{e})
	}
	if c := b.contacts[id]; c.Outcome != probes.Pending && c.Outcome != c.Ruled {
		b.append(id, ledgertest.Event(probes.Ruled, 1, slot, c.Ruling()))
	}
}

// stored returns the tally as it is after it was written down and read.
func stored(t *testing.T, tally probes.Tally) probes.Tally {
	t.Helper()
	text, err := json.Marshal(tally)
	if err != nil {
		t.Fatal(err)
	}
	read := probes.NewTally(probes.Plan{})
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	return read
}

// TestTallyKeptUp: what is kept up event by event is what the contacts come to
// when they are counted anew, and counters never go down on the way.
func TestTallyKeptUp(t *testing.T) {
	for seed := range uint64(long.Tries(8, 2)) {
		r := rand.New(rand.NewPCG(seed, 1))
		b := newTallyStore(probes.Rules{DeflectionAnswers: seed%2 == 1})
		for _, h := range ledgertest.Shuffle(r, ledgertest.Lives(r, 60)) {
			before := stored(t, b.tally)
			b.append(h.Contact, h.Events...)
			notDown(t, before, b.tally)
			b.tally = stored(t, b.tally)
		}
		again := newTallyStore(b.rules)
		for id, story := range b.stories {
			for _, e := range story {
				if e.Kind != probes.Ruled { // the store rules by itself
					again.append(id, e)
				}
			}
		}
		got, want := b.tally, again.tally
		for _, h := range []*probes.Histogram{&got.Waits, &got.OpenWait, &got.AckWaits, &want.Waits, &want.OpenWait, &want.AckWaits} {
			h.Sum = math.Round(h.Sum * 1e3) // the order of additions shows in the last digits
		}
		if !reflect.DeepEqual(stored(t, got), stored(t, want)) {
			t.Fatalf("seed %d:\n got %+v\nwant %+v", seed, got, want)
		}
		countedAnew(t, b)
	}
}

// notDown fails the test if a counter is lower than before.
func notDown(t *testing.T, before, after probes.Tally) {
	t.Helper()
	for o, n := range before.Verdicts {
		if after.Verdicts[o] < n {
			t.Fatalf("verdicts of %s went from %d to %d", o, n, after.Verdicts[o])
		}
	}
	pairs := [][2]probes.Histogram{{before.Waits, after.Waits}, {before.OpenWait, after.OpenWait}, {before.AckWaits, after.AckWaits}}
	for _, p := range pairs {
		sums := [2]uint64{}
		for i, h := range p {
			for _, n := range h.Classic {
				sums[i] += n
			}
			if sums[i] != h.Count {
				t.Fatalf("classic buckets hold %d of %d", sums[i], h.Count)
			}
		}
		if sums[1] < sums[0] || p[1].Sum < p[0].Sum || p[1].Zero < p[0].Zero {
			t.Fatalf("histogram went from %+v to %+v", p[0], p[1])
		}
	}
	if after.Attempts < before.Attempts || after.LastAnswer.Before(before.LastAnswer) {
		t.Fatalf("went from %d attempts, %v to %d, %v", before.Attempts, before.LastAnswer, after.Attempts, after.LastAnswer)
	}
}

// countedAnew compares the tally with plain counts.
func countedAnew(t *testing.T, b *tallyStore) {
	t.Helper()
	outcomes, verdicts := map[probes.Outcome]int{}, map[probes.Outcome]int{}
	attempts, waits, asked := 0, 0, 0
	for id, c := range b.contacts {
		left := 0
		for _, a := range c.Attempts {
			if !a.Sent.IsZero() {
				left++
			}
		}
		attempts += left
		out := left > 0 || c.Current().State == probes.AttemptUnsure || c.Current().State == probes.AttemptSending
		if c.Outcome != probes.Pending || out {
			outcomes[c.Outcome]++
		}
		if c.Outcome == probes.Pending && out && c.Current().State != probes.AttemptPlanned {
			asked++
		}
		for _, e := range b.stories[id] {
			if e.Kind == probes.Ruled {
				var r probes.Ruling
				_ = json.Unmarshal(e.Data, &r)
				verdicts[r.Outcome]++
			}
		}
	}
	for _, n := range b.tally.Answers {
		waits += n
	}
	if !reflect.DeepEqual(b.tally.Outcomes, outcomes) || !reflect.DeepEqual(b.tally.Verdicts, verdicts) {
		t.Errorf("got %v and verdicts %v, want %v and %v", b.tally.Outcomes, b.tally.Verdicts, outcomes, verdicts)
	}
	if b.tally.Attempts != attempts || len(b.tally.Open) != asked || int(b.tally.Waits.Count) != waits {
		t.Errorf("got %d attempts, %d open, %d waits; want %d, %d, %d",
			b.tally.Attempts, len(b.tally.Open), b.tally.Waits.Count, attempts, asked, waits)
	}
}

func TestTallyFigures(t *testing.T) {
	const s, h = time.Second, time.Hour
	answer, end := heard(2*h+s, reading.Answer), covered(48*h)
	late := heard(30*h, reading.Answer)
	refusal := failed(probes.Refused, s, probes.Failure{Code: 550})
	inf := math.Inf(1)
	tests := []struct {
		name            string
		stories         [][]probes.Event
		answered, valid int
		median          float64 // an hour after the slot
		oldest          time.Duration
		waits, attempts int
	}{
		{"none", nil, 0, 0, math.NaN(), 0, 0, 0},
		{"planned", [][]probes.Event{{planned()}}, 0, 0, math.NaN(), 0, 0, 0},
		{"on its way", [][]probes.Event{leaving()}, 0, 0, math.NaN(), h, 0, 0},
		{"deferred: not asked", [][]probes.Event{leaving(failed(probes.Deferred, s, probes.Failure{}))}, 0, 0, math.NaN(), 0, 0, 0},
		{"asked", [][]probes.Event{asked()}, 0, 0, math.NaN(), h - s, 0, 1},
		{"answered", [][]probes.Event{asked(answer)}, 1, 1, 7200, 0, 1, 1},
		{"silent", [][]probes.Event{asked(end)}, 0, 1, inf, 0, 0, 1},
		{"ruled late", [][]probes.Event{asked(end, late)}, 0, 1, inf, 0, 1, 1},
		{"ruled late, then in time after all: one answer", [][]probes.Event{asked(end, late, answer)}, 1, 1, 7200, 0, 1, 1},
		{"void", [][]probes.Event{leaving(failed(probes.Dropped, s, probes.Failure{}))}, 0, 0, math.NaN(), 0, 0, 0},
		{"refused more than answered", [][]probes.Event{asked(answer), leaving(refusal), leaving(refusal)}, 1, 3, inf, 0, 1, 1},
		{"half answered: what half waited", [][]probes.Event{asked(answer), leaving(refusal)}, 1, 2, 7200, 0, 1, 1},
		{"amended away", [][]probes.Event{asked(answer, amended(probes.Void, "a"))}, 0, 0, math.NaN(), 0, 1, 1},
		{"amended to an answer after an unknown wait", [][]probes.Event{asked(end, amended(probes.Answered, "by phone"))}, 1, 1, math.NaN(), 0, 0, 1},
		{"amended to in time", [][]probes.Event{asked(end, late, amended(probes.Answered, "our clock"))}, 1, 1, 30*3600 - 1, 0, 1, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newTallyStore(probes.Rules{})
			for i, story := range tt.stories {
				for _, e := range story {
					b.append(ledgertest.ID(i), e)
				}
			}
			now := slot.Add(h)
			if answered, valid := b.tally.Reach(); answered != tt.answered || valid != tt.valid {
				t.Errorf("got reach %d of %d, want %d of %d", answered, valid, tt.answered, tt.valid)
			}
			if got := b.tally.MedianWait(now); !same(got, tt.median) {
				t.Errorf("got median %v, want %v", got, tt.median)
			}
			if got := b.tally.OldestPending(now); got != tt.oldest {
				t.Errorf("got oldest %v, want %v", got, tt.oldest)
			}
			if got := int(b.tally.Waits.Count); got != tt.waits || b.tally.Attempts != tt.attempts {
				t.Errorf("got %d waits of %d attempts, want %d of %d", got, b.tally.Attempts, tt.waits, tt.attempts)
			}
		})
	}
}

// same reports whether two figures are equal, undefined ones too.
func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-9 }

// TestTallyAnotherRule: another policy changes what is true, and nothing that
// was counted.
func TestTallyAnotherRule(t *testing.T) {
	b := newTallyStore(probes.Rules{BotAnswers: true})
	b.append("c", asked(heard(2*time.Hour, reading.Bot))...)
	before := stored(t, b.tally)
	strict := newTallyStore(probes.Rules{})
	for i := range b.stories["c"] { // as a ledger folds it anew, rulings and all
		strict.stories["c"] = b.stories["c"][:i+1]
		was := strict.contacts["c"]
		strict.contacts["c"] = strict.rules.Fold("c", strict.stories["c"])
		strict.tally.Take(was, strict.contacts["c"], b.stories["c"][i:i+1])
	}
	if strict.tally.Outcomes[probes.Answered] != 0 || strict.tally.Outcomes[probes.Pending] != 1 {
		t.Errorf("got %v, want it pending again", strict.tally.Outcomes)
	}
	after := stored(t, strict.tally)
	if !reflect.DeepEqual(after.Waits, before.Waits) || !reflect.DeepEqual(after.Verdicts, before.Verdicts) || !reflect.DeepEqual(after.Answers, before.Answers) {
		t.Errorf("got %+v, want what was counted before, %+v", after, before)
	}
}
