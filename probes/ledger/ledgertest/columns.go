package ledgertest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
)

// unheld are the columns of which verify cannot tell that one value was put in the place
// of another, each with the reason.
func unheld() map[string]string {
	return map[string]string{
		"meta.name":                   "a row that is read by no name says nothing",
		"meta.value":                  "what names the ledger, where it lies and whether it is open is of this copy of it; its rules are held, and what was counted is made anew",
		"tallies.version":             "when figures last changed is not told by events; it must not be ahead of the ledger",
		"scores.version":              "as that of tallies",
		"contacts.changed":            "as that of tallies",
		"goose_db_version.id":         "the tool that migrates numbers its rows by itself",
		"goose_db_version.tstamp":     "when tables were made is not svartid's",
		"goose_db_version.is_applied": "the newest version alone is asked for",
		"goose_db_version.version_id": "what is older or newer than this program is refused before anything is read",
		"counters.version":            "the version may have gone up without a change; it must not be behind",
	}
}

// everything fills each table of the ledger.
func (b *bench) everything() {
	b.Helper()
	b.answered(0, "From: Marte <marte@example.no>\r\nSubject: Sv: Når åpner dere?\r\n\r\nHei, jeg heter Marte")
	b.answered(1, "Hei")
	b.append(ID(2), Event(probes.Planned, 1, Monday, Plan(2)), Event(probes.Missed, 1, Monday, probes.Failure{Reason: "down"}))
	unread := storedArrival(7)
	unread.Unread = true
	b.hear(storedArrival(5), unread)
	b.update(func(ctx context.Context, tx probes.Tx) error {
		plan, err := tx.Keep(ctx, []byte("a plan"))
		for i, source := range []string{"INBOX", "Junk"} {
			b.must(tx.Advance(ctx, "mail", channels.Checkpoint{Source: source, Position: fmt.Sprint("7:", i), Until: Monday}))
		}
		b.must(err)
		return tx.Advance(ctx, probes.DrawnPlans, channels.Checkpoint{Source: plan, Until: Monday})
	})
	_, err := b.ledger.Erase(b.Context(), probes.Erasure{Scope: "a test", Contacts: []string{ID(1)}, Evidence: true, Personal: true})
	b.must(err)
	for _, who := range []string{"ola", "kari"} {
		b.must(b.ledger.Access(b.Context(), probes.Access{Reader: who, What: "explain " + ID(0)}))
	}
	b.must(b.ledger.Verify(b.Context()))
}

// columns returns the columns of each table of the ledger.
func (b *bench) columns() map[string][]string {
	b.Helper()
	ask := `SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`
	if b.server() {
		ask = `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()`
	}
	all := map[string][]string{}
	for _, row := range b.rows(ask, 2) {
		table := fmt.Sprint(row[0])
		all[table] = append(all[table], fmt.Sprint(row[1]))
	}
	return all
}

// rows reads rows of so many columns.
func (b *bench) rows(ask string, columns int) (all [][]any) {
	b.Helper()
	rows, err := b.ledger.DB().QueryContext(b.Context(), ask)
	b.must(err)
	defer rows.Close()
	for rows.Next() {
		values, into := make([]any, columns), make([]any, columns)
		for i := range values {
			into[i] = &values[i]
		}
		b.must(rows.Scan(into...))
		all = append(all, values)
	}
	b.must(rows.Err())
	return all
}

// where names one row by all its columns.
func where(columns []string, row []any, from int) (text string, args []any) {
	var terms []string
	for i, name := range columns {
		if row[i] == nil {
			terms = append(terms, name+" IS NULL")
			continue
		}
		args = append(args, row[i])
		terms = append(terms, fmt.Sprintf("%s = $%d", name, from+len(args)-1))
	}
	return strings.Join(terms, " AND "), args
}

// otherwise returns another value of the same kind.
func otherwise(value any) any {
	switch v := value.(type) {
	case nil:
		return int64(1)
	case int64:
		if v == 0 || v == 1 {
			return 1 - v // yes and no
		}
		return v + 1000
	case string:
		return v + "x"
	case []byte:
		return append(slices.Clone(v), 'x')
	case bool:
		return !v
	case time.Time:
		return v.Add(time.Hour)
	}
	return value
}

