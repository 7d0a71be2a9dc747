package simulation_test

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
)

// slack is how near to a deadline an answer counts as either.
const slack = 2 * time.Minute

// split returns the contact of an attempt and its number.
func split(attempt string) (contact string, number int) {
	at := strings.LastIndexByte(attempt, '.')
	number, _ = strconv.Atoi(attempt[at+1:])
	return attempt[:at], number
}

// An opened is one opener that left.
type opened struct {
	channel, attempt, reach string
	at                      time.Time
	first                   letter // the first answer to it; zero: none came
}

// left returns all openers that left, in order, by contact.
func (w *world) left() map[string][]opened {
	all := map[string][]opened{}
	for name, l := range w.lines {
		for _, o := range l.Openings() {
			if !o.Left {
				continue
			}
			contact, _ := split(o.Opening.Attempt)
			one := opened{name, o.Opening.Attempt, o.Opening.Reach, o.At, letter{}}
			for _, came := range l.came {
				if came.attempt == one.attempt && came.kind == answers {
					one.first = came
				}
			}
			all[contact] = append(all[contact], one)
		}
	}
	return all
}

// check compares what the ledger says with what is known without it.
func (w *world) check() {
	ctx := context.Background()
	if err := w.ledger.Verify(ctx); err != nil {
		w.fault("the ledger does not hold: %v", err)
	}
	left := w.left()
	w.checkTwice(left)
	w.checkRules(left)
	err := w.ledger.View(ctx, func(tx probes.Tx) error {
		all, err := tx.Find(ctx, probes.Query{})
		if err != nil {
			return err
		}
		w.checkCells(all)
		asked := map[string]bool{}
		for _, c := range all {
			_, story, err := tx.Story(ctx, c.ID)
			if err != nil {
				return err
			}
			asked[c.ID] = true
			w.checkContact(c, left[c.ID])
			w.checkStory(c, story, left[c.ID])
		}
		for id := range left {
			if !asked[id] {
				w.fault("%s left, and the ledger does not know it", id)
			}
		}
		return w.checkArrivals(ctx, tx, all)
	})
	if err != nil {
		w.fault("look: %v", err)
	}
}

// checkTwice finds attempts whose opener left twice.
func (w *world) checkTwice(left map[string][]opened) {
	for _, of := range left {
		seen := map[string]bool{}
		for _, o := range of {
			if seen[o.attempt] {
				w.fault("%s was asked twice", o.attempt)
			}
			seen[o.attempt] = true
		}
	}
}

// checkRules finds openers outside their hours, and days on which a company was asked
// more often than it may be.
func (w *world) checkRules(left map[string][]opened) {
	zone := w.edition.Rules.Calendar.Zone
	days := map[string]int{}
	for _, of := range left {
		for _, o := range of {
			at := o.at.In(zone)
			minutes := at.Hour()*60 + at.Minute()
			if !working(at) || minutes < 9*60 || minutes > 15*60 {
				w.fault("%s left at %v", o.attempt, at)
			}
			firm := o.reach[strings.LastIndex(o.reach, "firm"):][:len("firm0")]
			day := firm + " " + at.Format(time.DateOnly)
			if days[day]++; days[day] == w.edition.Limits.PerCompanyPerDay+1 {
				w.fault("asked more than once: %s, with %s", day, o.attempt)
			}
		}
	}
}

// inTime reports whether a person answered one of a contact's openers in time, and how
// sure that is; and how long the customer waited, if one opener alone left.
func (w *world) inTime(of []opened) (in, sure bool, wait time.Duration) {
	sure = true
	for _, o := range of {
		by := deadline(w.edition.Rules.Calendar.Zone, o.channel, o.at)
		if o.first.at.IsZero() {
			continue
		}
		if o.first.at.Sub(by).Abs() < slack && o.channel == mailName {
			sure = false
		}
		if !o.first.at.After(by) {
			in, wait = true, o.first.at.Sub(o.at)
		}
	}
	if len(of) != 1 {
		wait = 0 // the promise of one that was refused is added, and what was waited at each
	}
	return in, sure, wait
}

// checkContact compares what a contact has come to with what was answered.
func (w *world) checkContact(c probes.Contact, of []opened) {
	if said, amended := w.amended[c.ID]; amended {
		if said != "" && c.Outcome != said {
			w.fault("%s is %s, and a person said %s", c.ID, c.Outcome, said)
		}
		return
	}
	w.reached("outcome " + string(c.Outcome))
	if c.Outcome == probes.Pending {
		w.fault("%s is never decided: %s", c.ID, c.Current().State)
	}
	if c.Plan.Replaces != "" {
		w.reached("a contact replaces another")
	}
	if c.Plan.Channel == phoneName {
		w.checkCall(c)
		return
	}
	if len(of) > 1 {
		w.reached("a second attempt leaves")
	}
	in, sure, wait := w.inTime(of)
	switch {
	case !sure:
	case in && c.Outcome != probes.Answered:
		w.fault("%s was answered in time, and is %s (%s)", c.ID, c.Outcome, c.Reason)
	case !in && c.Outcome == probes.Answered:
		w.fault("%s was not answered in time, and is answered", c.ID)
	case in && wait > 0 && len(c.Attempts) == 1 && (c.Wait-wait).Abs() > 2*time.Second+c.Precision:
		w.fault("%s waited %v, and %v is written down", c.ID, wait, c.Wait)
	case len(of) == 0 && c.Outcome.Valid() && c.Fault == "":
		w.fault("%s is %s, and nothing left", c.ID, c.Outcome)
	}
}

