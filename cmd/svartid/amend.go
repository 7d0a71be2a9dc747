package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/field"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/report"
)

type amendCmd struct {
	Contact string `arg:"" help:"The contact's id, as on the board."`
	As      string `xor:"what" help:"What the contact is: answered, deflected, unanswered, late, pending, broken_off, void or contested." placeholder:"OUTCOME"`
	Void    bool   `xor:"what" help:"The same as --as void."`
	Arrival string `help:"The key of an arrival, as explain prints it: the correction is of what that is, or whose." placeholder:"KEY"`
	Reads   string `xor:"what" help:"With --arrival: what it is, such as answer or bot." placeholder:"KIND"`
	At      string `help:"With --as answered or late: when the answer came that no channel has heard, such as 2027-03-01T12:00:00+01:00." placeholder:"TIME"`
	Reason  string `required:"" help:"Why." placeholder:"TEXT"`
	By      string `required:"" help:"Who says so." placeholder:"WHO"`
}

// Run appends a correction, also while the edition runs.
func (a amendCmd) Run(ctx context.Context, g *globals, std streams) (err error) {
	if a.Void {
		a.As = string(probes.Void)
	}
	if err := a.check(); err != nil {
		return misuse{err}
	}
	b, err := openSession(ctx, g.Config, ledger.OpenBeside)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	answered, err := b.instant("--at", a.At)
	if err != nil {
		return err
	}
	var after amended
	err = b.Update(ctx, func(tx probes.Tx) error {
		if _, err = a.amend(ctx, tx, b.edition, answered); err != nil {
			return err
		}
		after, err = counted(ctx, tx, b.edition, a.Contact)
		return err
	})
	switch {
	case errors.Is(err, probes.ErrAmendment):
		return misuse{err}
	case err != nil:
		return err
	case g.JSON:
		return json.NewEncoder(std.out).Encode(after)
	}
	if after.Waiting {
		_, err = fmt.Fprintf(std.out, "contact %s counts as %s still: that it is %s would change the winner of %s, and does not count yet\n%s\n",
			after.ID, after.Outcome, after.said, after.Plan.Class, report.SecondPerson(after.Lone))
		return err
	}
	_, err = fmt.Fprintf(std.out, "contact %s is %s now\n", after.ID, after.Outcome)
	return err
}

// counted returns a contact that was just amended, as it counts.
func counted(ctx context.Context, tx probes.Tx, ed *edition.Edition, id string) (a amended, err error) {
	c, history, err := tx.Story(ctx, id)
	if err != nil {
		return a, err
	}
	var told []probes.Event
	if a.Contact, told, err = probes.Told(ctx, tx, c, history); err != nil {
		return a, err
	}
	if a.Waiting, err = report.Waits(ctx, tx, ed, a.Contact); a.Waiting {
		without, _ := probes.WithoutLone(told)
		a.said, a.Lone = a.Outcome, probes.LoneBy(told)
		a.Contact = probes.Rules(ed.Rules).Fold(id, without)
	}
	return a, err
}

// An amended is a contact as it counts after an amendment.
type amended struct {
	probes.Contact
	// Waiting is true where the amendment would change the winner, so that it does not
	// count before a second person has said the same. Lone is who has said it.
	Waiting bool     `json:"waiting,omitempty"`
	Lone    []string `json:"waiting_for_another_than,omitempty"`

	said probes.Outcome // with it
}

type pauseCmd struct {
	Company string `xor:"whom" required:"" help:"Whom not to ask, by id." placeholder:"ID"`
	All     bool   `xor:"whom" required:"" help:"Every company."`
	Until   string `required:"" help:"The last day, as 2027-03-24." placeholder:"DATE"`
	Channel string `help:"Over this channel alone." placeholder:"NAME"`
	Reason  string `required:"" help:"Why." placeholder:"TEXT"`
	By      string `required:"" help:"Who says so." placeholder:"WHO"`
}

// Run pauses from today on, also while the edition runs.
func (p pauseCmd) Run(ctx context.Context, g *globals, std streams) error {
	to, err := calendar.ParseDate(p.Until)
	if err != nil {
		return misuse{fmt.Errorf("--until: %w", err)}
	}
	return decide(ctx, g, std, participation.Act{
		Kind: participation.Paused, Company: p.Company, To: to, Channel: p.Channel, Reason: p.Reason, By: p.By,
	})
}

type resumeCmd struct {
	Company string `xor:"whom" required:"" help:"Whom to ask again, by id." placeholder:"ID"`
	All     bool   `xor:"whom" required:"" help:"Every company that is paused."`
	Reason  string `required:"" help:"Why." placeholder:"TEXT"`
	By      string `required:"" help:"Who says so." placeholder:"WHO"`
}

// Run ends the pauses that are in force today, also while the edition runs.
func (r resumeCmd) Run(ctx context.Context, g *globals, std streams) error {
	return decide(ctx, g, std, participation.Act{Kind: participation.Resumed, Company: r.Company, Reason: r.Reason, By: r.By})
}

