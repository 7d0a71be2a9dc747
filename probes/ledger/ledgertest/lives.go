package ledgertest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
)

// Monday is when the made-up contacts begin.
var Monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // never changes

// Event makes an event with its payload.
func Event(kind probes.EventKind, attempt int, at time.Time, payload any) probes.Event {
	data, err := json.Marshal(payload)
	if err != nil {
		panic(err) // the payloads are structs that always encode
	}
	return probes.Event{Kind: kind, Attempt: attempt, At: at, Data: data}
}

// Plan returns the plan of the nth contact: to one of 24 companies in four
// classes, over mail or chat, one a minute. The
// promise is a working day of every third, and an hour of the others.
func Plan(n int) probes.Plan {
	slot := Monday.Add(time.Duration(n) * time.Minute)
	return probes.Plan{
		Edition: "2026", Company: fmt.Sprintf("company-%02d", n%24), Class: fmt.Sprintf("class-%d", n%4),
		Channel: []string{"mail", "chat"}[n%2], Probe: fmt.Sprintf("probe-%d", n%3),
		Round: Monday, Slot: slot, Scenario: "delivery", Persona: "kari", Within: []string{"1 working day", "1h", "1h"}[n%3],
	}
}

// ID returns the id of the nth contact. Ids sort by number.
func ID(n int) string { return fmt.Sprintf("contact-%06d", n) }

// A Happening is what happens to one contact at one instant.
type Happening struct {
	Contact string
	Events  []probes.Event
}

// Lives draws what happens to contacts 0 to n-1 from r: deferred, lost,
// refused, unsure, answered in time and late, bounced, amended. What happens to
// one contact is in order; Shuffle mixes the contacts.
func Lives(r *rand.Rand, n int) []Happening {
	var all []Happening
	for i := range n {
		l := life{r: r, id: ID(i), now: Plan(i).Slot}
		l.happens(Event(probes.Planned, 1, l.now, Plan(i)))
		l.attempt(1)
		if r.IntN(4) == 0 {
			again := Plan(i)
			again.Slot = l.now.Add(24 * time.Hour)
			l.now = again.Slot
			l.happens(Event(probes.Planned, 2, l.now, again))
			l.attempt(2)
		}
		if r.IntN(8) == 0 {
			l.happens(Event(probes.Amended, 0, l.now, probes.Amendment{
				Outcome: probes.Void, Reason: "wrong address", By: "kari",
			}))
		}
		all = append(all, l.story...)
	}
	return all
}

// Shuffle mixes what happens to different contacts, and keeps each one's order.
func Shuffle(r *rand.Rand, all []Happening) []Happening {
	lives := map[string][]Happening{}
	var turns []string
	for _, h := range all {
		lives[h.Contact] = append(lives[h.Contact], h)
		turns = append(turns, h.Contact)
	}
	r.Shuffle(len(turns), func(i, j int) { turns[i], turns[j] = turns[j], turns[i] })
	mixed := make([]Happening, 0, len(all))
	for _, id := range turns {
		mixed = append(mixed, lives[id][0])
		lives[id] = lives[id][1:]
	}
	return mixed
}

// Append appends what happens to a contact, keeps what was said and heard and, as
// the engine does, appends the ruling if that decides it.
func Append(ctx context.Context, tx probes.Tx, h Happening) error {
	c, err := tx.Append(ctx, h.Contact, h.Events...)
	for _, e := range h.Events {
		if err == nil {
			err = keep(ctx, tx, c, e)
		}
	}
	if err != nil || c.Outcome == probes.Pending || c.Outcome == c.Ruled {
		return err
	}
	_, err = tx.Append(ctx, h.Contact, Event(probes.Ruled, c.Current().Number, Monday,
		c.Ruling()))
	return err
}

