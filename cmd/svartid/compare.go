package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fairness/survival"
	"github.com/svartid/svartid/probes/field"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/report"
)

type compareCmd struct {
	With []string `required:"" placeholder:"LEDGER" help:"Ledgers of earlier editions, as ledger.dsn names one."`
}

// A comparison is what became of companies and classes since an earlier edition.
type comparison struct {
	Earlier string            `json:"earlier"`
	Later   string            `json:"later"`
	Changes []fairness.Change `json:"changes"`
}

// Run ranks this edition and each earlier one by the rules of this, and prints
// what has changed.
func (c compareCmd) Run(ctx context.Context, g *globals, std streams) (err error) {
	b, err := openSession(ctx, g.Config, ledger.OpenReader)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	later, err := report.Rank(ctx, b.Ledger, b.edition, time.Time{})
	if err != nil {
		return err
	}
	for _, dsn := range c.With {
		name, earlier, err := c.earlier(ctx, b, dsn)
		if err != nil {
			return fmt.Errorf("compare with %s: %w", withoutPassword(dsn), err)
		}
		out := comparison{Earlier: name, Later: b.edition.Name, Changes: []fairness.Change{}}
		for _, class := range later {
			out.Changes = append(out.Changes, fairness.Changes(class.Class, earlier[class.Class], class.Standings)...)
		}
		if g.JSON {
			err = json.NewEncoder(std.out).Encode(out)
		} else {
			err = buffered(std.out, out.print)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// withoutPassword returns a database as an error may name it: a file, or no more of a server
// than its kind, since what is no URL may hold a password anywhere.
func withoutPassword(dsn string) string {
	if kind, _, server := strings.Cut(dsn, "://"); server {
		return kind + "://…"
	}
	return dsn
}

// earlier returns the standings that another ledger's edition comes to by the
// rules and the companies of this one, by class.
func (c compareCmd) earlier(ctx context.Context, b *session, dsn string) (name string, by map[string][]fairness.Standing, err error) {
	l, err := ledger.OpenReader(ctx, dsn, ledger.Options{Fold: probes.Rules(b.edition.Rules).Fold, Rules: b.cfg.RulesDigest()})
	if err != nil {
		return "", nil, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	ed := *b.edition
	if ed.Name, err = heldEdition(ctx, l); err != nil {
		return "", nil, err
	}
	kept := &ed
	err = l.View(ctx, func(tx probes.Tx) error {
		kept, err = field.Kept(ctx, tx, &ed, time.Now())
		return err
	})
	if err != nil {
		return "", nil, err
	}
	classes, err := report.Rank(ctx, l, kept, time.Time{})
	by = map[string][]fairness.Standing{}
	for _, class := range classes {
		by[class.Class] = class.Standings
	}
	return ed.Name, by, err
}

// heldEdition returns the name of the edition that a ledger holds.
func heldEdition(ctx context.Context, l *ledger.Ledger) (name string, err error) {
	err = l.View(ctx, func(tx probes.Tx) error {
		found, err := tx.Find(ctx, probes.Query{Limit: 1})
		if err == nil && len(found) == 0 {
			return errors.New("it holds no contact")
		}
		if err == nil {
			name = found[0].Plan.Edition
		}
		return err
	})
	return name, err
}

// print tells a person.
func (c comparison) print(out io.Writer) {
	fmt.Fprintf(out, "from %s to %s, in points and per cent; * is more than chance\n", c.Earlier, c.Later)
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "class\tcompany\tchannel\tscore\tchange\t95 %\treach\tchange\t95 %\t")
	for _, ch := range c.Changes {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t\n", ch.Class, orAll(ch.Company), orAll(ch.Channel), changed(ch.Score), changed(ch.Reach))
	}
	_ = w.Flush() // out keeps its error
}

// orAll writes a name, or that all are meant.
func orAll(name string) string {
	if name == "" {
		return "all"
	}
	return name
}

// changed writes a difference in hundredths.
func changed(d fairness.Difference) string {
	sure := ""
	if d.Sure() {
		sure = " *"
	}
	return fmt.Sprintf("%s to %s\t%s%s\t%s to %s", hundredths("%.1f", d.Earlier), hundredths("%.1f", d.Later),
		hundredths("%+.1f", d.Change), sure, hundredths("%+.1f", d.Lower), hundredths("%+.1f", d.Upper))
}

// hundredths writes a share in hundredths.
func hundredths(format string, n survival.Number) string {
	if !n.Known() {
		return "-"
	}
	return fmt.Sprintf(format, 100*float64(n))
}
