package planned

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/report"
)

// A Comparison is what was sent, beside a plan. Seconds are those between the two,
// either way; P50, P95 and Max are by nearest rank.
type Comparison struct {
	P50        float64           `json:"p50"`
	P95        float64           `json:"p95"`
	Max        float64           `json:"max"`
	Deviations []Deviation       `json:"deviations"` // of every opener that left, by plan
	Missing    []Missing         `json:"missing"`    // their time has passed
	Extra      []Extra           `json:"extra"`      // not planned
	Replaced   []Extra           `json:"replaced"`   // not planned either, but in the place of one that was
	Alone      int               `json:"alone"`      // openers of probes that no plan holds
	Followed   []report.Followed `json:"followed"`   // the plans that were, by time
}

// A Deviation is how far an opener left from where the plan has it.
type Deviation struct {
	Contact string    `json:"contact"`
	Planned time.Time `json:"planned"`
	Sent    time.Time `json:"sent"`
	Seconds float64   `json:"seconds"` // below 0: too early
}

// A Missing is a contact of the plan that did not leave, and whose time has
// passed.
type Missing struct {
	Contact string    `json:"contact"`
	Planned time.Time `json:"planned"`
	Because string    `json:"because"`
	// Instead is what was planned in its place; empty: nothing was.
	Instead string `json:"instead,omitempty"`
	// Forgotten is true if nothing has become of it: the ledger does not know
	// it, its day has passed and it still waits, or the edition is over and its cell
	// stayed empty by our own failure.
	Forgotten bool `json:"forgotten,omitempty"`
}

// An Extra is an opener that left and that the plan does not hold.
type Extra struct {
	Contact  string    `json:"contact"`
	Sent     time.Time `json:"sent"`
	Replaces string    `json:"replaces,omitempty"`
}

// word says in a word what a contact that did not leave is.
func (m Missing) word() string {
	if m.Forgotten {
		return "forgotten"
	}
	return "missing"
}

// because says why it did not leave, and what stands in for it.
func (m Missing) because() string {
	if m.Instead == "" {
		return m.Because
	}
	return m.Because + "; in its place: " + m.Instead
}

// Compare returns what a view of the ledger knows to have been sent, beside a
// revealed plan, at an instant.
func (d Plan) Compare(ctx context.Context, tx probes.Tx, revealed []Revealed, now time.Time) (*Comparison, error) {
	plans, err := report.PlansFollowed(ctx, tx)
	if err != nil {
		return nil, err
	}
	asked, err := tx.Find(ctx, probes.Query{Edition: d.edition.Name})
	for i := range asked {
		if err == nil {
			asked[i], _, err = probes.Told(ctx, tx, asked[i], nil)
		}
	}
	if err != nil {
		return nil, err
	}
	b := d.compare(revealed, asked, now)
	b.Followed = plans
	return b, nil
}

// compare holds contacts of the ledger against a revealed plan.
func (d Plan) compare(revealed []Revealed, asked []probes.Contact, now time.Time) *Comparison {
	b := &Comparison{Deviations: []Deviation{}, Missing: []Missing{}, Extra: []Extra{}, Replaced: []Extra{}, Followed: []report.Followed{}}
	ahead := map[string]bool{}
	for _, p := range d.season.Probes {
		_, ahead[p.Name] = d.season.Rounds(p)
	}
	known, instead := make(map[string]probes.Contact, len(asked)), map[string]string{}
	var sent []plan.Sent
	for _, c := range asked {
		known[c.ID] = c
		if c.Plan.Replaces != "" {
			instead[c.Plan.Replaces] = c.ID
		}
		switch {
		case len(c.Attempts) == 0 || c.Attempts[0].Sent.IsZero():
		case !ahead[c.Plan.Probe]:
			b.Alone++
		default:
			sent = append(sent, plan.Sent{Contact: c.ID, At: c.Attempts[0].Sent})
		}
	}
	planned := make([]plan.Contact, len(revealed))
	at := make(map[string]time.Time, len(revealed))
	for i, l := range revealed {
		planned[i] = plan.Contact{ID: l.Contact, At: l.At}
		at[l.Contact] = l.At
	}
	found := plan.Compare(planned, sent)
	b.take(found, known)
	for _, id := range found.Missing {
		if at[id].Before(now) {
			b.Missing = append(b.Missing, Missing{
				Contact: id, Planned: at[id], Because: unsent(known[id]), Instead: instead[id],
				Forgotten: d.forgotten(known[id], at[id], now) || d.emptied(known[id], instead[id], now),
			})
		}
	}
	return b
}