type correctCmd struct {
	Company string `required:"" help:"Whose entry, by id." placeholder:"ID"`
	Entry   string `required:"" enum:"class,hours,calendar" help:"What was wrong at the start, and is right in the configuration now: ${enum}." placeholder:"WHAT"`
	Reason  string `required:"" help:"Why." placeholder:"TEXT"`
	By      string `required:"" help:"Who says so." placeholder:"WHO"`
}

// Run has an entry count as it is configured now, from the start on.
func (c correctCmd) Run(ctx context.Context, g *globals, std streams) error {
	return decide(ctx, g, std, participation.Act{
		Kind: participation.Corrected, Company: c.Company, Entry: c.Entry, Reason: c.Reason, By: c.By,
	})
}

// correctable says why an act that corrects an entry cannot be taken.
func correctable(ctx context.Context, tx probes.Tx, ed *edition.Edition, act participation.Act) error {
	if act.Kind != participation.Corrected {
		return nil
	}
	roll, err := field.Open(ctx, tx, ed)
	if err != nil {
		return err
	}
	return roll.Correctable(act.Company, act.Entry)
}

// decide records who is asked, and says how that stands now.
func decide(ctx context.Context, g *globals, std streams, act participation.Act) (err error) {
	b, err := openSession(ctx, g.Config, ledger.OpenBeside)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	act.At = time.Now()
	var acts []participation.Act
	err = b.Update(ctx, func(tx probes.Tx) error {
		if err := correctable(ctx, tx, b.edition, act); err != nil {
			return err
		}
		if err := participation.Record(ctx, tx, b.cfg.Probing(), act); err != nil {
			return err
		}
		acts, err = participation.History(ctx, tx, b.edition.Name)
		return err
	})
	switch {
	case errors.Is(err, participation.ErrAct):
		return misuse{err}
	case err != nil:
		return err
	}
	last := acts[len(acts)-1]
	if g.JSON {
		return json.NewEncoder(std.out).Encode(map[string]string{
			"kind": string(last.Kind), "company": last.Company, "from": last.From.String(), "to": last.To.String(),
			"channel": last.Channel, "reason": last.Reason, "by": last.By,
		})
	}
	if last.Kind == participation.Corrected && !last.Confirms {
		_, err = fmt.Fprintf(std.out, "%s: that its %s is %s all along is written down, and counts once another person has said the same\n",
			last.Company, last.Entry, cmp.Or(last.Value, "that of the season"))
		return err
	}
	until := ""
	if !last.To.IsZero() {
		until = " to " + last.To.String()
	}
	_, err = fmt.Fprintf(std.out, "%s from %s%s: %s\n", cmp.Or(last.Company, "every company"), last.From, until, last.Kind)
	return err
}

// check reports flags that do not go together.
func (a amendCmd) check() error {
	if (a.Arrival == "") != (a.Reads == "") || a.As == "" && a.Reads == "" {
		return errors.New("want --as OUTCOME or --void, or --arrival KEY with --reads KIND")
	}
	if a.At != "" && a.As == "" {
		return errors.New("--at is the time of an answer; want --as answered or late with it")
	}
	return nil
}

// amend corrects the outcome, or what one arrival is; an unmatched arrival is
// linked to the contact by it.
func (a amendCmd) amend(ctx context.Context, tx probes.Tx, ed *edition.Edition, answered time.Time) (probes.Contact, error) {
	now := time.Now()
	if a.Arrival == "" {
		return engine.Amend(ctx, tx, probes.Correction{Contact: a.Contact, Amendment: probes.Amendment{
			Outcome: probes.Outcome(a.As), Answered: answered, Reason: a.Reason, By: a.By,
		}}, now)
	}
	c, _, err := tx.Story(ctx, a.Contact)
	if err != nil {
		return c, err
	}
	found, err := tx.Arrivals(ctx, probes.ArrivalQuery{Key: a.Arrival})
	if err != nil {
		return c, err
	}
	if len(found) > 1 {
		found = slices.DeleteFunc(found, func(h probes.StoredArrival) bool { return !heardFor(c, h, ed) })
	}
	if len(found) != 1 {
		return c, fmt.Errorf("%w: %d arrivals have the key %s", probes.ErrAmendment, len(found), a.Arrival)
	}
	err = engine.Judge(ctx, tx, probes.Judgement{
		Channel: found[0].Channel, Arrival: a.Arrival, Kind: reading.Kind(a.Reads), Contact: a.Contact,
		Reason: a.Reason, By: a.By,
	}, now)
	if err != nil {
		return c, err
	}
	c, _, err = tx.Story(ctx, a.Contact)
	return c, err
}

// heardFor reports whether an arrival is the contact's or, if it is unmatched,
// came on the contact's channel or on the one that hears for it. Channels do
// not agree on keys: two mailboxes count alike.
func heardFor(c probes.Contact, h probes.StoredArrival, ed *edition.Edition) bool {
	if h.Contact != "" {
		return h.Contact == c.ID
	}
	return h.Channel == c.Plan.Channel || h.Channel == ed.HeardBy[c.Plan.Channel]
}
