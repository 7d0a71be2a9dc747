package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/user"
	"time"
	"unicode"

	"github.com/svartid/svartid/cmd/svartid/internal/privacy"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/report"
)

type eraseCmd struct {
	Company string `xor:"what" required:"" placeholder:"ID" help:"All that was said and written in this company's contacts, and who did."`
	Before  string `xor:"what" required:"" placeholder:"DATE" help:"The same of all contacts that were over before this day."`
	Person  string `xor:"what" required:"" placeholder:"WHO" help:"The same of every contact in which this name or address is found."`
	DryRun  bool   `help:"Say how much it would be, and erase nothing."`
}

// shortestName is of how many letters and digits the name of a person is at least: a
// shorter one is found in too much that is not theirs.
const shortestName = 3

// tooShort returns what is wrong with --person.
func tooShort(who string) error {
	letters := 0
	for _, c := range who {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			letters++
		}
	}
	if letters >= shortestName {
		return nil
	}
	return misuse{fmt.Errorf("--person %q would be found in what is not theirs: want an address, or a name of %d letters or more", who, shortestName)}
}

// Run erases, also while the edition runs. Figures and chains stay, and verify holds.
func (c eraseCmd) Run(ctx context.Context, g *globals, std streams) (err error) {
	b, err := openSession(ctx, g.Config, ledger.OpenBeside)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	e, err := c.selected(ctx, b)
	if err != nil {
		return err
	}
	if c.DryRun {
		_, err = fmt.Fprintf(std.out, "would erase from %s, %s of no contact and %s; nothing is erased\n",
			report.Counted(len(e.Contacts), "contact", "contacts"), report.Counted(len(e.Arrivals), "arrival", "arrivals"),
			report.Counted(len(e.Decisions), "decision", "decisions"))
		return err
	}
	n, err := b.Erase(ctx, e)
	if err != nil {
		return err
	}
	reads, err := c.reads(ctx, b)
	if err != nil {
		return err
	}
	if g.JSON {
		return json.NewEncoder(std.out).Encode(struct {
			probes.ErasureCount
			Reads int `json:"reads,omitempty"` // of evidence by the person, which are kept until they are old
		}{n, reads})
	}
	return c.print(std.out, n, reads)
}

// reads counts how often the person has read evidence.
func (c eraseCmd) reads(ctx context.Context, b *session) (int, error) {
	if c.Person == "" {
		return 0, nil
	}
	all, err := b.Accesses(ctx)
	return len(privacy.Reads(all, c.Person)), err
}

// selected finds what is to be erased.
func (c eraseCmd) selected(ctx context.Context, b *session) (e probes.Erasure, err error) {
	before, err := b.instant("--before", c.Before)
	if err != nil {
		return e, err
	}
	if c.Company != "" {
		if err := b.hasCompany(ctx, c.Company); err != nil {
			return e, err
		}
	}
	if err := tooShort(c.Person); c.Company == "" && c.Before == "" && err != nil {
		return e, err
	}
	if before.After(time.Now()) {
		return e, misuse{fmt.Errorf("--before %s has not come yet", c.Before)}
	}
	err = b.View(ctx, func(tx probes.Tx) error {
		switch {
		case c.Company != "":
			e, err = privacy.OfCompany(ctx, tx, b.edition, c.Company)
		case c.Before != "":
			e, err = privacy.Before(ctx, tx, before)
		default:
			var found []privacy.Found
			found, err = privacy.OfPerson(ctx, tx, c.Person)
			e = privacy.Erasure(found)
		}
		return err
	})
	return e, err
}

// print says what went, and where else it may be.
func (c eraseCmd) print(out io.Writer, n probes.ErasureCount, reads int) error {
	_, err := fmt.Fprintf(out, "erased from %s: %s of evidence, and who is named in %s\n",
		report.Counted(n.Contacts, "contact", "contacts"), report.Counted(n.Papers, "paper", "papers"),
		report.Counted(n.Arrivals, "arrival", "arrivals"))
	if n.Shared > 0 && err == nil {
		_, err = fmt.Fprintf(out, "%s stay, word for word the same as what is not to be erased\n", report.Counted(n.Shared, "paper", "papers"))
	}
	if reads > 0 && err == nil {
		_, err = fmt.Fprintf(out, "%s of who has read evidence stay, to account for it, until ledger.retention.personal has passed\n",
			report.Counted(reads, "record", "records"))
	}
	if err == nil {
		_, err = fmt.Fprintln(out, "Left to you: the mailboxes and chats themselves, backups, and what was exported before.")
	}
	return err
}

type accessCmd struct {
	Company string `xor:"what" required:"" placeholder:"ID" help:"Every contact of this company: what we did, what was answered, how it was judged."`
	Person  string `xor:"what" required:"" placeholder:"WHO" help:"Every letter and event in which this name or address is found."`
	Log     bool   `xor:"what" required:"" help:"Who has read evidence, and when."`

	recording
}

