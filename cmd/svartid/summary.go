package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/report"
)

// summarise prints what became of everyone's contacts.
func summarise(ctx context.Context, p *program, g *globals, std streams) error {
	var totals probes.Totals
	err := p.ledger.View(ctx, func(tx probes.Tx) (err error) {
		totals, err = tx.Totals(ctx, 0)
		return err
	})
	if err != nil {
		return err
	}
	s := report.Summarise(p.edition, totals, time.Now())
	if g.JSON {
		return json.NewEncoder(std.out).Encode(s.Companies)
	}
	fmt.Fprintln(std.out)
	return s.Print(std.out)
}