// keep keeps the words of an intent, and the arrival of what was heard.
func keep(ctx context.Context, tx probes.Tx, c probes.Contact, e probes.Event) error {
	switch e.Kind {
	case probes.Intended:
		var i probes.Intent
		if err := json.Unmarshal(e.Data, &i); err != nil {
			return err
		}
		_, err := tx.Keep(ctx, words(i.Token))
		return err
	case probes.Heard:
		var j probes.Classification
		if err := json.Unmarshal(e.Data, &j); err != nil {
			return err
		}
		_, err := tx.Hear(ctx, probes.StoredArrival{
			Channel: c.Plan.Channel, Source: "INBOX", Kind: j.Kind, Contact: c.ID, Attempt: e.Attempt,
			Company: c.Plan.Company, Centre: j.Centre, Rule: j.Rule,
			Arrival: channels.Arrival{Key: j.Arrival, Media: channels.Plain, Raw: words(j.Arrival), Times: j.Times},
		})
		return err
	}
	return nil
}

// words returns what is said under a name.
func words(name string) []byte { return []byte("what " + name + " says") }

// digest returns under what words are kept.
func digest(words []byte) string {
	sum := sha256.Sum256(words)
	return hex.EncodeToString(sum[:])
}

// A life is one contact in the making.
type life struct {
	r     *rand.Rand
	id    string
	now   time.Time
	tries int
	story []Happening
}

// happens adds what happens to the contact at one instant; then up to two seconds pass.
func (l *life) happens(events ...probes.Event) {
	l.story = append(l.story, Happening{l.id, events})
	l.now = l.now.Add(time.Duration(l.r.IntN(2000)) * time.Millisecond)
}

// attempt makes up one attempt, from its intent to what is heard after its end.
func (l *life) attempt(n int) {
	// Now and then the company's server is busy first.
	for range l.r.IntN(3) {
		l.intend(n)
		l.fails(probes.Deferred, n, probes.Failure{Reason: "421 try later", Code: 421, Fault: l.fault()})
	}
	l.intend(n)
	switch l.r.IntN(8) {
	case 0:
		l.fails(probes.Refused, n, probes.Failure{Reason: "550 no", Code: 550, Fault: l.fault()})
		return
	case 1:
		l.fails(probes.Unsure, n, probes.Failure{Reason: "connection lost"})
		l.settled(n)
	case 2:
		l.fails(probes.Dropped, n, probes.Failure{Reason: "its time is over"})
		return
	default:
		l.happens(Event(probes.Sent, n, l.now, probes.Sending{ID: "queued", Response: "250 ok"}))
	}
	// Some arrivals come before listening has covered the deadline, some after;
	// and now and then it is never covered.
	l.heard(n)
	if l.r.IntN(8) > 0 {
		l.now = l.now.Add(2 * time.Hour)
		l.happens(Event(probes.Covered, n, l.now, probes.Coverage{Until: l.now}))
	}
	l.heard(n)
}

// intend draws new names each time, as the engine does not: that an attempt
// may keep its names is a test of its own.
func (l *life) intend(n int) {
	l.tries++
	token := fmt.Sprintf("%s-%d-%d", l.id, n, l.tries)
	l.happens(Event(probes.Intended, n, l.now, probes.Intent{
		Token: token, Address: token + "@example.no", ID: "<" + token + "@example.no>", Words: digest(words(token)),
	}))
}

// fails says that the opener did not leave, or that this is not known.
func (l *life) fails(kind probes.EventKind, n int, f probes.Failure) {
	l.happens(Event(kind, n, l.now, f))
}

// settled ends not knowing whether the opener left, or goes on not knowing.
func (l *life) settled(n int) {
	switch l.r.IntN(3) {
	case 0:
		l.happens(Event(probes.Copied, n, l.now, probes.Sending{ID: "copy"}))
	case 1:
		l.fails(probes.Unsent, n, probes.Failure{Reason: "no copy"})
	}
}

// heard hears up to three arrivals, some of them of long ago.
func (l *life) heard(n int) {
	for range l.r.IntN(4) {
		kinds := reading.Kinds()
		at := l.now.Add(time.Duration(l.r.IntN(3600)) * time.Second)
		key := fmt.Sprint(l.r.Uint64())
		j := probes.Classification{
			Arrival: key, Evidence: digest(words(key)), Rule: "2", Kind: kinds[l.r.IntN(len(kinds))],
			Times: channels.Times{Arrived: at}, Centre: []string{"", "own"}[l.r.IntN(2)],
		}
		l.happens(Event(probes.Heard, n, at, j))
	}
}

// fault draws whose fault something was.
func (l *life) fault() fault.Fault {
	return fault.All()[l.r.IntN(len(fault.All()))]
}