// Run prints what is held, word for word, and records that it was read.
func (c accessCmd) Run(ctx context.Context, g *globals, std streams) (err error) {
	b, err := openSession(ctx, g.Config, ledger.OpenReader)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	switch {
	case c.Log:
		return c.log(ctx, b, g, std)
	case c.Person != "":
		return c.person(ctx, b, g, std)
	}
	return c.company(ctx, b, g, std)
}

// log prints who has read evidence.
func (c accessCmd) log(ctx context.Context, b *session, g *globals, std streams) error {
	all, err := b.Accesses(ctx)
	if err != nil {
		return err
	}
	if g.JSON {
		return json.NewEncoder(std.out).Encode(append([]probes.Access{}, all...))
	}
	for _, a := range all {
		if _, err := fmt.Fprintf(std.out, "%s  %s  %s\n", a.At.In(b.cfg.Edition.Zone).Format(time.DateTime), a.Reader, a.What); err != nil {
			return err
		}
	}
	return nil
}

// person prints what is held of a person.
func (c accessCmd) person(ctx context.Context, b *session, g *globals, std streams) error {
	found := []privacy.Found{}
	err := b.View(ctx, func(tx probes.Tx) error {
		all, err := privacy.OfPerson(ctx, tx, c.Person)
		found = append(found, all...)
		return err
	})
	if err != nil {
		return err
	}
	looked, err := b.Accesses(ctx)
	if err != nil {
		return err
	}
	for _, a := range privacy.Reads(looked, c.Person) {
		found = append(found, privacy.Found{At: a.At, Text: fmt.Sprintf("%s has read evidence: %s", a.Reader, a.What)})
	}
	if err := c.record(ctx, b.cfg, "access --person", std); err != nil {
		return err
	}
	if g.JSON {
		return json.NewEncoder(std.out).Encode(found)
	}
	for _, f := range found {
		_, err := fmt.Fprintf(std.out, "%s  %s  contact %s of %s, arrival %s\nFrom: %s\nSubject: %s\n\n%s\n\n",
			f.At.In(b.cfg.Edition.Zone).Format(time.DateTime), f.Channel, f.Contact, f.Company, f.Arrival, f.From, f.Subject, f.Text)
		if err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(std.out, "%s\n", report.Counted(len(found), "place", "places"))
	return err
}

// company tells the story of each of a company's contacts.
func (c accessCmd) company(ctx context.Context, b *session, g *globals, std streams) error {
	if err := b.hasCompany(ctx, c.Company); err != nil {
		return err
	}
	stories := []*report.Explanation{}
	err := b.View(ctx, func(tx probes.Tx) error {
		found, err := tx.Find(ctx, probes.Query{Company: c.Company})
		if err != nil {
			return err
		}
		for _, contact := range found {
			x, err := report.Explain(ctx, tx, b.edition, contact.ID)
			if err != nil {
				return err
			}
			stories = append(stories, x)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := c.record(ctx, b.cfg, "access --company "+c.Company, std); err != nil {
		return err
	}
	if g.JSON {
		return json.NewEncoder(std.out).Encode(stories)
	}
	return buffered(std.out, func(out io.Writer) {
		for _, x := range stories {
			x.Print(out, report.Style{Words: true})
			fmt.Fprintln(out)
		}
	})
}

// A recording says what becomes of a look at evidence that cannot be recorded.
type recording struct {
	Unrecorded bool `help:"Print names and words even where it cannot be recorded who reads them, as on a medium for reading only."`
}

// record writes down beside the process that holds the ledger that someone has read
// evidence, before any of it is printed. Where that cannot be written down, as on a copy
// that is for reading only, the error says so, unless that was accepted by name.
func (r recording) record(ctx context.Context, cfg *config.Config, what string, std streams) error {
	reader := "someone at the command line"
	if u, err := user.Current(); err == nil {
		reader = u.Username + " at the command line"
	}
	opt, err := ledgerOptions(cfg)
	var l *ledger.Ledger
	opt.Fold = nil // of whatever rules the ledger is
	if err == nil {
		l, err = ledger.OpenBeside(ctx, string(cfg.Ledger.DSN), opt)
	}
	if err == nil {
		err = errors.Join(l.Access(ctx, probes.Access{Reader: reader, What: what}), l.Close())
	}
	switch {
	case err == nil:
		return nil
	case !r.Unrecorded:
		return fmt.Errorf("nothing is printed, because it cannot be recorded who reads it (--unrecorded accepts that): %w", err)
	}
	fmt.Fprintln(std.err, "svartid: not recorded that evidence was read:", err)
	return nil
}
