package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/review"
)

type reviewCmd struct {
	Class string `help:"Only this class." placeholder:"CLASS"`
	By    string `help:"Who looks: what they have judged is left out, and what one other has judged is shown too." placeholder:"WHO"`
	Blind bool   `help:"Show no guess of the reader's."`
	Limit int    `default:"50" help:"So many at most; 0 is all."`
}

// Run prints which letters wait for a person, in the order of how much hangs on them.
func (c reviewCmd) Run(ctx context.Context, g *globals, std streams) (err error) {
	b, err := openSession(ctx, g.Config, ledger.OpenReader)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	if err := b.takesPart(c.Class); err != nil {
		return err
	}
	var all []review.Item
	err = b.View(ctx, func(tx probes.Tx) error {
		all, err = review.Queue(ctx, tx, b.edition, review.Viewer{Name: c.By, Blind: c.Blind})
		return err
	})
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(i review.Item) bool { return c.Class != "" && i.Class != c.Class })
	shown := all
	if c.Limit > 0 {
		shown = all[:min(len(all), c.Limit)]
	}
	if g.JSON {
		for _, i := range shown {
			err = errors.Join(err, json.NewEncoder(std.out).Encode(i))
		}
		return err
	}
	for i := range shown {
		shown[i].At = shown[i].At.In(b.cfg.Edition.Zone)
	}
	return buffered(std.out, func(out io.Writer) { printReview(out, shown, len(all)) })
}

// printReview tells a person which letters wait, of so many.
func printReview(out io.Writer, shown []review.Item, all int) {
	fmt.Fprintf(out, "%s\n", report.Counted(all, "letter waits for a person", "letters wait for a person"))
	if len(shown) == 0 {
		return
	}
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "why\twinner\tpoints\tcompany\tcontact\tarrival\tcame\tread as\tprobability\t")
	for _, i := range shown {
		winner, read, likely := "", "-", "-"
		if i.Winner {
			winner = "changes"
		}
		if i.Read != "" {
			read = string(i.Read)
		}
		if i.Probability > 0 {
			likely = fmt.Sprintf("%.2f", i.Probability)
		}
		fmt.Fprintf(w, "%s\t%s\t%.2f\t%s\t%s\t%s\t%s\t%s\t%s\t\n",
			i.Why, winner, 100*i.Points, i.Company, i.Contact, i.Arrival, i.At.Format(time.RFC3339), read, likely)
	}
	_ = w.Flush() // out keeps its error
}

// reviewAgain is how long what was found to wait for a person holds: to find it,
// the whole edition is read.
const reviewAgain = time.Minute

// A waitingList keeps the letters that wait for a person. They are found beside what is
// asked, so that a page does not wait for them. The zero value is ready.
type waitingList struct {
	items atomic.Pointer[[]review.Item]
	asked atomic.Bool // since they were last found
}

// waiting returns the letters that wait for a person, as they were when they were last
// found; none before that.
func (p *program) waiting(context.Context) ([]review.Item, error) {
	p.toJudge.asked.Store(true)
	if items := p.toJudge.items.Load(); items != nil {
		return *items, nil
	}
	return nil, nil
}

// findWaiting finds the letters that wait for a person, at first and then as often as
// reviewAgain says, while somebody asks and the ledger changes, until ctx ends.
func (p *program) findWaiting(ctx context.Context) {
	var seen probes.Snapshot
	ticker := time.NewTicker(reviewAgain)
	defer ticker.Stop()
	for {
		if p.toJudge.items.Load() == nil || p.toJudge.asked.Swap(false) {
			if err := p.findOnce(ctx, &seen); err != nil && ctx.Err() == nil {
				p.log.Warn("what waits for a person was not put in order", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// findOnce finds the letters, unless the ledger is as it was seen before.
func (p *program) findOnce(ctx context.Context, seen *probes.Snapshot) error {
	return p.ledger.View(ctx, func(tx probes.Tx) error {
		now, err := tx.Snapshot(ctx)
		if err != nil || now == *seen {
			return err
		}
		items, err := review.Queue(ctx, tx, p.edition, review.Viewer{All: true})
		if err == nil {
			p.toJudge.items.Store(&items)
			*seen = now
		}
		return err
	})
}