// notHeld reports whether verify cannot tell that a column of a row was changed.
func notHeld(table, column string, row []any) bool {
	held := unheld()
	if table == "leases" {
		return true // who writes just now: of no row that is kept
	}
	name := table + "." + column
	if table == "counters" && column == "count" && slices.Contains(row, any("version")) {
		name = "counters.version"
	}
	return held[name] != ""
}

// verifyColumns: verify names each table of which one value is another, for each column
// and row of each table but those of which it is said why not.
func verifyColumns(b *bench) {
	b.everything()
	all := b.columns()
	if len(all) < 15 {
		b.Fatalf("there are %d tables", len(all))
	}
	for _, table := range slices.Sorted(maps.Keys(all)) {
		columns := all[table]
		rows := b.rows(`SELECT `+strings.Join(columns, ", ")+` FROM `+table, len(columns))
		if len(rows) == 0 && table != "meta" {
			b.Errorf("%s is empty, so that nothing of it is tried", table)
		}
		for _, row := range rows[:min(len(rows), 6)] {
			for i, column := range columns {
				if notHeld(table, column, row) {
					continue
				}
				b.changed1(change{table, columns, row, i})
			}
		}
	}
	b.must(b.ledger.Verify(b.Context()))
}

// A change is one value of one row.
type change struct {
	table   string
	columns []string
	row     []any
	at      int
}

// changed1 puts another value in place of one, and back again.
func (b *bench) changed1(c change) {
	b.Helper()
	name := c.columns[c.at]
	other := slices.Clone(c.row)
	other[c.at] = otherwise(c.row[c.at])
	set := func(from []any, to any) {
		is, args := where(c.columns, from, 2)
		b.tamper(`UPDATE `+c.table+` SET `+name+` = $1 WHERE `+is, append([]any{to}, args...)...)
	}
	set(c.row, other[c.at])
	if err := b.ledger.Verify(b.Context()); err == nil {
		b.Errorf("%s.%s was %v and is %v, and verify holds", c.table, name, c.row[c.at], other[c.at])
	}
	set(other, c.row[c.at])
}

// verifyRows: verify names each row of arrivals, marks and accesses that is gone, and one
// that was added.
func verifyRows(b *bench) {
	b.everything()
	all := b.columns()
	for _, table := range []string{"arrivals", "marks", "accesses", "digests", "erasures", "erased", "evidence", "events", "contacts", "names"} {
		columns := all[table]
		list := strings.Join(columns, ", ")
		for _, row := range b.rows(`SELECT `+list+` FROM `+table, len(columns)) {
			is, args := where(columns, row, 1)
			b.tamper(`DELETE FROM `+table+` WHERE `+is, args...)
			if err := b.ledger.Verify(b.Context()); err == nil {
				b.Errorf("%v is gone from %s, and verify holds", row, table)
			}
			var holes []string
			for i := range columns {
				holes = append(holes, fmt.Sprint("$", i+1))
			}
			b.tamper(`INSERT INTO `+table+` (`+list+`) VALUES (`+strings.Join(holes, ", ")+`)`, row...)
		}
	}
	b.must(b.ledger.Verify(b.Context()))
	b.tamper(`INSERT INTO marks (channel, source, position, until, sum) VALUES ('chat', 'page', '', 0, '')`)
	b.wrong(b.ledger.Verify(b.Context()), "marks chat page: is not as it was written", "marks chat: no row was written, and 1 are there")
	b.tamper(`DELETE FROM marks WHERE channel = 'chat'`)
	b.tamper(`DELETE FROM marks WHERE source = 'Junk'`)
	b.wrong(b.ledger.Verify(b.Context()), "marks mail: 2 rows were written, and 1 are there: 1 missing")
}

