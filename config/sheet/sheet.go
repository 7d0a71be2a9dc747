// Package sheet reads tables as spreadsheets save them.
//
// A program that saves "CSV" does so by the customs of its country and its age:
// Excel in Norway parts the columns by semicolons, writes dates as 01.11.2026, and
// encodes the text as windows-1252 or, where it was asked for "CSV UTF-8", with a
// byte order mark. All of these are told apart by the text alone, and what was found
// is part of the table, so that a person can be shown how it was read.
package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// A Table is what a file holds. Its rows are in the order of their lines, the
// first one that is not empty is the header.
type Table struct {
	Encoding  string // UTF-8, UTF-16 or windows-1252
	Separator rune   // a comma, a semicolon or a tab
	Header    Row
	Rows      []Row // without those that hold nothing
	Faults    []Fault
}

// A Row is one record; its cells are trimmed.
type Row struct {
	Line  int // on which it begins; the first is 1
	Cells []string
}

// A Fault is what could not be read.
type Fault struct {
	Line int // 0 = the file as a whole
	Text string
}

// Error writes the fault without the name of the file.
func (f Fault) Error() string { return fmt.Sprintf("line %d: %s", f.Line, f.Text) }

// The encodings that are told apart.
const (
	plain   = "UTF-8"
	wide    = "UTF-16"
	western = "windows-1252"
)

// Read reads a table. What is wrong with single rows is among its faults; the error
// is a [Fault] and says that nothing of it could be read.
func Read(raw []byte) (Table, error) {
	text, encoding, err := decode(raw)
	if err != nil {
		return Table{}, err
	}
	t := Table{Encoding: encoding}
	text, t.Separator = separated(text)
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = t.Separator, -1, t.Separator != '\t'
	for {
		cells, err := r.Read()
		var broken *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			if t.Header.Cells == nil {
				return t, Fault{Text: "is empty"}
			}
			t.unnamed()
			return t, nil
		case errors.As(err, &broken):
			t.Faults = append(t.Faults, Fault{broken.Line, fmt.Sprintf("column %d: %s", broken.Column, broken.Err)})
		case err != nil:
			return t, Fault{Text: err.Error()}
		default:
			line, _ := r.FieldPos(0)
			t.take(Row{line, cells})
		}
	}
}

// take takes in one record.
func (t *Table) take(r Row) {
	for i, cell := range r.Cells {
		r.Cells[i] = strings.TrimSpace(cell)
	}
	switch {
	case strings.Join(r.Cells, "") == "":
	case t.Header.Cells == nil:
		t.Header = r
	case len(r.Cells) != len(t.Header.Cells):
		text := fmt.Sprintf("has %d columns; the first line has %d", len(r.Cells), len(t.Header.Cells))
		t.Faults = append(t.Faults, Fault{r.Line, text})
	default:
		t.Rows = append(t.Rows, r)
	}
}

// unnamed drops the columns that have no name and hold nothing: a spreadsheet
// saves what was formatted once. One that holds something is a fault.
func (t *Table) unnamed() {
	for i := len(t.Header.Cells) - 1; i >= 0; i-- {
		if t.Header.Cells[i] != "" {
			continue
		}
		for _, r := range t.Rows {
			if r.Cells[i] != "" {
				t.Faults = append(t.Faults, Fault{r.Line, fmt.Sprintf("column %d holds something and has no name in the first line", i+1)})
				return
			}
		}
		t.Header.Cells = append(t.Header.Cells[:i:i], t.Header.Cells[i+1:]...)
		for j, r := range t.Rows {
			t.Rows[j].Cells = append(r.Cells[:i:i], r.Cells[i+1:]...)
		}
	}
}

// decode returns the text as UTF-8 without a byte order mark, and how it was
// encoded. Bytes that are no UTF-8 are windows-1252, unless other lines are UTF-8:
// such a file was put together of two, and one of them would be misread.
func decode(raw []byte) (text []byte, encoding string, err error) {
	marked := bytes.HasPrefix(raw, []byte("\ufeff"))
	switch {
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe}), bytes.HasPrefix(raw, []byte{0xfe, 0xff}):
		text, err = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(raw)
		if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
			return nil, "", Fault{Text: "is not UTF-16, as its beginning says; save it as CSV UTF-8"}
		}
		return text, wide, nil
	case utf8.Valid(raw):
		return bytes.TrimPrefix(raw, []byte("\ufeff")), plain, nil
	}
	line, mixed := strays(raw)
	if marked || mixed {
		return nil, "", Fault{line, "is not UTF-8, and the rest of the file is; save the file anew as CSV UTF-8"}
	}
	text, err = charmap.Windows1252.NewDecoder().Bytes(raw)
	if err != nil {
		return nil, "", Fault{line, "is neither UTF-8 nor windows-1252; save the file as CSV UTF-8"}
	}
	return text, western, nil
}

// strays returns the first line that is not UTF-8, and whether the text also holds
// letters that are encoded as UTF-8, in two bytes or more.
func strays(raw []byte) (line int, mixed bool) {
	number := 1
	for part := range bytes.Lines(raw) {
		for len(part) > 0 {
			r, size := utf8.DecodeRune(part)
			if r == utf8.RuneError && size == 1 && line == 0 {
				line = number
			}
			mixed = mixed || size > 1
			part = part[size:]
		}
		number++
	}
	return line, mixed
}

// separated returns what parts the columns: what the first line has most of outside
// quotes. A line that says so itself, as Excel's sep=;, is blanked, so that the
// numbers of lines stay.
func separated(text []byte) ([]byte, rune) {
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	said := strings.TrimSpace(string(first))
	if len(said) == len("sep=;") && strings.EqualFold(said[:4], "sep=") && strings.ContainsRune(",;\t", rune(said[4])) {
		return append([]byte("\n"), rest...), rune(said[4])
	}
	count := map[rune]int{}
	quoted := false
	for _, r := range string(bytes.TrimLeft(text, "\r\n")) {
		if r == '\n' && !quoted {
			break
		}
		if r == '"' {
			quoted = !quoted
		} else if !quoted {
			count[r]++
		}
	}
	best := ','
	for _, r := range ";\t" {
		if count[r] > count[best] {
			best = r
		}
	}
	return text, best
}
