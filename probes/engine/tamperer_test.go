package engine_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A tamperer changes a ledger behind its back, and undoes each change.
type tamperer struct {
	*harness
	db                       *sql.DB
	missed                   map[string]string // what was not found, with an example
	changes, removals, swaps int
}

// A row is one row of a table, by its columns.
type row map[string]any

func (v *tamperer) faults() (all []string) {
	v.t.Helper()
	faults, err := v.ledger.Faults(v.t.Context())
	for _, f := range faults {
		all = append(all, f.Error())
	}
	if err != nil {
		all = append(all, err.Error())
	}
	return all
}

func (v *tamperer) exec(statement string, args ...any) {
	v.t.Helper()
	if _, err := v.db.ExecContext(v.t.Context(), statement, args...); err != nil {
		v.t.Fatalf("%s %v: %v", statement, args, err)
	}
}

// column reads one column of a query.
func (v *tamperer) column(query string, args ...any) (all []string) {
	v.t.Helper()
	rows, err := v.db.QueryContext(v.t.Context(), query, args...)
	if err != nil {
		v.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			v.t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		v.t.Fatal(err)
	}
	return all
}

// rows reads a table.
func (v *tamperer) rows(table string, columns []string) (all []row) {
	v.t.Helper()
	rows, err := v.db.QueryContext(v.t.Context(), `SELECT `+strings.Join(columns, ", ")+` FROM `+table)
	if err != nil {
		v.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			v.t.Fatal(err)
		}
		r := row{}
		for i, c := range columns {
			r[c] = values[i]
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		v.t.Fatal(err)
	}
	return all
}

// where picks a row by the key of its table.
func (r row) where(key []string) (text string, args []any) {
	var terms []string
	for _, c := range key {
		terms = append(terms, c+" = ?")
		args = append(args, r[c])
	}
	return " WHERE " + strings.Join(terms, " AND "), args
}

// tamperWith tampers with a table in every way there is.
func (v *tamperer) tamperWith(table string) {
	columns := v.column(`SELECT name FROM pragma_table_info(?)`, table)
	key := v.column(`SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk`, table)
	rows := v.rows(table, columns)
	if len(rows) == 0 {
		v.t.Errorf("%s is empty: nothing to tamper with", table)
	}
	for i, r := range rows {
		for _, c := range columns {
			for _, changed := range changes(r[c]) {
				v.change(table, key, r, c, changed)
			}
		}
		v.remove(table, columns, key, r)
		if i > 0 {
			v.swap(table, columns, key, [2]row{rows[i-1], r})
		}
	}
	if faults := v.faults(); len(faults) > 0 {
		v.t.Fatalf("%s was not put right: %v", table, faults)
	}
}

// A change is another value of a column, or of one leaf of its JSON.
type change struct {
	leaf  string
	value any
}

// changes returns what a value may be changed to.
func changes(value any) (all []change) {
	switch value := value.(type) {
	case int64:
		all = []change{{"", value + 1000}, {"", "x"}}
		if value > 0 {
			all = append(all, change{"", value - 1})
		} else if value == 0 {
			all = append(all, change{"", int64(1)})
		}
	case nil:
		all = []change{{"", int64(1)}}
	case []byte:
		all = []change{{"", append(slices.Clone(value), 1)}}
		if len(value) > 0 {
			other := slices.Clone(value)
			other[len(other)-1] ^= 1
			all = append(all, change{"", other})
		}
	case string:
		all = []change{{"", value + "x"}}
		if len(value) > 0 {
			all = append(all, change{"", ""})
		}
		var list []string
		if json.Unmarshal([]byte(value), &list) == nil && len(list) > 0 {
			text, _ := json.Marshal(append(list[1:], "x")) // it was JSON before
			all = append(all, change{"", string(text)})
		}
		var object map[string]any
		if json.Unmarshal([]byte(value), &object) == nil {
			all = append(all, leaves(value, object)...)
		}
	}
	return all
}