// take takes over what a comparison found of openers that left.
func (b *Comparison) take(d plan.Deviations, known map[string]probes.Contact) {
	b.P50, b.P95, b.Max = d.P50, d.P95, d.Max
	for _, x := range d.All {
		b.Deviations = append(b.Deviations, Deviation(x))
	}
	for _, x := range d.Extra {
		e := Extra{x.Contact, x.At, known[x.Contact].Plan.Replaces}
		if e.Replaces != "" {
			b.Replaced = append(b.Replaced, e)
		} else {
			b.Extra = append(b.Extra, e)
		}
	}
}

// forgotten reports whether nothing has become of a contact of the plan whose
// time has passed. Until its day has, it may be caught up.
func (d Plan) forgotten(c probes.Contact, planned, now time.Time) bool {
	if len(c.Attempts) == 0 {
		return true
	}
	waits := c.Live() && c.Current().State == probes.AttemptPlanned && len(c.Attempts) == 1
	return waits && d.edition.Day(planned).Before(d.edition.Day(now))
}

// emptied reports whether a contact of an edition that is over is void by our own
// failure, and nothing stands in for it: its cell of the plan stayed empty.
func (d Plan) emptied(c probes.Contact, instead string, now time.Time) bool {
	over := instead == "" && !d.edition.To.IsZero() && d.edition.To.Before(d.edition.Day(now))
	return over && c.Outcome == probes.Void && c.Current().Failure.Fault == fault.Ours
}

// forgotten counts what was neither sent nor given up.
func (b *Comparison) forgotten() (n int) {
	for _, m := range b.Missing {
		if m.Forgotten {
			n++
		}
	}
	return n
}

// unsent says what the ledger knows of an opener that did not leave in time.
func unsent(c probes.Contact) string {
	if len(c.Attempts) == 0 {
		return "the ledger does not know it"
	}
	first := c.Attempts[0]
	if first.Failure.Reason != "" {
		return fmt.Sprintf("%s: %s", first.State, first.Failure.Reason)
	}
	return string(first.State)
}

// print writes what was sent beside the plan, with the times of a zone.
func (b *Comparison) print(out io.Writer, zone *time.Location) {
	fmt.Fprintf(out, "\nsent as planned: %d, off by p50 %.3g s, p95 %.3g s, max %.3g s\n", len(b.Deviations), b.P50, b.P95, b.Max)
	fmt.Fprintf(out, "missing: %d; extra: %d; in place of others: %d\n", len(b.Missing), len(b.Extra), len(b.Replaced))
	if n := b.forgotten(); n > 0 {
		fmt.Fprintf(out, "forgotten: %d; they were neither sent nor given up and replaced\n", n)
	}
	if b.Alone > 0 {
		fmt.Fprintf(out, "%d more are of probes that tick too often to be planned ahead, and are not compared\n", b.Alone)
	}
	for _, f := range b.Followed {
		fmt.Fprintf(out, "followed from %s: the plan with digest %s\n", f.Since.In(zone).Format(Moment), f.Digest)
	}
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	if len(b.Deviations)+len(b.Missing)+len(b.Extra)+len(b.Replaced) > 0 {
		fmt.Fprintf(w, "\ncontact\tplanned (%s)\tsent\tseconds off\n", zone)
	}
	for _, x := range b.Missing {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", x.Contact, x.Planned.In(zone).Format(Moment), x.word(), x.because())
	}
	for _, x := range b.Extra {
		fmt.Fprintf(w, "%s\tnot planned\t%s\n", x.Contact, x.Sent.In(zone).Format(Moment))
	}
	for _, x := range b.Replaced {
		fmt.Fprintf(w, "%s\tin place of %s\t%s\n", x.Contact, x.Replaces, x.Sent.In(zone).Format(Moment))
	}
	for _, x := range b.Deviations {
		fmt.Fprintf(w, "%s\t%s\t%s\t%+.3f\n", x.Contact, x.Planned.In(zone).Format(Moment), x.Sent.In(zone).Format(Moment), x.Seconds)
	}
	_ = w.Flush() // out keeps its error
}
