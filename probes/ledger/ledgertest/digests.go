package ledgertest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
)

// undigest takes from the ledger what the migration to digests has made.
func (b *bench) undigest() {
	b.Helper()
	version := 12
	if b.server() {
		version = 6
	}
	for _, statement := range []string{
		`UPDATE arrivals SET sum = ''`, `UPDATE marks SET sum = ''`, `DELETE FROM digests`,
		`ALTER TABLE digests DROP COLUMN version`, `ALTER TABLE digests DROP COLUMN seal`,
		`INSERT INTO meta (name, value) VALUES ('undigested', 'yes')`,
		fmt.Sprint(`DELETE FROM goose_db_version WHERE version_id >= `, version),
	} {
		b.run(statement)
	}
}

// run runs a statement behind the ledger's back, whether it changes anything or not.
func (b *bench) run(statement string) {
	b.Helper()
	_, err := b.ledger.DB().ExecContext(b.Context(), statement)
	b.must(err)
}

// verifyDigestsOnce: digests are made once. No row that is written, removed or changed, and
// no start and no writing after it, makes those of rows that were changed.
func verifyDigestsOnce(b *bench) {
	for _, tt := range []struct {
		name, statement, want string
	}{
		{"rows without digests, as an earlier version left them", `UPDATE arrivals SET sender = 'ola@example.no', sum = ''`, "is not as it was written"},
		{"another voice", `UPDATE arrivals SET voice = 'x'`, "is not as it was written"},
		{"no accesses, and no row that says how many", `DELETE FROM accesses; DELETE FROM digests WHERE name = 'accesses'`, "1 missing"},
		{"no sums at all", `DELETE FROM accesses; DELETE FROM digests`, "digests digests: is missing"},
		{"marks further on", `UPDATE marks SET until = until + 1000000000000`, "marks mail INBOX: is not as it was written"},
		{"a mark that is gone, and its sum", `DELETE FROM marks WHERE channel = 'mail'; DELETE FROM digests WHERE channel = 'mail' AND name = 'marks'`, "1 missing"},
		{"a sum made anew", `UPDATE digests SET count = 0, sum = '' WHERE name = 'accesses'`, "digests accesses: is not as it was written"},
		{"a total that is gone", `DELETE FROM digests WHERE name = 'digests'`, "digests digests: is missing"},
	} {
		b.tampered(tt.name, func() {
			for _, statement := range strings.Split(tt.statement, ";") {
				b.tamper(statement)
			}
			b.run(`INSERT INTO meta (name, value) VALUES ('undigested', 'yes')`)
		}, tt.want)
	}
}

// tampered fills the ledger, changes it and uses it again, and holds what verify says.
func (b *bench) tampered(name string, change func(), want string) {
	b.Helper()
	for _, table := range []string{"arrivals", "marks", "accesses"} {
		b.run(`DELETE FROM ` + table)
	}
	b.run(`DELETE FROM meta WHERE name = 'undigested'`)
	b.undigest()
	b.reopen(Options())
	h := storedArrival(1)
	write := func(at time.Time) {
		b.hear(h)
		b.update(func(ctx context.Context, tx probes.Tx) error {
			return tx.Advance(ctx, "mail", channels.Checkpoint{Source: "INBOX", Until: at})
		})
		b.must(b.ledger.Access(b.Context(), probes.Access{Reader: "ola", What: "all"}))
	}
	write(Monday)
	b.must(b.ledger.Rebuild(b.Context()))
	if err := b.ledger.Verify(b.Context()); err != nil {
		b.Fatalf("%s: before: %v", name, err)
	}
	change()
	b.reopen(Options())
	again := func(when string) {
		if err := b.ledger.Verify(b.Context()); err == nil || !strings.Contains(err.Error(), want) {
			b.Errorf("%s: %s: got %v, want %q", name, when, err, want)
		}
	}
	again("after a start")
	if err := b.ledger.Verify(b.Context()); !strings.Contains(fmt.Sprint(err), "meta undigested: is not of svartid's making") {
		b.Errorf("%s: of the row that has begun it, verify says %v", name, err)
	}
	h.Verdict = &probes.Verdict{Kind: reading.Other, By: "kari", At: Monday}
	write(Monday.Add(time.Hour))
	b.update(func(ctx context.Context, tx probes.Tx) error { return tx.Judge(ctx, h) })
	b.reopen(Options())
	b.run(`DELETE FROM meta WHERE name = 'undigested'`)
	if err := b.ledger.Verify(b.Context()); err == nil {
		b.Errorf("%s: it was written to, and verify holds", name)
	}
}
