package ledgertest

import "github.com/svartid/svartid/probes"

// verifySchema: what was added to the tables, is missing from them or was changed in them
// is named, at the start too.
func verifySchema(b *bench) {
	b.everything()
	for _, tt := range []struct {
		name, lite, server, undo string
		want                     string
	}{
		{
			"a trigger", `CREATE TRIGGER quiet BEFORE INSERT ON accesses BEGIN SELECT RAISE(IGNORE); END`,
			`CREATE FUNCTION kept_out() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
				CREATE TRIGGER quiet BEFORE INSERT ON accesses FOR EACH ROW EXECUTE FUNCTION kept_out()`,
			`DROP TRIGGER quiet`, "accesses: the trigger quiet is not of svartid's making",
		},
		{"a view", `CREATE VIEW seen AS SELECT * FROM events`, "", `DROP VIEW seen`, "seen: the view seen is not of svartid's making"},
		{"a table", `CREATE TABLE other (a TEXT)`, "", `DROP TABLE other`, "other: the table other is not of svartid's making"},
		{"a rule", "", `CREATE RULE quiet AS ON DELETE TO events DO INSTEAD NOTHING`, `DROP RULE quiet ON events`, "events: the rule quiet is not of"},
		{"an index", `CREATE UNIQUE INDEX one ON names (contact, attempt, name)`, "-", `DROP INDEX one`, "names: the index one is not of"},
		{"no index", `DROP INDEX contacts_due`, "-", `CREATE INDEX contacts_due ON contacts (due, id)`, "contacts: the index contacts_due is missing"},
		{
			"another index", `DROP INDEX contacts_due; CREATE INDEX contacts_due ON contacts (due)`, "-",
			`DROP INDEX contacts_due; CREATE INDEX contacts_due ON contacts (due, id)`, "contacts: the index contacts_due is not as svartid makes it",
		},
		{"a column", `ALTER TABLE meta ADD COLUMN note TEXT`, "", `ALTER TABLE meta DROP COLUMN note`, "meta"},
	} {
		statement, undo := tt.lite, tt.undo
		if b.server() && tt.server != "" {
			statement = tt.server
		}
		if b.server() && tt.name == "a trigger" {
			undo += ` ON accesses`
		}
		if statement == "-" || statement == "" {
			continue // an index changes nothing but speed, and SQLite has no rules
		}
		b.run(statement)
		err := b.ledger.Verify(b.Context())
		b.wrong(err, tt.want)
		if faults, err := b.ledger.Undigested(b.Context()); err != nil || len(faults) != 1 {
			b.Errorf("%s: at the start: got %v, %v", tt.name, faults, err)
		}
		if tt.name == "a trigger" {
			if err := b.ledger.Access(b.Context(), probes.Access{Reader: "ola", What: "all"}); err == nil {
				b.Error("a look at evidence is swallowed, and counts as recorded")
			}
		}
		b.run(undo)
		b.must(b.ledger.Verify(b.Context()))
	}
}
