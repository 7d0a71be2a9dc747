package probes

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading/match"
)

// A Tally holds the running figures of one company on one channel. It is kept
// up as contacts change, so that reading it costs nothing, and could be made
// anew from the events at any time.
type Tally struct {
	Edition string `json:"edition"`
	Class   string `json:"class"`
	Company string `json:"company"`
	Channel string `json:"channel"`

	Outcomes map[Outcome]int `json:"outcomes"` // as they stand; pending once the opener is on its way
	Verdicts map[Outcome]int `json:"verdicts"` // as they fell; never goes down
	Attempts int             `json:"attempts"` // openers that left
	Waits    Histogram       `json:"waits"`    // of answers as they fell, late ones too
	OpenWait Histogram       `json:"open_waits"`
	AckWaits Histogram       `json:"ack_waits"`
	Answers  map[string]int  `json:"answers"` // by centre, as they fell

	Planned     int           `json:"planned,omitempty"`     // contacts that are pending and not asked yet, as they stand
	Provisional int           `json:"provisional,omitempty"` // outcomes that rest on what a person has to look at, as they stand
	Addresses   int           `json:"addresses,omitempty"`   // contacts whose address does not exist, as they stand
	Promised    time.Duration `json:"promised,omitempty"`    // in opening time, all contacts together: it changes where a score may

	LastAnswer time.Time            `json:"last_answer,omitzero"`
	LastOpened time.Time            `json:"last_opened,omitzero"` // when an opener last left
	LastLost   time.Time            `json:"last_lost,omitzero"`   // when the way through the company's page last had changed
	Open       map[string]time.Time `json:"open"`                 // since when contacts wait, by contact
	Answered   Counts[int64, int]   `json:"answered"`             // contacts answered in time, by wait in whole seconds
	Silent     Counts[int64, int]   `json:"silent"`               // decided contacts that were not, by promised wait; the largest = refused
	Lapses     map[string]Lapse     `json:"lapses"`               // contacts that passed unanswered since the last answer, by contact
}

// NewTally returns the empty tally of the place that a plan has.
func NewTally(p Plan) Tally {
	return Tally{
		Edition: p.Edition, Class: p.Class, Company: p.Company, Channel: p.Channel,
		Outcomes: map[Outcome]int{}, Verdicts: map[Outcome]int{}, Answers: map[string]int{},
		Open: map[string]time.Time{}, Answered: Counts[int64, int]{}, Silent: Counts[int64, int]{}, Lapses: map[string]Lapse{},
	}
}

// A Basis is what the score of one company on one channel follows from. It is
// kept up like a [Tally], and changes more seldom.
type Basis struct {
	Edition, Class, Company, Channel string

	Ends  fairness.Ends // of contacts that are decided
	Apart []string      // contacts that a score has to look at, by id
}

// Take follows a contact from before to after. The zero Contact is before the
// first.
func (b *Basis) Take(before, after Contact) {
	b.stand(before, -1)
	b.stand(after, +1)
}

// stand adds a contact, or takes it away.
func (b *Basis) stand(c Contact, by int) {
	i, listed := slices.BinarySearch(b.Apart, c.ID)
	switch {
	case c.Apart && by > 0 && !listed:
		b.Apart = slices.Insert(b.Apart, i, c.ID)
	case c.Apart && by < 0 && listed:
		b.Apart = slices.Delete(b.Apart, i, i+1)
	case !c.Apart && c.End != fairness.End{}:
		b.Ends.Add(c.End, by)
	}
}

// Take follows a contact from before to after, which fresh events have made
// of it. The zero Contact is before the first.
func (t *Tally) Take(before, after Contact, fresh []Event) {
	t.stand(before, -1)
	t.stand(after, +1)
	t.Attempts += after.left() - before.left()
	if before.Ack.IsZero() && !after.Ack.IsZero() {
		t.AckWaits.Observe(after.AckWait.Seconds())
	}
	ruled := before.Ruled
	for _, e := range fresh {
		if e.Kind == Ruled {
			r := Payload[Ruling](e)
			t.fall(r, ruled)
			ruled = r.Outcome
		}
		t.way(e)
	}
	t.heardFrom(after.LastAnswer)
}

// way notes whether the way through the company's page led to its end.
func (t *Tally) way(e Event) {
	switch e.Kind {
	case Sent:
		t.LastOpened = calendar.Later(t.LastOpened, e.At)
	case Deferred, Refused:
		if Payload[Failure](e).Status == channels.StatusFlow {
			t.LastLost = calendar.Later(t.LastLost, e.At)
		}
	}
}

// FlowBroken reports whether the way through the company's page has changed since an opener
// last left by it.
func (t *Tally) FlowBroken() bool { return t.LastLost.After(t.LastOpened) }

