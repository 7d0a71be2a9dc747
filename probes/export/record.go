package export

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
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
}

// A reader reads records from one view of a ledger.
type reader struct {
	Source
	tx       probes.Tx
	snapshot probes.Snapshot
	mask     *report.Redactor
}

// reader returns what reads the view.
func (s Source) reader(ctx context.Context, tx probes.Tx) (*reader, error) {
	r := &reader{Source: s, tx: tx}
	if !s.Names {
		r.mask = report.NewRedactor()
	}
	var err error
	r.snapshot, err = tx.Snapshot(ctx)
	return r, err
}

// anew reports whether contacts have to be folded once more.
func (r *reader) anew() bool { return r.snapshot.Rules != r.Rules }

// page is how many contacts are in memory at once.
const page = 500

// each calls take for every contact that has changed after a version, in the
// order of ids.
func (r *reader) each(ctx context.Context, since int64, take func(*record) error) error {
	for after := ""; ; {
		found, err := r.find(ctx, since, after, page)
		if err != nil {
			return err
		}
		for _, c := range found {
			rec, err := r.record(ctx, c.ID)
			if err != nil {
				return err
			}
			if err := take(rec); err != nil {
				return err
			}
			after = c.ID
		}
		if len(found) < page {
			return nil
		}
	}
}

// find returns the next contacts.
func (r *reader) find(ctx context.Context, since int64, after string, limit int) ([]probes.Contact, error) {
	if after == "" {
		after = " " // before every id
	}
	return r.tx.Find(ctx, probes.Query{Edition: r.Edition.Name, ChangedSince: since, After: after, Limit: limit})
}

// record reads a contact with its story and its words.
func (r *reader) record(ctx context.Context, id string) (*record, error) {
	c, story, err := r.tx.Story(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.anew() {
		c = probes.Rules(r.Edition.Rules).Fold(id, story)
	}
	if c, story, err = probes.Told(ctx, r.tx, c, story); err != nil {
		return nil, err
	}
	rec := &record{Contact: c, story: story, persona: c.Plan.Persona, mask: r.mask, names: r.namesOf(c)}
	if !r.Names {
		rec.persona = alias(r.Edition.Name, c.Plan.Persona)
	}
	if err := r.listen(ctx, rec); err != nil {
		return nil, fmt.Errorf("words of contact %s: %w", id, err)
	}
	return rec, nil
}

// namesOf returns whose names may be in a contact's words, as far as the
// configuration knows.
func (r *reader) namesOf(c probes.Contact) report.Names {
	co, _ := r.Edition.Company(c.Plan.Company)
	who := report.NamesAt(co)
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
