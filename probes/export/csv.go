package export

import (
	"io"
	"strconv"
	"strings"
	"time"
)

// A csv writes RFC 4180: a head, CR LF after each record. encoding/csv is not
// used because it cannot tell a null from an empty text.
type csv struct {
	out  io.Writer
	line []byte
}

// newCSV returns an encoder that has written the head.
func newCSV(out io.Writer, t Table) (*csv, error) {
	c := &csv{out: out}
	head := make(Row, len(t.Columns))
	for i, column := range t.Columns {
		head[i] = column.Name
	}
	return c, c.encode(head)
}

func (c *csv) encode(row Row) error {
	c.line = c.line[:0]
	for i, value := range row {
		if i > 0 {
			c.line = append(c.line, ',')
		}
		c.line = appendCell(c.line, value)
	}
	c.line = append(c.line, '\r', '\n')
	_, err := c.out.Write(c.line)
	return err
}

func (c *csv) close() error { return nil }

// appendCell writes one value.
func appendCell(line []byte, value any) []byte {
	switch v := value.(type) {
	case string:
		return appendQuoted(line, harmless(v))
	case int64:
		return strconv.AppendInt(line, v, 10)
	case float64:
		return strconv.AppendFloat(line, v, 'f', -1, 64)
	case bool:
		return strconv.AppendBool(line, v)
	case time.Time:
		return append(line, stamp(v)...)
	}
	return line
}

// appendQuoted writes a text, in quotes where it has to be.
func appendQuoted(line []byte, s string) []byte {
	if s != "" && !strings.ContainsAny(s, "\",\r\n") && s[0] != ' ' && s[len(s)-1] != ' ' {
		return append(line, s...)
	}
	line = append(line, '"')
	line = append(line, strings.ReplaceAll(s, `"`, `""`)...)
	return append(line, '"')
}

// harmless keeps spreadsheets from running a text as a formula, so that it can
// be undone: see the package's description.
func harmless(s string) string {
	if s != "" && strings.IndexByte("=+-@\t\r'", s[0]) >= 0 {
		return "'" + s
	}
	return s
}