// Breaks reports whether a look that found the way through the company's page changed still
// holds: no opener has left by it since.
func (f FlowCheck) Breaks(opened time.Time) bool { return f.Broken != "" && f.At.After(opened) }

// stand adds a contact, or takes it away, from what is true as it stands.
func (t *Tally) stand(c Contact, by int) {
	switch {
	case c.Outcome == "":
		return
	case c.Outcome == Pending && !c.Asked():
		t.Planned += by
		return // the company has not been asked yet
	}
	addTo(t.Outcomes, c.Outcome, by)
	t.Promised += c.OpenPromise * time.Duration(by)
	if c.Provisional {
		t.Provisional += by
	}
	if c.Fault == fault.Address && !c.Amended {
		t.Addresses += by
	}
	t.standWait(c, by)
	t.standLapse(c, by)
}

// standWait adds how long a contact has waited or waits, or takes it away.
func (t *Tally) standWait(c Contact, by int) {
	switch {
	case c.Outcome == Pending:
		delete(t.Open, c.ID)
		if since := c.waitsSince(); by > 0 && !since.IsZero() {
			t.Open[c.ID] = since
		}
	case c.Outcome == Answered && c.Answer.IsZero():
		// A person says that there was an answer, after an unknown wait.
	case c.Outcome == Answered:
		addTo(t.Answered, wholeSeconds(c.Wait), by)
	case c.Outcome.Valid():
		addTo(t.Silent, c.promised(), by)
	}
}

// fall counts an outcome at the moment it falls. One contact has one answer:
// ruled late first and answered later, it is observed once.
func (t *Tally) fall(r Ruling, before Outcome) {
	answered := func(o Outcome) bool { return o == Answered || o == Late }
	t.Verdicts[r.Outcome]++
	if !answered(r.Outcome) || answered(before) || r.Answer.IsZero() {
		return
	}
	t.Waits.Observe(r.Wait)
	t.OpenWait.Observe(r.OpenWait)
	t.Answers[cmp.Or(r.Centre, match.UnknownCentre)]++
}

// OldestPending returns how long the company has let the longest-waiting
// contact wait; 0 when none does.
func (t *Tally) OldestPending(now time.Time) time.Duration {
	var oldest time.Duration
	for _, since := range t.Open {
		oldest = max(oldest, now.Sub(since))
	}
	return oldest
}

// Reach returns how many contacts were answered in time, of those decided.
func (t *Tally) Reach() (answered, valid int) {
	for _, o := range Outcomes() {
		if o.Valid() {
			valid += t.Outcomes[o]
		}
	}
	return t.Outcomes[Answered], valid
}

// MedianWait returns the wait in seconds after which half of the contacts were
// answered: see [Waits.Median].
func (t *Tally) MedianWait(now time.Time) float64 { return t.Ends().Median(now) }

// Waits are how long customers have waited for answers in time, for a median.
type Waits struct {
	ends []endCounts // shortest first, each wait once
	open []time.Time // since when others wait
}

type endCounts struct {
	wait               int64 // whole seconds
	answered, censored int
}

// Ends returns a tally's waits.
func (t *Tally) Ends() Waits {
	w := Waits{ends: make([]endCounts, 0, len(t.Answered)+len(t.Silent)), open: slices.Collect(maps.Values(t.Open))}
	for wait, n := range t.Answered {
		w.ends = append(w.ends, endCounts{wait: wait, answered: n})
	}
	for wait, n := range t.Silent {
		w.ends = append(w.ends, endCounts{wait: wait, censored: n})
	}
	w.ends = merged(w.ends)
	return w
}

// merged returns the ends in order, those of one wait together.
func merged(ends []endCounts) []endCounts {
	slices.SortFunc(ends, func(a, b endCounts) int { return cmp.Compare(a.wait, b.wait) })
	kept := ends[:0]
	for _, e := range ends {
		if n := len(kept); n > 0 && kept[n-1].wait == e.wait {
			kept[n-1].answered += e.answered
			kept[n-1].censored += e.censored
			continue
		}
		kept = append(kept, e)
	}
	return kept
}

// Median returns the wait in seconds after which half of the contacts were
// answered, by the estimate of Kaplan and Meier (1958): who still waits is
// censored at now, who was never answered in time at the end of the promise.
// Where exactly half wait for longer, it is the middle between that wait and
// the next answer, if there is one, as in R's survfit. It is +Inf when more
// than half never were answered, NaN until the first contact is decided.
func (w Waits) Median(now time.Time) float64 {
	const half, tolerance = 0.5, 1e-9
	if len(w.ends) == 0 {
		return math.NaN()
	}
	ends := w.ends
	if len(w.open) > 0 {
		ends = slices.Grow(slices.Clone(ends), len(w.open))
		for _, since := range w.open {
			ends = append(ends, endCounts{wait: wholeSeconds(now.Sub(since)), censored: 1})
		}
		ends = merged(ends)
	}
	atRisk := 0
	for _, e := range ends {
		atRisk += e.answered + e.censored
	}
	surviving, median := 1.0, math.Inf(1)
	for _, e := range ends {
		wait := float64(e.wait)
		if e.answered > 0 && surviving < half+tolerance {
			return (median + wait) / 2
		}
		surviving *= 1 - float64(e.answered)/float64(atRisk)
		switch {
		case surviving < half-tolerance:
			return wait
		case surviving < half+tolerance:
			median = min(median, wait)
		}
		atRisk -= e.answered + e.censored
	}
	return median
}

