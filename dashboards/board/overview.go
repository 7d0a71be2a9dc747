package board

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
)

// shown is how many of a company's latest contacts the overview draws.
const shown = 20

// An overview is the first page.
type overview struct {
	Edition string
	Now     time.Time
	Counts  []count
	Classes []class
	Version int64
}

// A count is how many contacts have an outcome.
type count struct {
	Outcome probes.Outcome
	N       int
}

type class struct {
	Name      string
	Companies []company
}

// A company is one row: on one channel.
type company struct {
	ID              string
	Name, Channel   string
	Answered, Valid int
	Reach           float64
	Median          time.Duration // below 0: there is none
	Never           bool          // more than half never answered
	Pending         int
	Bars            []bar
}

// A bar is one contact: as high as the customer waited, of the promised time.
type bar struct {
	ID      string
	Outcome probes.Outcome
	Height  int // of 100
	X       int
	Title   string
}

// Top is where the bar begins, from above.
func (b bar) Top() int { return 100 - b.Height }

// A held is what a page is made of. One that stays open keeps it, and reads it
// anew when the ledger has moved on.
type held struct {
	read   bool
	totals probes.Totals
	recent []probes.Contact // latest slot first
}

// overview reads the first page from the ledger.
func (b *Board) overview(ctx context.Context) (overview, error) {
	var h held
	if err := b.refresh(ctx, &h); err != nil {
		return overview{}, err
	}
	return b.arrange(h, b.now()), nil
}

// refresh brings h up to date. While nothing is written that costs little.
func (b *Board) refresh(ctx context.Context, h *held) error {
	return b.Ledger.View(ctx, func(tx probes.Tx) error {
		totals, err := tx.Totals(ctx, h.totals.Version)
		if err != nil || h.read && totals.Version == h.totals.Version {
			return err
		}
		if h.read { // then these are only those that have changed
			if totals, err = tx.Totals(ctx, 0); err != nil {
				return err
			}
		}
		fresh := held{read: true, totals: totals}
		fresh.recent, err = tx.Find(ctx, probes.Query{
			Edition: b.Edition.Name, DueBefore: b.now(), Newest: true, Limit: shown * max(b.places(), 1),
		})
		if err == nil {
			*h = fresh
		}
		return err
	})
}

// places counts the rows of the page.
func (b *Board) places() int {
	n := 0
	for _, co := range b.Edition.Companies {
		n += len(co.Reach)
	}
	return n
}

// A place is where a row belongs.
type place struct{ class, company, channel string }

// arrange makes the page of what the ledger holds.
func (b *Board) arrange(h held, now time.Time) overview {
	tallies := map[place]probes.Tally{}
	for _, t := range h.totals.Tallies {
		if t.Edition == b.Edition.Name {
			tallies[place{t.Class, t.Company, t.Channel}] = t
		}
	}
	byPlace := map[place][]probes.Contact{}
	for _, c := range h.recent {
		key := place{c.Plan.Class, c.Plan.Company, c.Plan.Channel}
		byPlace[key] = append(byPlace[key], c)
	}
	page := overview{Edition: b.Edition.Name, Now: now, Version: h.totals.Version}
	sums := map[probes.Outcome]int{}
	rows := map[string][]company{}
	for _, co := range b.Edition.Companies {
		for channel := range co.Reach {
			key := place{co.Class, co.ID, channel}
			t := tallies[key]
			for outcome, n := range t.Outcomes {
				sums[outcome] += n
			}
			rows[co.Class] = append(rows[co.Class], row(co, channel, t, now).with(byPlace[key], now))
		}
	}
	for _, o := range probes.Outcomes() {
		page.Counts = append(page.Counts, count{o, sums[o]})
	}
	for name, companies := range rows {
		slices.SortFunc(companies, func(a, b company) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Channel, b.Channel))
		})
		page.Classes = append(page.Classes, class{name, companies})
	}
	slices.SortFunc(page.Classes, func(a, b class) int { return cmp.Compare(a.Name, b.Name) })
	return page
}

// row returns a company's figures.
func row(co probes.Company, channel string, t probes.Tally, now time.Time) company {
	r := company{ID: co.ID, Name: co.Name, Channel: channel, Pending: t.Outcomes[probes.Pending], Median: -1}
	r.Answered, r.Valid = t.Reach()
	if r.Valid > 0 {
		r.Reach = float64(r.Answered) / float64(r.Valid)
	}
	switch median := t.MedianWait(now); {
	case math.IsInf(median, 1):
		r.Never = true
	case !math.IsNaN(median):
		r.Median = time.Duration(median * float64(time.Second))
	}
	return r
}

// with draws the company's latest contacts, newest to the right.
func (co company) with(recent []probes.Contact, now time.Time) company {
	slices.SortFunc(recent, probes.ByRecency)
	recent = slices.DeleteFunc(recent, func(c probes.Contact) bool { return c.Current().Intended.IsZero() && c.Live() })
	recent = recent[:min(len(recent), shown)]
	for i, c := range recent {
		co.Bars = append(co.Bars, draw(c, now, (shown-1-i)*12))
	}
	return co
}

// draw makes a bar of a contact.
func draw(c probes.Contact, now time.Time, x int) bar {
	a := c.Current()
	waited, promised := time.Duration(0), a.Deadline.Sub(a.Sent)
	switch {
	case a.Sent.IsZero():
	case c.Outcome == probes.Answered:
		waited = c.Wait
	case c.Live():
		waited = min(now.Sub(a.Sent), promised)
	default:
		waited = promised
	}
	b := bar{ID: c.ID, Outcome: c.Outcome, X: x, Height: 100}
	if promised > 0 {
		b.Height = min(max(int(100*waited/promised), 6), 100)
	}
	b.Title = string(c.Outcome)
	if !a.Sent.IsZero() {
		b.Title += " · asked " + a.Sent.Local().Format("15:04:05")
	}
	if !c.Answer.IsZero() {
		b.Title += " · waited " + wait(c.Wait)
	}
	return b
}
