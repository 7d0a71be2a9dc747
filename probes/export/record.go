package export

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/progress"
	"github.com/svartid/svartid/probes/report"
)

// A Source makes rows of what a ledger holds of one edition.
type Source struct {
	Edition *edition.Edition
	// Rules is the digest of Edition.Rules. Where the ledger was folded by
	// others, contacts are folded anew.
	Rules string
	// Names leaves names, addresses and numbers in the words. Without it, a
	// persona is shown as a digest of their name, which stays the same.
	Names bool
}

// A record is one contact with all that its rows are made of.
type record struct {
	probes.Contact
	story   []probes.Event
	persona string
	mask    *report.Redactor
	names   report.Names
	turns   []turn
	// person is within what a person is to write; 0: that is not asked for.
	person time.Duration
}

// personInTime reports whether a person wrote in the time that the probe has for that; nil: it has none, or it cannot be
// told yet.
func (r *record) personInTime() any {
	a := r.Current()
	_, wait, wrote := r.Person()
	switch {
	case r.person == 0 || a.Sent.IsZero():
		return nil
	case wrote:
		return wait <= r.person
	case r.Outcome.Valid(), r.Outcome == probes.Pending && !r.Covered.Before(a.Start().Add(r.person)):
		return false
	}
	return nil
}

// A reader reads records from one view of a ledger.
type reader struct {
	Source
	tx        probes.Tx
	snapshot  probes.Snapshot
	mask      *report.Redactor
	companies map[string]edition.Company
}

// reader returns what reads the view.
func (s Source) reader(ctx context.Context, tx probes.Tx) (*reader, error) {
	r := &reader{Source: s, tx: tx, companies: map[string]edition.Company{}}
	for _, co := range s.Edition.Companies {
		r.companies[co.ID] = co
	}
	if !s.Names {
		r.mask = report.NewRedactor()
	}
	var err error
	r.snapshot, err = tx.Snapshot(ctx)
	return r, err
}

// anew reports whether contacts have to be folded once more.
func (r *reader) anew() bool { return r.snapshot.Rules != r.Rules }

// page is how many contacts may be asked for at once, and atOnce how many are in
// memory while all are exported.
const (
	page   = 500
	atOnce = 128
)

// each calls take for every contact that has changed after a version, in the
// order of ids, with what makes makes of its record. It is called for several
// contacts at once.
func (r *reader) each(ctx context.Context, since int64, makes func(*record) ([][]Row, error), take func(string, [][]Row) error) error {
	task, err := progress.Begin(ctx, "contacts", func() (int, error) {
		if since > 0 {
			return 0, nil // what has changed is not counted beforehand
		}
		return probes.Sample{Edition: r.Edition}.Size(ctx, r.tx)
	})
	if err != nil {
		return err
	}
	defer task.Done()
	for after := ""; ; {
		found, err := r.find(ctx, since, after, atOnce)
		if err != nil || len(found) == 0 {
			return err
		}
		b, err := r.batch(ctx, found)
		if err != nil {
			return err
		}
		rows, err := b.made(ctx, r, makes)
		if err != nil {
			return err
		}
		for i, c := range found {
			if err := take(c.ID, rows[i]); err != nil {
				return err
			}
		}
		task.Add(len(found))
		if len(found) < atOnce {
			return nil
		}
		after = found[len(found)-1].ID
	}
}

// find returns the next contacts.
func (r *reader) find(ctx context.Context, since int64, after string, limit int) ([]probes.Contact, error) {
	if after == "" {
		after = " " // before every id
	}
	return r.tx.Find(ctx, probes.Query{Edition: r.Edition.Name, ChangedSince: since, After: after, Limit: limit})
}

// record makes a record of a contact with its story and its words.
func (r *reader) record(ctx context.Context, b *batch, c probes.Contact) (*record, error) {
	id, story := c.ID, b.stories[c.ID]
	if len(story) == 0 {
		return nil, fmt.Errorf("story of contact %s: %w", id, probes.ErrNoContact)
	}
	if r.anew() {
		c = probes.Rules(r.Edition.Rules).Fold(id, story)
	}
	c, story, err := probes.Told(ctx, b, c, story)
	if err != nil {
		return nil, err
	}
	rec := &record{Contact: c, story: story, persona: c.Plan.Persona, mask: r.mask, names: r.namesOf(c)}
	if p, known := r.Edition.Probe(c.Plan.Probe); known {
		rec.person = p.AskForPerson
	}
	if !r.Names {
		rec.persona = alias(r.Edition.Name, c.Plan.Persona)
	}
	if err := r.listen(ctx, b, rec); err != nil {
		return nil, fmt.Errorf("words of contact %s: %w", id, err)
	}
	return rec, nil
}

// namesOf returns whose names may be in a contact's words, as far as the
// configuration knows.
func (r *reader) namesOf(c probes.Contact) report.Names {
	who := report.NamesAt(r.companies[c.Plan.Company])
	who.Keep(c.Plan.Company + " " + c.Plan.Class)
	r.mask.Person(c.Plan.Persona, who)
	return who
}

// alias is what stands for a persona: the same through the edition, and not a
// person's name.
func alias(edition, persona string) string {
	sum := sha256.Sum256([]byte(edition + "\x00" + persona))
	return "persona-" + hex.EncodeToString(sum[:4])
}

// A table is how rows are made of records.
type table struct {
	Table
	rows func(*record) []Row
}

// tables returns the tables that are made of contacts.
func tables() []table { return []table{contactTable(), attemptTable(), transcriptTable()} }

// Tables returns the tables that every export has, in the order of its files.
func Tables() []Table {
	var all []Table
	for _, t := range tables() {
		all = append(all, t.Table)
	}
	return all
}
