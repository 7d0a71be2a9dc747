package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/report/planned"
)

type verifyCmd struct{}

// verified is what verify --json prints.
type verified struct {
	Holds  bool              `json:"holds"`
	Faults []string          `json:"faults"`
	Plans  []report.Followed `json:"plans"`   // followed so far, by time; each under its digest
	Drawn  string            `json:"drawn"`   // digest of what the configuration draws now
	Known  bool              `json:"current"` // that plan is one of those
	// Worded counts contacts whose events hold words, as an earlier version
	// recorded them: they cannot be erased.
	Worded int `json:"contacts_with_words,omitempty"`
}

// Run checks the whole ledger against its events, and the events against their
// hashes.
func (verifyCmd) Run(ctx context.Context, g *globals, std streams) (err error) {
	b, err := openSession(ctx, g.Config, ledger.OpenReader)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	v := verified{Faults: []string{}, Plans: []report.Followed{}}
	faults, err := b.Faults(ctx)
	if err != nil {
		return err
	}
	for _, f := range faults {
		v.Faults = append(v.Faults, f.Error())
	}
	if err := b.followed(ctx, &v); err != nil {
		return err
	}
	if v.Worded, err = b.Worded(ctx); err != nil {
		return err
	}
	v.Holds = len(v.Faults) == 0
	if g.JSON {
		err = json.NewEncoder(std.out).Encode(v)
	} else {
		err = v.print(std, b.cfg.Edition.Zone)
	}
	if err == nil && !v.Holds {
		return errNo
	}
	return err
}

// followed lists the plans that were followed, and says whether what the
// configuration draws is one of them.
func (b *session) followed(ctx context.Context, v *verified) error {
	v.Drawn = planned.Draw(b.edition).Digest()
	return b.View(ctx, func(tx probes.Tx) (err error) {
		v.Plans, err = report.PlansFollowed(ctx, tx)
		v.Known = slices.ContainsFunc(v.Plans, func(p report.Followed) bool { return p.Digest == v.Drawn })
		return err
	})
}

// print tells a person what holds.
func (v verified) print(std streams, zone *time.Location) error {
	for _, fault := range v.Faults {
		if _, err := fmt.Fprintln(std.out, fault); err != nil {
			return err
		}
	}
	for _, p := range v.Plans {
		fmt.Fprintf(std.out, "from %s the plan %s was followed\n", p.Since.In(zone).Format(planned.Moment), p.Digest)
	}
	switch {
	case len(v.Plans) == 0:
		fmt.Fprintln(std.out, "no plan has been followed yet")
	case !v.Known:
		fmt.Fprintf(std.out, "the configuration draws another one now: %s\n", v.Drawn)
	}
	if v.Worded > 0 {
		fmt.Fprintf(std.out, "%s: what people and servers said is in the events themselves, as an earlier version recorded it, and cannot be erased\n",
			report.Counted(v.Worded, "contact", "contacts"))
	}
	holds := "every chain of events, what is made of it and all evidence hold"
	if !v.Holds {
		holds = report.Counted(len(v.Faults), "fault", "faults")
	}
	_, err := fmt.Fprintln(std.out, holds)
	return err
}
