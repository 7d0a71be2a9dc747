package export

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"time"
)

// An ndjson writes one JSON object a line, its keys in the order of the
// columns, nulls too.
type ndjson struct {
	out   io.Writer
	table Table
	line  []byte
}

func (n *ndjson) encode(row Row) error {
	n.line = append(n.table.AppendJSON(n.line[:0], row), '\n')
	_, err := n.out.Write(n.line)
	return err
}

func (n *ndjson) close() error { return nil }

// AppendJSON appends a row of the table as a JSON object.
func (t Table) AppendJSON(line []byte, row Row) []byte {
	sep := byte('{')
	for i, c := range t.Columns {
		line = append(line, sep)
		sep = ','
		line = appendString(line, c.Name)
		line = append(line, ':')
		line = appendValue(line, row[i])
	}
	return append(line, '}')
}

// appendValue writes one value.
func appendValue(line []byte, value any) []byte {
	switch v := value.(type) {
	case string:
		return appendString(line, v)
	case int64:
		return strconv.AppendInt(line, v, 10)
	case float64:
		return strconv.AppendFloat(line, v, 'f', -1, 64)
	case bool:
		return strconv.AppendBool(line, v)
	case time.Time:
		return appendString(line, stamp(v))
	}
	return append(line, "null"...)
}

// plain reports whether a text stands in JSON as it is.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// appendString writes a string without the escapes that only HTML needs.
func appendString(line []byte, s string) []byte {
	if plain(s) {
		return append(append(append(line, '"'), s...), '"')
	}
	var buffer bytes.Buffer
	encode := json.NewEncoder(&buffer)
	encode.SetEscapeHTML(false)
	_ = encode.Encode(s) // a string always encodes
	return append(line, bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))...)
}