// checkCall compares a call with what the shopper did.
func (w *world) checkCall(c probes.Contact) {
	did := w.calls[c.ID+".1"]
	switch {
	case did.person && c.Outcome != probes.Answered:
		w.fault("%s: the shopper reached a person, and it is %s", c.ID, c.Outcome)
	case did.person && (c.Wait-did.wait).Abs() > 2*time.Second+c.Precision:
		w.fault("%s: the shopper waited %v, and %v is written down", c.ID, did.wait, c.Wait)
	}
}

// checkStory looks at how a contact went: each event of an arrival and of an intent once,
// nothing ruled silent before its time or against an answer, nothing before its slot.
func (w *world) checkStory(c probes.Contact, story []probes.Event, of []opened) {
	heard, sent := map[string]bool{}, map[int]int{}
	in, sure, _ := w.inTime(of)
	for _, e := range story {
		switch e.Kind {
		case probes.Heard:
			var said probes.Classification
			if err := json.Unmarshal(e.Data, &said); err != nil {
				w.fault("%s: %v", c.ID, err)
			}
			if said.Arrival != "" && heard[said.Arrival] {
				w.fault("%s heard %s twice", c.ID, said.Arrival)
			}
			heard[said.Arrival] = true
		case probes.Sent, probes.Copied:
			if sent[e.Attempt]++; sent[e.Attempt] > 2 {
				w.fault("%s: attempt %d is said to have left %d times", c.ID, e.Attempt, sent[e.Attempt])
			}
		case probes.Unsure:
			w.reached("an opener is unsure")
		case probes.Unsent:
			w.reached("an unsure opener did not leave")
		case probes.Broken:
			w.reached("listening was lost")
		case probes.Ruled:
			w.checkRuling(c, e, in && sure)
		}
	}
	for _, o := range of {
		if _, n := split(o.attempt); n == 1 && o.at.Before(c.Plan.Slot.Add(-2*time.Second)) {
			w.fault("%s left at %v, before its slot at %v", o.attempt, o.at, c.Plan.Slot)
		}
	}
}

// checkRuling finds a ruling that no answer in time could have had.
func (w *world) checkRuling(c probes.Contact, e probes.Event, answered bool) {
	var r probes.Ruling
	if err := json.Unmarshal(e.Data, &r); err != nil {
		w.fault("%s: %v", c.ID, err)
	}
	_, amended := w.amended[c.ID]
	if answered && !amended && (r.Outcome == probes.Unanswered || r.Outcome == probes.Late || r.Outcome == probes.Deflected) {
		w.fault("%s was answered in time, and was once ruled %s", c.ID, r.Outcome)
	}
}

// checkArrivals finds letters that the ledger does not have, or has other than once, and
// answers that no contact heard.
func (w *world) checkArrivals(ctx context.Context, tx probes.Tx, all []probes.Contact) error {
	kept := map[string]int{}
	heard := map[string]int{}
	found, err := tx.Arrivals(ctx, probes.ArrivalQuery{})
	if err != nil {
		return err
	}
	for _, a := range found {
		kept[a.Channel+a.Arrival.Key]++
	}
	for _, c := range all {
		for _, a := range c.Attempts {
			for _, r := range a.Readings {
				heard[c.Plan.Channel+r.Arrival]++
			}
		}
	}
	for name, l := range w.lines {
		for key, came := range l.came {
			if kept[name+key] != 1 {
				w.fault("a letter of kind %s to %s was kept %d times", came.kind, came.attempt, kept[name+key])
			}
			if came.kind != unrelated && heard[name+key] != 1 {
				w.fault("a letter of kind %s to %s was heard by %d contacts", came.kind, came.attempt, heard[name+key])
			}
			w.reached("a letter comes: " + string(came.kind))
		}
	}
	return nil
}

// checkCells finds rounds that were put to some of the companies of the class alone.
func (w *world) checkCells(all []probes.Contact) {
	companies := map[string]map[string]bool{}
	for _, c := range all {
		if c.Plan.Replaces != "" || c.Plan.Company > "firm3" {
			continue // another round has it, or it joined in the middle
		}
		round := c.Plan.Probe + " " + c.Plan.Round.Format(time.DateOnly)
		if companies[round] == nil {
			companies[round] = map[string]bool{}
		}
		companies[round][c.Plan.Company] = true
	}
	for round, of := range companies {
		if len(of) != 4 {
			w.fault("round %s was put to %d companies of 4", round, len(of))
		}
	}
	if len(companies) < 3 {
		w.fault("%d rounds in three weeks", len(companies))
	}
}
