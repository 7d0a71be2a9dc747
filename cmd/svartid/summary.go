package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/report"
)

// summary prints what became of everyone's contacts.
func (b *session) summary(ctx context.Context, g *globals, std streams) error {
	var totals probes.Totals
	err := b.View(ctx, func(tx probes.Tx) (err error) {
		totals, err = tx.Totals(ctx, 0)
		return err
	})
	if err != nil {
		return err
	}
	s := report.Summarise(b.edition, totals, time.Now())
	if g.JSON {
		return json.NewEncoder(std.out).Encode(s.Companies)
	}
	fmt.Fprintln(std.out)
	return s.Print(std.out)
}