// verifySenders: who has sent a mail and its subject are what the mail says, even where the
// row's digest was made anew.
func verifySenders(b *bench) {
	h := storedArrival(1)
	h.From, h.Subject = "marte@example.no", "Sv: Når åpner dere?"
	h.Arrival.Raw = []byte("From: =?utf-8?Q?Marte_=C3=98y?= <Marte@example.no>\r\nSubject: =?utf-8?Q?Sv:_N=C3=A5r_=C3=A5pner_dere=3F?=\r\n\r\nHei")
	named := storedArrival(2)
	named.From, named.Subject, named.Arrival.Raw = "Marte Øy <marte@example.no>", "", []byte("From: Marte <marte@example.no>\r\n\r\nHei")
	b.hear(h, named)
	b.must(b.ledger.Verify(b.Context()))
	b.tamper(`UPDATE arrivals SET sender = 'ola@example.no' WHERE key = $1`, h.Arrival.Key)
	b.wrong(b.ledger.Verify(b.Context()), `sender is "ola@example.no", and the mail is from "marte@example.no"`, "is not as it was written")
	b.tamper(`UPDATE arrivals SET sender = 'marte@example.no', subject = 'Sv: Pris' WHERE key = $1`, h.Arrival.Key)
	b.wrong(b.ledger.Verify(b.Context()), `subject is "Sv: Pris", and that of the mail is "Sv: Når åpner dere?"`)
	b.tamper(`UPDATE arrivals SET subject = $1 WHERE key = $2`, h.Subject, h.Arrival.Key)
	b.must(b.ledger.Verify(b.Context()))
}

// verifyEarlier: rows that an earlier version has written get their digests as the ledger
// is opened, and are held from then on; a subject that was decoded otherwise stays.
func verifyEarlier(b *bench) {
	h := storedArrival(1)
	h.From, h.Subject = "marte@example.no", "Sv: N?r"
	h.Arrival.Raw = []byte("From: Marte <marte@example.no>\r\nSubject: =?utf-8?Q?Sv:_N=C3=A5r?=\r\n\r\nHei")
	b.hear(h)
	b.update(func(ctx context.Context, tx probes.Tx) error {
		return tx.Advance(ctx, "mail", channels.Checkpoint{Source: "INBOX", Until: Monday})
	})
	b.must(b.ledger.Access(b.Context(), probes.Access{Reader: "ola", What: "all"}))
	b.wrong(b.ledger.Verify(b.Context()), "subject is")
	b.undigest()
	b.reopen(Options())
	if got := b.ledger.DigestsMade(); got != 2 {
		b.Errorf("%d rows have got digests, want 2", got)
	}
	b.must(b.ledger.Verify(b.Context()))
	b.tamper(`UPDATE arrivals SET sender = 'ola@example.no'`)
	b.wrong(b.ledger.Verify(b.Context()), "the mail is from", "is not as it was written")
	b.tamper(`UPDATE arrivals SET sender = 'marte@example.no'`)
	h.Verdict = &probes.Verdict{Kind: reading.Other, By: "kari", At: Monday}
	b.update(func(ctx context.Context, tx probes.Tx) error { return tx.Judge(ctx, h) })
	b.must(b.ledger.Verify(b.Context()))
	b.must(b.ledger.Rebuild(b.Context()))
	b.must(b.ledger.Verify(b.Context()))
}

// accessesRemoved: what is recorded of who has read evidence is missed wherever it stood,
// the newest and all of it too; what went by age is not.
func accessesRemoved(b *bench) {
	for _, who := range []string{"ola", "kari", "lise", "per"} {
		b.must(b.ledger.Access(b.Context(), probes.Access{Reader: who, What: "explain " + ID(0)}))
	}
	all, err := b.ledger.Accesses(b.Context())
	b.must(err)
	b.must(b.ledger.ForgetAccesses(b.Context(), all[1].At))
	b.must(b.ledger.Verify(b.Context()))
	b.reopen(Options())
	b.must(b.ledger.Verify(b.Context()))
	b.tamper(`DELETE FROM accesses WHERE seq = 4`)
	b.wrong(b.ledger.Verify(b.Context()), "accesses: 3 rows were written, and 2 are there: 1 missing")
	b.tamper(`DELETE FROM accesses WHERE seq = 2`)
	b.wrong(b.ledger.Verify(b.Context()), "accesses: 3 rows were written, and 1 are there: 2 missing")
	b.tamper(`DELETE FROM accesses`)
	b.wrong(b.ledger.Verify(b.Context()), "accesses: 3 rows were written, and 0 are there: 3 missing")
	b.must(b.ledger.Access(b.Context(), probes.Access{Reader: "ola", What: "again"}))
	b.wrong(b.ledger.Verify(b.Context()), "accesses: 4 rows were written, and 1 are there: 3 missing")
}
