package metrics_test

import (
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
)

// TestStream follows a season of made-up contacts, amended ones among them:
// counters never go down, gauges are the truth, and who has scraped all along
// is told what a new scraper is.
func TestStream(t *testing.T) {
	f := newFixture(t, crowd())
	r := rand.New(rand.NewPCG(11, 7))
	last := map[string]*dto.Metric{}
	for i, h := range ledgertest.Shuffle(r, ledgertest.Lives(r, 90)) {
		f.append(t, h.Contact, h.Events...)
		if i%60 > 0 {
			continue
		}
		families := f.scrape(t)
		last = neverDown(t, last, families)
		f.isTruth(t, families)
		other := &fixture{edition: f.edition, ledger: f.ledger}
		other.registry = registry(f.fresh())
		if got, want := f.text(t), other.text(t); got != want {
			t.Fatalf("a new collector says otherwise: %s", firstDifference(got, want))
		}
	}
}

// neverDown compares a scrape with what counters and histograms were before,
// and returns what they are.
func neverDown(t *testing.T, before map[string]*dto.Metric, families map[string]*dto.MetricFamily) map[string]*dto.Metric {
	t.Helper()
	now := map[string]*dto.Metric{}
	for name, family := range families {
		if family.GetType() == gauge {
			continue
		}
		for _, m := range family.GetMetric() {
			now[key(name, m)] = m
		}
	}
	for series, was := range before {
		is := now[series]
		switch {
		case is == nil:
			t.Errorf("%s has gone", series)
		case value(is) < value(was):
			t.Errorf("%s went from %v to %v", series, value(was), value(is))
		case is.GetHistogram().GetSampleSum() < was.GetHistogram().GetSampleSum():
			t.Errorf("%s went from %v to %v in all", series, was, is)
		}
		for i, b := range was.GetHistogram().GetBucket() {
			if is.GetHistogram().GetBucket()[i].GetCumulativeCount() < b.GetCumulativeCount() {
				t.Errorf("%s up to %v went down", series, b.GetUpperBound())
			}
		}
	}
	return now
}

// isTruth compares gauges with the contacts as they stand.
func (f *fixture) isTruth(t *testing.T, families map[string]*dto.MetricFamily) {
	t.Helper()
	counts, attempts := map[[2]string]int{}, map[string]int{}
	for _, c := range f.contacts(t) {
		for _, a := range c.Attempts {
			if !a.Sent.IsZero() {
				attempts[c.Plan.Company]++
			}
		}
		counts[[2]string{c.Plan.Company, string(c.Outcome)}]++
	}
	for _, co := range f.edition.Companies {
		valid := 0
		for _, o := range probes.Outcomes() {
			n := counts[[2]string{co.ID, string(o)}]
			if o.Valid() {
				valid += n
			}
			m := find(families["svartid_contacts"], map[string]string{"company": co.ID, "outcome": string(o)})
			if value(m) != float64(n) {
				t.Errorf("%s %s: got %v, want %d", co.ID, o, value(m), n)
			}
		}
		at := map[string]string{"company": co.ID}
		answered := counts[[2]string{co.ID, string(probes.Answered)}]
		f.isReach(t, families, at, answered, valid)
		f.isScore(t, families, co.ID)
		if got := value(find(families["svartid_attempts_total"], at)); got != float64(attempts[co.ID]) {
			t.Errorf("%s: got %v attempts, want %d", co.ID, got, attempts[co.ID])
		}
	}
}

