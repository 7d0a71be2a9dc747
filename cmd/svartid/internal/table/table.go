// Package table reads observations from CSV files.
package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// A Table is a CSV file with a header line, read strictly: faults are told with
// file, line and column.
type Table struct {
	file    string
	columns map[string]int
	rows    [][]string
	lines   []int // of each row
}

// Read reads a file; - is in.
func Read(file string, in io.Reader) (*Table, error) {
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, fmt.Errorf("read table: %w", err)
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return nil, fmt.Errorf("read table %s: %w", file, err)
	}
	const byteOrderMark = "\ufeff" // which spreadsheets put first
	t := &Table{file: file, columns: map[string]int{}}
	if err := t.parse(csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte(byteOrderMark))))); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return t, nil
}

// parse reads the header and at least one row.
func (t *Table) parse(r *csv.Reader) error {
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return errors.New("is empty; want a header line and rows")
	}
	if err != nil {
		return err
	}
	for i, name := range header {
		if _, twice := t.columns[name]; twice {
			return fmt.Errorf("line 1: column %s is there twice", name)
		}
		t.columns[name] = i
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		line, _ := r.FieldPos(0)
		t.rows, t.lines = append(t.rows, row), append(t.lines, line)
	}
	if len(t.rows) == 0 {
		return errors.New("holds no rows")
	}
	return nil
}

// Len is how many rows there are.
func (t *Table) Len() int { return len(t.rows) }

// Fault names a row in which err was found.
func (t *Table) Fault(row int, err error) error {
	return fmt.Errorf("%s: line %d: %w", t.file, t.lines[row], err)
}

// A Column is one column of a table.
type Column struct {
	*Table
	name string
	at   int
}

// column finds a column. One without a name is empty in every row.
func (t *Table) column(name string) (Column, error) {
	at, ok := t.columns[name]
	switch {
	case name == "":
		return Column{t, name, -1}, nil
	case !ok:
		names := make([]string, len(t.columns))
		for known, i := range t.columns {
			names[i] = known
		}
		return Column{}, fmt.Errorf("%s: has no column %q, but %s", t.file, name, strings.Join(names, ", "))
	}
	return Column{t, name, at}, nil
}

// Find finds several columns.
func (t *Table) Find(names ...string) ([]Column, error) {
	var found []Column
	for _, name := range names {
		c, err := t.column(name)
		if err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, nil
}

// text returns what a row has in the column.
func (c Column) text(row int) string {
	if c.at < 0 {
		return ""
	}
	return c.rows[row][c.at]
}

// label returns what a row has in the column, which must be something where
// there is a column.
func (c Column) label(row int) (string, error) {
	text := c.text(row)
	if text == "" && c.at >= 0 {
		return "", c.fault(row, "is empty")
	}
	return text, nil
}

// Number returns a row's decimal number.
func (c Column) Number(row int) (float64, error) {
	v, err := Decimal(c.text(row))
	if err != nil {
		return 0, c.fault(row, err.Error())
	}
	return v, nil
}

// Whole returns a row's whole number, from 0 to most.
func (c Column) Whole(row, most int) (int, error) {
	text := c.text(row)
	v, err := strconv.Atoi(text)
	if err != nil || v < 0 || v > most || text != strconv.Itoa(v) {
		return 0, c.fault(row, fmt.Sprintf("%q: want a whole number from 0 to %d", text, most))
	}
	return v, nil
}

func (c Column) fault(row int, what string) error {
	return fmt.Errorf("%s: line %d, column %s: %s", c.file, c.lines[row], c.name, what)
}

// Decimal reads a number that is 0 or more, written as people write it.
func Decimal(text string) (float64, error) {
	strange := func(r rune) bool { return !slices.Contains([]rune("0123456789.eE+-"), r) }
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.ContainsFunc(text, strange) {
		return 0, fmt.Errorf("%q: want a decimal number", text)
	}
	if v < 0 {
		return 0, fmt.Errorf("%q: want 0 or more", text)
	}
	return v, nil
}
