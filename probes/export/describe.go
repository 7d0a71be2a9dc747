package export

import (
	"bytes"
	"fmt"
	"strings"
)

// A Schema is every table of an export, for people and programs.
type Schema struct {
	Version int     `json:"schema"`
	Tables  []Table `json:"tables"`
}

// Schema returns the tables of the export, those of its sheets too.
func (e Export) Schema() Schema {
	s := Schema{SchemaVersion, Tables()}
	for _, sheet := range e.Sheets {
		s.Tables = append(s.Tables, sheet.Table)
	}
	return s
}

// JSON is the schema for programs.
func (s Schema) JSON() ([]byte, error) { return indented(s) }

// Markdown is the schema for people.
func (s Schema) Markdown() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "# Schema %d\n\n%s", s.Version, preface)
	for _, t := range s.Tables {
		fmt.Fprintf(&out, "\n## %s\n\n%s One row for each %s.\n\n", t.Name, t.About, strings.Join(t.Key, " and "))
		out.WriteString("| column | type | unit | what it is | null means |\n|---|---|---|---|---|\n")
		for _, c := range t.Columns {
			fmt.Fprintf(&out, "| %s | %s | %s | %s | %s |\n", c.Name, c.Type, dash(c.Unit), c.About, dash(c.Null))
		}
	}
	return out.Bytes()
}

// preface is what holds for all tables.
const preface = `A value that is not there is null, never zero.

| type | CSV | NDJSON | Parquet |
|---|---|---|---|
| text | UTF-8; begins with an apostrophe more if it begins with one, with = + - @, a tab or a carriage return | string | STRING |
| integer | digits | number | INT64 |
| real | decimal | number | DOUBLE |
| boolean | true or false | true or false | BOOLEAN |
| time | RFC 3339 in UTC, to the microsecond | the same, a string | TIMESTAMP, UTC, microseconds |
| null | an empty field; an empty text is "" | null | null |

CSV is that of RFC 4180, with a head. Rows are in the order of contacts' ids. An export since a cursor holds the
contacts that have changed, with all their rows: take away what you have of these contacts, then add what has come.
`

// dash is s, or what stands for nothing in a table.
func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