// leaves returns an object with one of its values changed, each in turn; all
// else is written as it was.
func leaves(text string, object map[string]any) (all []change) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		var other any
		switch value := object[name].(type) {
		case string:
			other = value + "x"
			if at, err := time.Parse(time.RFC3339Nano, value); err == nil {
				other = at.Add(time.Second)
			}
		case float64:
			other = value + 1
		case bool:
			other = !value
		default:
			continue
		}
		was, _ := json.Marshal(map[string]any{name: object[name]}) // they were JSON before
		is, _ := json.Marshal(map[string]any{name: other})
		changed := strings.Replace(text, strings.Trim(string(was), "{}"), strings.Trim(string(is), "{}"), 1)
		all = append(all, change{"." + name, changed})
	}
	return all
}

// change changes one value, and puts it right again.
func (v *tamperer) change(table string, key []string, r row, column string, to change) {
	v.t.Helper()
	after := maps.Clone(r)
	after[column] = to.value
	where, args := r.where(key)
	_, err := v.db.ExecContext(v.t.Context(), `UPDATE `+table+` SET `+column+` = ?`+where, append([]any{to.value}, args...)...)
	if err != nil && strings.Contains(err.Error(), "UNIQUE") {
		return // the database keeps it from being done
	}
	if err != nil {
		v.t.Fatal(err)
	}
	v.changes++
	if len(v.faults()) == 0 {
		v.missed[label(table+"."+column+to.leaf, r)] = fmt.Sprintf("%v for %v in %v", to.value, r[column], r)
	}
	where, args = after.where(key)
	v.exec(`UPDATE `+table+` SET `+column+` = ?`+where, append([]any{r[column]}, args...)...)
}

// label names a change of rows in the list of what cannot be proven.
func label(what string, rows ...row) string {
	r := rows[0]
	switch {
	case strings.HasPrefix(what, "counters") && r["name"] == "version":
		return what + " of version"
	case !strings.HasPrefix(what, "arrivals"):
		return what
	case r["contact"] == "" && rows[len(rows)-1]["contact"] == "":
		return what + " of none"
	case r["copied"] == int64(1):
		return what + " of a copy"
	}
	return what + " of an answer"
}

// remove takes a row away, and gives it back.
func (v *tamperer) remove(table string, columns, key []string, r row) {
	v.t.Helper()
	where, args := r.where(key)
	v.exec(`DELETE FROM `+table+where, args...)
	v.removals++
	if len(v.faults()) == 0 {
		v.missed[table+" row"] = fmt.Sprintf("that %v is gone", r)
	}
	v.insert(table, columns, r)
}

func (v *tamperer) insert(table string, columns []string, r row) {
	v.t.Helper()
	var values []any
	for _, c := range columns {
		values = append(values, r[c])
	}
	v.exec(`INSERT INTO `+table+` (`+strings.Join(columns, ", ")+`) VALUES (?`+strings.Repeat(", ?", len(columns)-1)+`)`, values...)
}

// swap lets two rows change places: each has the other's key.
func (v *tamperer) swap(table string, columns, key []string, rows [2]row) {
	v.t.Helper()
	swapped := [2]row{maps.Clone(rows[1]), maps.Clone(rows[0])}
	for i, r := range rows {
		for _, c := range key {
			swapped[i][c] = r[c]
		}
	}
	if fmt.Sprint(swapped) == fmt.Sprint(rows) {
		return // they are the same but for their key
	}
	put := func(pair [2]row) {
		for _, r := range pair {
			where, args := r.where(key)
			v.exec(`DELETE FROM `+table+where, args...)
			v.insert(table, columns, r)
		}
	}
	put(swapped)
	v.swaps++
	if len(v.faults()) == 0 {
		v.missed[label(table+" swapped", rows[:]...)] = fmt.Sprint(rows)
	}
	put(rows)
}