// A Lapse is a contact that its company let pass, which is proven: it is unanswered.
type Lapse struct {
	Since time.Time `json:"since"` // the customer began to wait
	Until time.Time `json:"until"` // the company could answer in time, or turned the opener away for the last time
}

// lapse returns that of a contact that is unanswered.
func (c Contact) lapse() Lapse {
	first, last := c.Attempts[0], c.Current()
	l := Lapse{Until: calendar.Later(last.Deadline, calendar.Later(last.Barred, last.Due))}
	for _, at := range []time.Time{first.Knocked, first.Sent, first.Intended, first.Due} {
		if l.Since.IsZero() {
			l.Since = at
		}
	}
	return l
}

// standLapse adds a contact that passed unanswered after the last answer, or takes it
// away.
func (t *Tally) standLapse(c Contact, by int) {
	delete(t.Lapses, c.ID)
	if by < 0 || c.Outcome != Unanswered || len(c.Attempts) == 0 {
		return
	}
	if l := c.lapse(); l.Until.After(t.LastAnswer) {
		t.Lapses[c.ID] = l
	}
}

// heardFrom notes when a person answered: what the company had let pass by then is no
// sign of its silence any more.
func (t *Tally) heardFrom(answer time.Time) {
	if !answer.After(t.LastAnswer) {
		return
	}
	t.LastAnswer = answer
	maps.DeleteFunc(t.Lapses, func(_ string, l Lapse) bool { return !l.Until.After(answer) })
}

// A Quiet is how long a company has been silent on a channel.
type Quiet struct {
	Contacts int       // that it let pass in a row, since a person last answered
	Since    time.Time // it has been silent: since its last answer, or since the first of them began to wait; zero: it is not
	// Chance is how likely so many in a row are of a company that answers as it did
	// before them, by Laplace's rule of succession: of n decided contacts before them s
	// were unanswered, and each of these would be at (s + 1) ÷ (n + 2). It is 1 of a
	// company that never answered: it has not stopped.
	Chance float64
}

// Quiet returns how long the company has been silent.
func (t *Tally) Quiet() Quiet {
	q := Quiet{Contacts: len(t.Lapses), Chance: 1}
	if q.Contacts == 0 {
		return q
	}
	for _, l := range t.Lapses {
		if q.Since.IsZero() || l.Since.Before(q.Since) {
			q.Since = l.Since
		}
	}
	q.Since = calendar.Later(q.Since, t.LastAnswer)
	if t.LastAnswer.IsZero() {
		return q
	}
	_, valid := t.Reach()
	before := float64(valid - q.Contacts)
	silent := float64(t.Outcomes[Unanswered] - q.Contacts)
	q.Chance = math.Pow((silent+1)/(before+2), float64(q.Contacts))
	return q
}

// addTo counts by more of key, and forgets a count that has come to nothing.
func addTo[K comparable](counts map[K]int, key K, by int) {
	counts[key] += by
	if counts[key] == 0 {
		delete(counts, key)
	}
}

// Follow takes a contact's whole story into the tally, with the same result as
// if [Tally.Take] had followed it event by event, and returns the contact. It
// folds only where that makes a difference: an acknowledgement and the last
// answer are observed as they were first known, which nothing but what was
// heard, a person's amendment or another attempt can change, or what a person takes back, or, once something
// was heard, what shows whether the opener left. All else adds up.
func (t *Tally) Follow(id string, story []Event, fold func(string, []Event) Contact) Contact {
	var before Contact
	from, heard := 0, false
	for i, e := range story {
		heard = heard || e.Kind == Heard
		telling := e.Kind == Heard || e.Kind == Amended || e.Kind == Retracted || e.Kind == Planned && i > 0 || heard && e.Kind.settles()
		if !telling && i < len(story)-1 {
			continue
		}
		after := fold(id, story[:i+1])
		t.Take(before, after, story[from:i+1])
		before, from = after, i+1
	}
	return before
}

// settles reports whether an event of this kind may show that an opener left or
// stayed, or change what may show it.
func (k EventKind) settles() bool {
	return slices.Contains(append(Failures(), Sent, Copied, Prompted, Broken), k)
}
