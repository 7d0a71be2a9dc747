package board

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
)

// A trouble is what of one company on one channel a person has to look at, besides
// letters.
type trouble struct {
	unsettled []probes.Contact // all its contacts, if something of them is to be looked at
	copies    int              // openers past their deadline of which our own copy is missing
	since     time.Time        // the deadline of the first of them
	shut      int              // the latest contacts in a row that found the door closed
	last      string           // the id of the latest of those
}

// troubleOf returns what is to be looked at of a place, by its tally and its latest
// contacts, the latest first.
func (b *Board) troubleOf(ctx context.Context, tx probes.Tx, t probes.Tally, recent []probes.Contact) (at trouble, err error) {
	if t.Addresses+t.Provisional > 0 {
		at.unsettled, err = tx.Find(ctx, probes.Query{Edition: b.Edition.Name, Company: t.Company, Channel: t.Channel})
	}
	for _, c := range recent {
		if c.Outcome == probes.Pending && c.Held == probes.HoldCopy {
			at.copies++
			at.since = c.Deadline
		}
	}
	for _, c := range recent {
		if c.Live() && c.Current().Intended.IsZero() {
			continue // it has not been tried
		}
		if c.Current().Failure.Step != channels.StepDoor || c.Outcome == probes.Answered {
			break
		}
		if at.shut++; at.shut == 1 {
			at.last = c.ID
		}
	}
	return at, err
}

// A task is one thing that a person is to look at, besides letters.
type task struct {
	Contact string // where it shows; empty: it is of a whole channel, or of the program
	Company string
	Channel string
	At      time.Time
	fault   fault.Fault // of an opener that was refused
	copies  int         // that are missing on the channel
	shut    int         // contacts in a row that found the door closed
	step    string      // of the flow at which the way through a page has changed
	What    string      // in the reader's language
}

// fewestShut is how many contacts in a row have to find a door closed before a person
// is asked to look: once may be a bad day.
const fewestShut = 2

// tasksIn returns the tasks of a snapshot, and what the program itself has to say:
// those of contacts first, the earliest before the later.
func (b *Board) tasksIn(s snapshot) (all []task) {
	copies := map[string]task{}
	var unsettled []probes.Contact
	for at, r := range s.records {
		unsettled = append(unsettled, r.trouble.unsettled...)
		if r.trouble.shut >= fewestShut {
			all = append(all, task{Contact: r.trouble.last, Company: at.company, Channel: at.channel, shut: r.trouble.shut})
		}
		if n := r.trouble.copies; n > 0 {
			of := copies[at.channel]
			of.Channel, of.copies = at.channel, of.copies+n
			if of.At.IsZero() || r.trouble.since.Before(of.At) {
				of.At = r.trouble.since
			}
			copies[at.channel] = of
		}
	}
	all = append(all, b.lostWays(s)...)
	for _, c := range probes.Tasks(unsettled) {
		all = append(all, task{Contact: c.ID, Company: c.Plan.Company, Channel: c.Plan.Channel, At: c.Plan.Slot, fault: c.Fault})
	}
	for _, of := range copies {
		all = append(all, of)
	}
	slices.SortFunc(all, func(x, y task) int {
		return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Contact, y.Contact), cmp.Compare(x.Channel, y.Channel))
	})
	if b.Stale != nil && b.Stale() {
		all = append(all, task{})
	}
	return all
}

// lostWays returns the ways through pages that a look at night has found changed.
func (b *Board) lostWays(s snapshot) (all []task) {
	for _, f := range probes.BrokenFlows(s.totals.Checkpoints[probes.FlowChecks]) {
		co, known := b.Edition.Company(f.Company)
		at := s.records[place{f.Company, f.Channel}]
		if known && co.ReachedOn(f.Channel) && f.Breaks(at.tally.LastOpened) {
			all = append(all, task{Company: f.Company, Channel: f.Channel, At: f.At, step: f.Broken})
		}
	}
	return all
}

// tasksOf returns the tasks in the language of a visit.
func (b *Board) tasksOf(v *visit, s snapshot) []task {
	all := b.tasksIn(s)
	for i, t := range all {
		all[i].What = v.task(t)
	}
	return all
}

// task says what a person is to look at.
func (v *visit) task(t task) string {
	switch {
	case t.copies > 0:
		return v.T("%d of our own copies are missing: their verdicts wait. Is the mailbox read, and is the copy put aside somewhere?", t.copies)
	case t.shut > 0:
		return v.T("the door was closed %d times in a row: is it the company's, or is our flow, address or token out of date?", t.shut)
	case t.step != "":
		return v.T("the way through the page has changed, as a look at night found, and no opener would leave. The flow stops at: %s", t.step)
	case t.fault == "":
		return v.T("The configuration was changed to one that cannot be used, or that differs from the ledger and has to be accepted: the log says in what. The one before is in force.")
	case t.fault == fault.Address:
		return v.T("the address does not exist: wrong by our doing, or closed by the company?")
	case t.fault == fault.Policy:
		return v.T("refused for spam, reputation or authentication, and nothing that we know ourselves corroborates it")
	}
	return v.T("refused, and it is not said why")
}

// unsettled returns the contacts of each company and channel of which a person has
// to look at something.
func (s snapshot) unsettled() (all []probes.Contact) {
	for _, r := range s.records {
		all = append(all, r.trouble.unsettled...)
	}
	return all
}
