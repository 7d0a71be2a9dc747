package ledgertest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// verifyMalformed: of a row in which a value cannot be read, verify names the table and
// goes on: what is wrong elsewhere is named too. Who counts and what was erased is told by
// what depends on it.
func verifyMalformed(b *bench) {
	b.everything()
	b.tamper(`UPDATE erasures SET scope = 'another'`) // is looked at last but one
	all := b.columns()
	for _, table := range slices.Sorted(maps.Keys(all)) {
		if table == "goose_db_version" || table == "leases" || table == "deliveries" || table == "erasures" {
			continue
		}
		columns := all[table]
		for _, row := range b.rows(`SELECT `+strings.Join(columns, ", ")+` FROM `+table, len(columns))[:1] {
			for i := range columns {
				b.malformed(change{table, columns, row, i})
			}
		}
	}
}

// malformed puts what cannot be read in place of a value, and back again.
func (b *bench) malformed(c change) {
	b.Helper()
	for _, bad := range []any{`{"`, int64(-7), []byte{0xff, 0}} {
		if _, text := c.row[c.at].(string); b.server() && (!text || bad != any(`{"`)) {
			continue // the server takes no other type
		}
		other := slices.Clone(c.row)
		other[c.at] = bad
		is, args := where(c.columns, c.row, 2)
		b.tamper(`UPDATE `+c.table+` SET `+c.columns[c.at]+` = $1 WHERE `+is, append([]any{bad}, args...)...)
		b.named(c, fmt.Sprintf("%s.%s is %q", c.table, c.columns[c.at], bad))
		is, args = where(c.columns, other, 2)
		b.tamper(`UPDATE `+c.table+` SET `+c.columns[c.at]+` = $1 WHERE `+is, append([]any{c.row[c.at]}, args...)...)
	}
}

// named holds what verify says of a change.
func (b *bench) named(c change, name string) {
	b.Helper()
	faults, err := b.ledger.Faults(b.Context())
	var said []string
	for _, f := range faults {
		said = append(said, f.Table)
	}
	switch {
	case err != nil:
		b.Errorf("%s: verify ends with %v", name, err)
	case !slices.Contains(said, "erasures"):
		b.Errorf("%s: nothing else is looked at: %v", name, faults)
	case notHeld(c.table, c.columns[c.at], c.row):
	case len(faults) == 1:
		b.Errorf("%s: verify says nothing of it", name)
	case c.table != "counters" && c.table != "erased" && !slices.Contains(said, c.table):
		b.Errorf("%s: is not named: %v", name, faults)
	}
}