// isScore compares a company's score with the policy applied to its contacts,
// all of them, at once.
func (f *fixture) isScore(t *testing.T, families map[string]*dto.MetricFamily, company string) {
	t.Helper()
	class := ""
	for _, co := range f.edition.Companies {
		if co.ID == company {
			class = co.Class
		}
	}
	var all, fair []fairness.Contact
	err := f.ledger.View(t.Context(), func(tx probes.Tx) error {
		for _, c := range f.contacts(t) {
			sample := probes.Sample{Edition: f.edition}
			seen, ok := sample.Fair(c, time.Time{})
			_, story, err := tx.Story(t.Context(), c.ID)
			if err != nil {
				return err
			}
			seen.Unread = sample.Unread(c.ID, story, time.Time{})
			if seen.Alone = sample.Alone(c.ID, story, time.Time{}); ok && c.Plan.Class == class {
				all = append(all, seen)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	counted, _ := f.edition.Scoring.Confirmed(all)
	for _, c := range counted {
		if c.Company == company {
			fair = append(fair, c)
		}
	}
	want := math.NaN()
	for _, s := range f.edition.Scoring.Standings(fair) {
		if s.Score.Known() {
			want = float64(s.Score)
		}
	}
	got := value(find(families["svartid_score_ratio"], map[string]string{"company": company}))
	if math.Abs(got-want) > 1e-12 || math.IsNaN(got) != math.IsNaN(want) {
		t.Errorf("%s: got a score of %v, want %v", company, got, want)
	}
}

func (f *fixture) isReach(t *testing.T, families map[string]*dto.MetricFamily, at map[string]string, answered, valid int) {
	t.Helper()
	got := [3]float64{}
	for i, name := range []string{"svartid_reach_ratio", "svartid_reach_ratio_lower", "svartid_reach_ratio_upper"} {
		got[i] = value(find(families[name], at))
	}
	if valid == 0 {
		if !math.IsNaN(got[0]) || !math.IsNaN(got[1]) || !math.IsNaN(got[2]) {
			t.Errorf("%v: got %v of no contacts", at, got)
		}
		return
	}
	lower, upper := fairness.Wilson(answered, valid, 0.95)
	if want := [3]float64{float64(answered) / float64(valid), lower, upper}; got != want {
		t.Errorf("%v: got %v, want %v", at, got, want)
	}
}

// TestLifeOfAContact follows one contact from its slot to an appeal.
func TestLifeOfAContact(t *testing.T) {
	f := newFixture(t, pair())
	at := func(before time.Duration) time.Time { return noon.Add(-before) }
	day := probes.Plan{Edition: "2026", Company: "nordlys", Class: "power", Channel: "mail", Slot: at(3 * time.Hour), Within: "2h"}
	answer := probes.Classification{
		Kind: reading.Answer, Centre: "own", Times: channels.Times{Arrived: at(2*time.Hour + 30*time.Minute)},
	}
	tests := []struct {
		event                                                      probes.Event
		outcome                                                    probes.Outcome
		pending, oldest, attempts, waits, answers, median, lastOne float64
	}{
		{event: ledgertest.Event(probes.Planned, 1, at(4*time.Hour), day), outcome: probes.Pending, median: math.NaN()},
		{event: ledgertest.Event(probes.Intended, 1, at(3*time.Hour), probes.Intent{Token: "a"}), outcome: probes.Pending, oldest: 3 * 3600, median: math.NaN()},
		{event: ledgertest.Event(probes.Sent, 1, at(3*time.Hour), probes.Sending{}), outcome: probes.Pending, oldest: 3 * 3600, attempts: 1, median: math.NaN()},
		{event: ledgertest.Event(probes.Covered, 1, noon, probes.Coverage{Until: noon}), outcome: probes.Unanswered, attempts: 1, median: math.Inf(1)},
		{event: ledgertest.Event(probes.Heard, 1, at(0), answer), outcome: probes.Answered, attempts: 1, waits: 1, answers: 1, median: 1800, lastOne: float64(at(150 * time.Minute).Unix())},
		{event: ledgertest.Event(probes.Amended, 0, noon, probes.Amendment{Outcome: probes.Void, Reason: "wrong address", By: "kari"}), outcome: probes.Void, attempts: 1, waits: 1, answers: 1, median: math.NaN(), lastOne: float64(at(150 * time.Minute).Unix())},
	}
	for _, tt := range tests {
		f.append(t, "c", tt.event)
		families := f.scrape(t)
		mail := map[string]string{"company": "nordlys", "channel": "mail"}
		for _, o := range probes.Outcomes() {
			mail["outcome"] = string(o)
			want := 0.0
			if o == tt.outcome {
				want = 1
			}
			if got := value(find(families["svartid_contacts"], mail)); got != want {
				t.Errorf("%s: got %v %s, want %v", tt.event.Kind, got, o, want)
			}
		}
		delete(mail, "outcome")
		for name, want := range map[string]float64{
			"svartid_oldest_pending_seconds": tt.oldest, "svartid_attempts_total": tt.attempts,
			"svartid_answer_wait_seconds": tt.waits, "svartid_wait_median_seconds": tt.median,
			"svartid_last_answer_timestamp_seconds": tt.lastOne,
		} {
			if got := value(find(families[name], mail)); got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
				t.Errorf("%s: %s: got %v, want %v", tt.event.Kind, name, got, want)
			}
		}
		mail["centre"] = "own"
		if got := value(find(families["svartid_answers_total"], mail)); got != tt.answers {
			t.Errorf("%s: got %v answers of its own, want %v", tt.event.Kind, got, tt.answers)
		}
	}
}

// TestScoreWaits: what one person alone has said, and what would change the winner,
// is in the score once a second person has said the same.
func TestScoreWaits(t *testing.T) {
	ed := &edition.Edition{
		Name: "2026", Probes: []edition.Probe{{Name: "email", Channel: "mail"}}, Scoring: fairness.Rules{MinContacts: 1},
	}
	for _, id := range []string{"kraft", "dal", "fjord"} {
		ed.Companies = append(ed.Companies, edition.Company{ID: id, Class: "power", Reach: map[string]string{"mail": "post@" + id + ".example"}})
	}
	f := newFixture(t, ed)
	sent := noon.Add(-3 * time.Hour)
	for id, wait := range map[string]time.Duration{"kraft": 6 * time.Minute, "dal": time.Hour, "fjord": 90 * time.Minute} {
		f.append(t, id,
			ledgertest.Event(probes.Planned, 1, sent, probes.Plan{Edition: "2026", Company: id, Class: "power", Channel: "mail", Slot: sent, Within: "2h"}),
			ledgertest.Event(probes.Intended, 1, sent, probes.Intent{Token: id}), ledgertest.Event(probes.Sent, 1, sent, probes.Sending{}),
			ledgertest.Event(probes.Heard, 1, sent.Add(wait), probes.Classification{
				Arrival: id, Kind: reading.Answer, Times: channels.Times{Arrived: sent.Add(wait)},
			}),
		)
	}
	scores := func() [3]float64 {
		families := f.scrape(t)
		got := [3]float64{}
		for i, id := range []string{"kraft", "dal", "fjord"} {
			got[i] = value(find(families["svartid_score_ratio"], map[string]string{"company": id}))
			f.isScore(t, families, id)
		}
		return got
	}
	for _, step := range []struct {
		by, contact string
		want        [3]float64
	}{
		{"", "", [3]float64{0.95, 0.5, 0.25}},
		{"kari", "fjord", [3]float64{0.95, 0.5, 0}},
		{"kari", "kraft", [3]float64{0.95, 0.5, 0}},
		{"ola", "kraft", [3]float64{0, 0.5, 0}},
	} {
		if step.by != "" {
			f.append(t, step.contact, ledgertest.Event(probes.Amended, 0, noon, probes.Amendment{
				Outcome: probes.Unanswered, Reason: "it answered another", By: step.by, Confirms: step.by == "ola",
			}))
		}
		if got := scores(); got != step.want {
			t.Errorf("after %s on %s: got %v, want %v", step.by, step.contact, got, step.want)
		}
	}
}

// TestScoreWaitsForLooks: what one person alone has said waits too if it would change the
// winner without that person's looks at doubtful letters, which count at once.
func TestScoreWaitsForLooks(t *testing.T) {
	ed := &edition.Edition{
		Name: "2026", Probes: []edition.Probe{{Name: "email", Channel: "mail"}}, Scoring: fairness.Rules{MinContacts: 1},
	}
	for _, id := range []string{"kraft", "dal", "fjord"} {
		ed.Companies = append(ed.Companies, edition.Company{ID: id, Class: "power", Reach: map[string]string{"mail": "post@" + id + ".example"}})
	}
	f := newFixture(t, ed)
	sent := noon.Add(-3 * time.Hour)
	for _, c := range []struct {
		id, company string
		wait        time.Duration
		doubtful    bool
	}{
		{"kraft", "kraft", 6 * time.Minute, false},
		{"kraft-2", "kraft", 6 * time.Minute, true},
		{"dal", "dal", time.Hour, false},
		{"dal-2", "dal", time.Hour, false},
		{"fjord", "fjord", 90 * time.Minute, false},
		{"fjord-2", "fjord", 90 * time.Minute, false},
	} {
		f.append(t, c.id,
			ledgertest.Event(probes.Planned, 1, sent, probes.Plan{Edition: "2026", Company: c.company, Class: "power", Channel: "mail", Slot: sent, Within: "2h"}),
			ledgertest.Event(probes.Intended, 1, sent, probes.Intent{Token: c.id}), ledgertest.Event(probes.Sent, 1, sent, probes.Sending{}),
			ledgertest.Event(probes.Heard, 1, sent.Add(c.wait), probes.Classification{
				Arrival: c.id, Kind: reading.Answer, Times: channels.Times{Arrived: sent.Add(c.wait)}, Doubtful: c.doubtful,
			}),
		)
	}
	scores := func() [3]float64 {
		families := f.scrape(t)
		got := [3]float64{}
		for i, id := range []string{"kraft", "dal", "fjord"} {
			got[i] = value(find(families["svartid_score_ratio"], map[string]string{"company": id}))
			f.isScore(t, families, id)
		}
		return got
	}
	scores()
	f.append(t, "kraft-2", ledgertest.Event(probes.Amended, 0, noon, probes.Amendment{Arrival: "kraft-2", Kind: reading.Deflection, Reason: "sent elsewhere", By: "kari"}),
		ledgertest.Event(probes.Covered, 1, noon, probes.Coverage{Until: noon}))
	if got, want := scores(), [3]float64{0.475, 0.5, 0.25}; got != want {
		t.Errorf("after the look: got %v, want %v", got, want)
	}
	f.append(t, "kraft", ledgertest.Event(probes.Amended, 0, noon, probes.Amendment{Outcome: probes.Unanswered, Reason: "no answer", By: "kari"}))
	if got, want := scores(), [3]float64{0.475, 0.5, 0.25}; got != want {
		t.Errorf("after the correction, which would make another winner without the look: got %v, want %v", got, want)
	}
}

// TestWhoHasLeft: what was counted of a company in another class, or of one
// that is in the configuration no more, is shown as it was.
func TestWhoHasLeft(t *testing.T) {
	f := newFixture(t, crowd())
	f.live(t, 3, 48)
	before := f.scrape(t)
	f.edition.Companies[0].Class = "other"
	f.edition.Companies = f.edition.Companies[:20]
	f.registry = registry(f.fresh())
	after := f.scrape(t)
	neverDown(t, neverDown(t, nil, before), after)
	moved := find(after["svartid_attempts_total"], map[string]string{"company": "company-00", "class": "other"})
	if moved == nil || value(moved) != 0 {
		t.Errorf("got %v in the new class, want 0", moved)
	}
}

// TestAnotherEdition: a ledger that holds two shows the one that runs.
func TestAnotherEdition(t *testing.T) {
	f := newFixture(t, pair())
	f.live(t, 4, 10)
	f.edition.Name = "2027"
	for _, m := range f.scrape(t)["svartid_attempts_total"].GetMetric() {
		if value(m) != 0 {
			t.Errorf("got %v", m)
		}
	}
}

// TestBothKindsOfBuckets: a scraper that asks for protocol buffers gets native
// buckets beside the classic ones, and both hold all that was observed.
func TestBothKindsOfBuckets(t *testing.T) {
	f := newFixture(t, crowd())
	f.live(t, 5, 200)
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")
	w := httptest.NewRecorder()
	promhttp.HandlerFor(f.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
	decoder := expfmt.NewDecoder(w.Body, expfmt.ResponseFormat(w.Header()))
	histograms, observed := 0, uint64(0)
	for {
		var family dto.MetricFamily
		if decoder.Decode(&family) != nil {
			break
		}
		if family.GetType() != histogram {
			continue
		}
		for _, m := range family.GetMetric() {
			histograms++
			observed += sound(t, m.GetHistogram())
		}
	}
	if histograms != 3*24 || observed == 0 {
		t.Errorf("got %d histograms with %d waits, want 72 with many", histograms, observed)
	}
}

// sound checks that native and classic buckets add up, and returns to what.
func sound(t *testing.T, h *dto.Histogram) uint64 {
	t.Helper()
	var index, next int
	var count int64
	native := h.GetZeroCount()
	below, above := map[int]uint64{}, map[int]uint64{} // what native buckets hold on either side of a classic bound
	for _, span := range h.GetPositiveSpan() {
		index += int(span.GetOffset())
		for range span.GetLength() {
			count += h.GetPositiveDelta()[next]
			if count < 1 {
				t.Errorf("bucket %d: got %d", index, count)
			}
			for i, bound := range probes.Bounds() {
				if math.Exp2(float64(index)/8) <= bound {
					below[i] += uint64(count)
				}
				if math.Exp2(float64(index-1)/8) >= bound {
					above[i] += uint64(count)
				}
			}
			native += uint64(count)
			index, next = index+1, next+1
		}
	}
	buckets := h.GetBucket()
	for i, b := range buckets[:len(probes.Bounds())] {
		if below[i]+h.GetZeroCount() > b.GetCumulativeCount() || above[i] > h.GetSampleCount()-b.GetCumulativeCount() {
			t.Errorf("up to %v: got %d and above %d in native buckets, %d in classic", b.GetUpperBound(), below[i], above[i], b.GetCumulativeCount())
		}
	}
	if native != h.GetSampleCount() || next != len(h.GetPositiveDelta()) || len(h.GetPositiveSpan()) == 0 || h.GetSchema() != probes.Schema {
		t.Errorf("native buckets hold %d of %d: %v", native, h.GetSampleCount(), h)
	}
	if last := buckets[len(probes.Bounds())-1]; last.GetCumulativeCount() > h.GetSampleCount() || last.GetUpperBound() != 604800 {
		t.Errorf("classic buckets hold %d of %d", last.GetCumulativeCount(), h.GetSampleCount())
	}
	return native
}

// TestScrapedByTwo: scrapes at the same time do not get in each other's way.
func TestScrapedByTwo(t *testing.T) {
	f := newFixture(t, crowd())
	f.live(t, 6, 30)
	want := f.text(t)
	texts := make(chan string, 8)
	for range cap(texts) {
		go func() { texts <- f.text(t) }()
	}
	for range cap(texts) {
		if got := <-texts; !reflect.DeepEqual(got, want) {
			t.Error("got something else")
		}
	}
}
