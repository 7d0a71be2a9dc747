package export

import (
	"fmt"
	"math"
	"time"
)

// SchemaVersion is raised whenever a column comes, goes or means something
// else.
const SchemaVersion = 6

// A Type is what the values of a column are.
type Type string

// The types, and what holds a value of each in Go.
const (
	Text    Type = "text"    // string
	Integer Type = "integer" // int64
	Real    Type = "real"    // float64
	Truth   Type = "boolean" // bool
	Time    Type = "time"    // time.Time, in UTC, to the microsecond
)

// A Column says what one value of a row is.
type Column struct {
	Name  string `json:"name"`
	Type  Type   `json:"type"`
	Unit  string `json:"unit,omitempty"` // such as seconds; empty: it has none
	About string `json:"about"`
	Null  string `json:"null,omitempty"` // what it means that there is none; empty: there always is one
}

// A Table is one kind of row.
type Table struct {
	Name    string   `json:"name"`
	About   string   `json:"about"`
	Key     []string `json:"key"` // the columns that tell rows apart
	Columns []Column `json:"columns"`
}

// A Row holds a value for each column of its table, nil for null.
type Row []any

// check returns an error unless the row is one of the table.
func (t Table) check(row Row) error {
	if len(row) != len(t.Columns) {
		return fmt.Errorf("row of %s has %d values, want %d", t.Name, len(row), len(t.Columns))
	}
	for i, c := range t.Columns {
		if !c.takes(row[i]) {
			return fmt.Errorf("row of %s: column %s: %T %v, want %s", t.Name, c.Name, row[i], row[i], c.Type)
		}
	}
	return nil
}

// takes reports whether a value may stand in the column. What is not a finite
// number has no form in JSON.
func (c Column) takes(value any) (ok bool) {
	switch v := value.(type) {
	case nil:
		return c.Null != ""
	case string:
		return c.Type == Text
	case int64:
		return c.Type == Integer
	case float64:
		return c.Type == Real && !math.IsNaN(v) && !math.IsInf(v, 0)
	case bool:
		return c.Type == Truth
	case time.Time:
		return c.Type == Time
	}
	return false
}

// A field is a column with where its value comes from.
type field[T any] struct {
	Column
	of func(T) any
}

// columnsOf returns what the fields say of themselves.
func columnsOf[T any](fields []field[T]) []Column {
	columns := make([]Column, len(fields))
	for i, f := range fields {
		columns[i] = f.Column
	}
	return columns
}

// rowOf returns the values of the fields.
func rowOf[T any](fields []field[T], v T) Row {
	row := make(Row, len(fields))
	for i, f := range fields {
		row[i] = f.of(v)
	}
	return row
}

// text is s, or null if there is nothing to say.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// instant is t as it is exported, or null for the zero time.
func instant(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Truncate(time.Microsecond)
}

// count is n, or null for none.
func count(n int) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}

// seconds is a time that is more than none, else null.
func seconds(d time.Duration) any {
	if d <= 0 {
		return nil
	}
	return d.Seconds()
}

// offset is how far clocks differ, or null if they are not known to.
func offset(d time.Duration) any {
	if d == 0 {
		return nil
	}
	return d.Seconds()
}

// until is how long something took that ended at an instant, or null if it has
// not ended.
func until(end time.Time, d time.Duration) any {
	if end.IsZero() {
		return nil
	}
	return d.Seconds()
}

// stamp writes an instant as RFC 3339 has it, always as long as the next.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }
