package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fault"
)

// A Witness is a host that answered us while a company's host did not let us in.
type Witness struct {
	Name  string                // a channel of ours, or a vantage point
	Clock channels.ClockReading // what it showed; zero: nothing
}

// reachedFor is how long before a try another host may have answered to show
// that our own line was up.
const reachedFor = 2 * time.Minute

// reached is when each channel's server last answered. The zero value is ready.
type reached struct {
	mu sync.Mutex
	at map[string]time.Time
}

// note notes that a channel's server has answered.
func (r *reached) note(channel string, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at == nil {
		r.at = map[string]time.Time{}
	}
	r.at[channel] = at
}

// since returns the channels but one whose servers have answered since an
// instant, in order of their names.
func (r *reached) since(at time.Time, but string) (names []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for name, last := range r.at {
		if name != but && !last.Before(at) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// witnessed returns a refusal on opening, and which hosts answered us then. Without such
// witnesses a host that did not let us in proves nothing of the company: it may
// be our own line that is down, or something on it that answers in its place.
func (e *Engine) witnessed(ctx context.Context, channel string, no channels.Refusal, tried time.Time) (channels.Refusal, []string) {
	if no.Step != channels.StepDoor || fault.Of(no) == fault.Ours {
		return no, nil
	}
	met := e.others.since(tried.Add(-reachedFor), channel)
	if len(met) == 0 && e.Vantage != nil {
		for _, w := range e.Vantage(ctx) {
			met = append(met, w.Name)
			if !e.stepped() {
				e.offsets.Read(probes.Source{Channel: vantage, Name: w.Name}, w.Clock, false)
			}
		}
	}
	if len(met) == 0 {
		no.Sign = channels.SignBlind
	}
	return no, met
}

// vantage names the channel of vantage points, where those of clocks are named.
const vantage = "vantage"

// proven returns what became of an opener, with the names of those who answered
// us meanwhile.
func proven(result probes.Event, met []string) probes.Event {
	if len(met) == 0 || !slices.Contains(probes.Failures(), result.Kind) {
		return result
	}
	failure := probes.Payload[probes.Failure](result)
	failure.Reached = strings.Join(met, ", ")
	return probes.NewEvent(result.Kind, result.Attempt, result.At, failure)
}

// readVantage reads the clocks of vantage points while our own has stepped.
func (e *Engine) readVantage(ctx context.Context) {
	if e.Vantage == nil {
		return
	}
	for _, w := range e.Vantage(ctx) {
		if shift := e.now().Sub(e.wall()); !w.Clock.Shown.IsZero() {
			w.Clock.After, w.Clock.Before = w.Clock.After.Add(shift), w.Clock.Before.Add(shift)
			e.offsets.Read(probes.Source{Channel: vantage, Name: w.Name}, w.Clock, false)
		}
	}
}

// refusedFor reports whether an event tells of a refusal for what we are.
func refusedFor(events []probes.Event) bool {
	return slices.ContainsFunc(events, func(e probes.Event) bool {
		fault, _ := probes.FaultIn(e)
		return fault.Judges() && e.Kind != probes.Deferred
	})
}

// A turning is an attempt that was refused for what we are.
type turning struct {
	contact probes.Contact
	attempt probes.Attempt
	centres []string // that may have refused it; of a company without, the company
}

// corroborate looks whether companies of two other centres have refused us for
// what we are on the same day as a contact's company: then it is known that the
// refusals are of us. What is found out for the others is written down as well.
// It returns the contact as it is then.
func (e *Engine) corroborate(ctx context.Context, tx probes.Tx, c probes.Contact) (probes.Contact, error) {
	day, refused := e.refusedOn(c)
	if !refused {
		return c, nil
	}
	const longest = 14 * 24 * time.Hour // that a report may come after its opener's slot
	recent, err := tx.Find(ctx, probes.Query{
		Edition: c.Plan.Edition, Channel: c.Plan.Channel, DueFrom: e.now().Add(-longest), Faults: judging(),
	})
	if err != nil {
		return c, err
	}
	all := e.turnings(append(recent, c), day)
	for _, t := range all {
		others := othersThan(t, all)
		if t.attempt.Corroborated || len(others) == 0 {
			continue
		}
		by := probes.Corroboration{By: probes.ByCentres, Contacts: others}
		found := probes.NewEvent(probes.Corroborated, t.attempt.Number, e.now(), by)
		if err := e.record(ctx, tx, t.contact.ID, found); err != nil {
			return c, err
		}
	}
	c, _, err = tx.Story(ctx, c.ID)
	return c, err
}

// judging are the faults that judge us rather than the question.
func judging() []fault.Fault {
	return slices.DeleteFunc(fault.All(), func(f fault.Fault) bool { return !f.Judges() })
}

// explained looks whether we know ourselves why an attempt failed, if events say that it
// has, and returns the contact as it is then.
func (e *Engine) explained(ctx context.Context, tx probes.Tx, c probes.Contact, events []probes.Event) (_ probes.Contact, err error) {
	if refusedFor(events) {
		c, err = e.corroborate(ctx, tx, c)
	}
	if a := c.Current(); err == nil && a.Unreached() && !a.Cut {
		return e.ownLine(ctx, tx, c)
	}
	return c, err
}

// atOnce is how far from each other openers may be due whose companies were not reached
// for one and the same reason.
const atOnce = time.Hour

// ownLine looks whether most companies that were to be asked within the hour, of three
// centres at least, were not found or not reached: then it was our submission server's
// line or name server. What that says of the others is written down as well. It returns
// the contact as it is then.
func (e *Engine) ownLine(ctx context.Context, tx probes.Tx, c probes.Contact) (probes.Contact, error) {
	due := c.Current().Due
	near, err := tx.Find(ctx, probes.Query{
		Edition: c.Plan.Edition, Channel: c.Plan.Channel, DueFrom: due.Add(-atOnce), DueBefore: due.Add(atOnce),
	})
	if err != nil {
		return c, err
	}
	var lost []turning
	for _, other := range near {
		if a := other.Current(); a.Unreached() {
			lost = append(lost, turning{other, a, e.centresOf(other)})
		}
	}
	if 2*len(lost) <= len(near) { // the others were reached, or are still to be tried
		return c, nil
	}
	for _, t := range lost {
		others := othersThan(t, lost)
		if t.attempt.Cut || len(others) == 0 {
			continue
		}
		by := probes.Corroboration{By: probes.ByLine, Contacts: others}
		if err := e.record(ctx, tx, t.contact.ID, probes.NewEvent(probes.Corroborated, t.attempt.Number, e.now(), by)); err != nil {
			return c, err
		}
	}
	c, _, err = tx.Story(ctx, c.ID)
	return c, err
}

// refusedOn returns the day on which the contact was last refused for what we
// are.
func (e *Engine) refusedOn(c probes.Contact) (day calendar.Date, refused bool) {
	for _, a := range slices.Backward(c.Attempts) {
		if a.Blame().Judges() {
			return e.Edition.Day(a.TurnedAt()), true
		}
	}
	return day, false
}

// turnings returns the attempts that were refused for what we are on a day,
// one a contact.
func (e *Engine) turnings(contacts []probes.Contact, day calendar.Date) (all []turning) {
	seen := map[string]bool{}
	for _, c := range slices.Backward(contacts) {
		for _, a := range slices.Backward(c.Attempts) {
			if seen[c.ID] || !a.Blame().Judges() || e.Edition.Day(a.TurnedAt()) != day {
				continue
			}
			seen[c.ID] = true
			all = append(all, turning{c, a, e.centresOf(c)})
		}
	}
	return all
}

// centresOf names the centres that may answer for a contact's company.
func (e *Engine) centresOf(c probes.Contact) (names []string) {
	co, _ := e.Edition.Company(c.Plan.Company)
	for _, centre := range co.Centres {
		names = append(names, centre.ID)
	}
	if len(names) == 0 {
		names = append(names, "company "+c.Plan.Company)
	}
	return names
}

// othersThan returns the contacts of two or more other centres, of companies
// that share none with t's; none if there are no two.
func othersThan(t turning, all []turning) (contacts []string) {
	centres := map[string]bool{}
	for _, other := range all {
		shared := slices.ContainsFunc(other.centres, func(name string) bool { return slices.Contains(t.centres, name) })
		if shared || centres[other.centres[0]] {
			continue
		}
		centres[other.centres[0]] = true
		contacts = append(contacts, other.contact.ID)
	}
	if len(contacts) < 2 {
		return nil
	}
	slices.Sort(contacts)
	return contacts
}

// listedSince is for how long before a look a refusal is explained by a list that
// has our sender.
const listedSince = 24 * time.Hour

// lookAtLists asks the block lists of every channel that has any. Where our sender
// stands on one, that corroborates the refusals for what we are since a day.
func (e *Engine) lookAtLists(ctx context.Context) error {
	var failed []error
	for name, channel := range e.Channels {
		asker, ok := channel.(channels.Listed)
		if !ok {
			continue
		}
		lists, err := asker.Listings(ctx)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", name, err))
		}
		if len(lists) == 0 {
			continue
		}
		e.Log.Warn("our sender is on a block list", "channel", name, "lists", lists)
		if err := e.Ledger.Update(ctx, func(tx probes.Tx) error { return e.explainByList(ctx, tx, name, lists[0]) }); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// explainByList corroborates the recent refusals on a channel by a list.
func (e *Engine) explainByList(ctx context.Context, tx probes.Tx, channel, list string) error {
	const longest = 14 * 24 * time.Hour // that a report may come after its opener's slot
	now := e.now()
	recent, err := tx.Find(ctx, probes.Query{
		Edition: e.Edition.Name, Channel: channel, DueFrom: now.Add(-longest), Faults: judging(),
	})
	if err != nil {
		return err
	}
	for _, c := range recent {
		for _, a := range c.Attempts {
			if a.Corroborated || !a.Blame().Judges() || a.TurnedAt().Before(now.Add(-listedSince)) {
				continue
			}
			by := probes.Corroboration{By: probes.ByList, Check: list}
			if err := e.record(ctx, tx, c.ID, probes.NewEvent(probes.Corroborated, a.Number, now, by)); err != nil {
				return err
			}
		}
	}
	return nil
}
