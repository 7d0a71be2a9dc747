package export

import (
	"bytes"
	stdcsv "encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
)

// sample is a table with a column of each type, and a row of each sort.
func sample() (Table, []Row) {
	at := time.Date(2026, 3, 29, 1, 59, 59, 123456000, time.UTC)
	table := Table{Name: "sample", Key: []string{"name"}, Columns: []Column{
		{Name: "name", Type: Text},
		{Name: "text", Type: Text, Null: "none"},
		{Name: "n", Type: Integer, Null: "none"},
		{Name: "x", Type: Real, Null: "none"},
		{Name: "yes", Type: Truth, Null: "none"},
		{Name: "at", Type: Time, Null: "none"},
	}}
	rows := []Row{{"nulls", nil, nil, nil, nil, nil}, {"zeroes", "", int64(0), 0.0, false, time.Unix(0, 0).UTC()}}
	for _, text := range []string{
		"plain", "a,b", `say "ja"`, "two\nlines", "two\r\nlines", " lead", "trail ", "=1+1", "+47", "-1", "@a", "\tx", "\rx", "'quoted", "''",
		"æøå 😀", "<b>&", "NULL", "null", `\N`, "a'=1", "\x00",
	} {
		rows = append(rows, Row{"text", text, int64(-5), 1234.5678, true, at})
	}
	return table, rows
}

// encoded returns the rows as a format has them.
func encoded(t *testing.T, f Format) []byte {
	t.Helper()
	table, rows := sample()
	var out bytes.Buffer
	encode, err := f.encoder(&out, table)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := table.check(row); err != nil {
			t.Fatal(err)
		}
		if err := encode.encode(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := encode.close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestCSV reads with a reader of RFC 4180 and undoes what keeps spreadsheets
// from running cells.
func TestCSV(t *testing.T) {
	text := string(encoded(t, CSV))
	table, rows := sample()
	records, err := stdcsv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(records[0], ","), "name,text,n,x,yes,at"; got != want {
		t.Errorf("head: got %s, want %s", got, want)
	}
	for i, row := range rows {
		got := strings.TrimPrefix(records[i+1][1], "'")
		if c := records[i+1][1]; c != "" && strings.ContainsAny(c[:1], "=+-@\t\r") {
			t.Errorf("%q would be run", c)
		}
		want, _ := row[1].(string)
		// The standard library's reader makes LF of CR LF inside quotes.
		if want = strings.ReplaceAll(want, "\r\n", "\n"); got != want {
			t.Errorf("row %d of %s: got %q, want %q", i, table.Name, got, want)
		}
	}
	for _, want := range []string{
		"nulls,,,,,\r\n", "zeroes,\"\",0,0,false,1970-01-01T00:00:00.000000Z\r\n",
		"text,plain,-5,1234.5678,true,2026-03-29T01:59:59.123456Z\r\n", "text,\"say \"\"ja\"\"\",", "text,'=1+1,", "text,''quoted,",
		"text,\" lead\",", "text,\"two\r\nlines\",",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("got no %q in %s", want, text)
		}
	}
}

func TestNDJSON(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(string(encoded(t, NDJSON)), "\n"), "\n")
	_, rows := sample()
	for i, line := range lines {
		var got struct {
			Text *string
			N    *int64
			X    *float64
			Yes  *bool
			At   *time.Time
		}
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		back := Row{rows[i][0], orNull(got.Text), orNull(got.N), orNull(got.X), orNull(got.Yes), orNull(got.At)}
		if !slices.Equal(back, rows[i]) {
			t.Errorf("got %v, want %v", back, rows[i])
		}
	}
	if want := `{"name":"nulls","text":null,"n":null,"x":null,"yes":null,"at":null}`; lines[0] != want {
		t.Errorf("got %s, want %s", lines[0], want)
	}
	if !strings.Contains(strings.Join(lines, "\n"), `"text":"<b>&"`) {
		t.Error("HTML is escaped")
	}
}

// orNull is what a pointer points to, or null.
func orNull[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

// TestParquet reads with the library that writes: see TestDuckDB for another.
func TestParquet(t *testing.T) {
	content := encoded(t, Parquet)
	file, err := parquet.OpenFile(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := file.Metadata().CreatedBy, "svartid version 6(build export)"; got != want {
		t.Errorf("made by %q, want %q", got, want)
	}
	table, rows := sample()
	for i, f := range file.Schema().Fields() {
		if f.Name() != table.Columns[i].Name || f.Optional() != (table.Columns[i].Null != "") {
			t.Errorf("column %d: got %s, want %+v", i, f, table.Columns[i])
		}
	}
	reader := parquet.NewReader(file)
	got := make([]parquet.Row, len(rows)+1)
	n, err := reader.ReadRows(got)
	if n != len(rows) || err != nil && !errors.Is(err, io.EOF) {
		t.Fatalf("got %d rows, %v", n, err)
	}
	for i, row := range rows {
		for j, want := range row {
			if w := parquetValue(want); !parquet.Equal(got[i][j], w) || got[i][j].IsNull() != (want == nil) {
				t.Errorf("row %d, %s: got %v, want %v", i, table.Columns[j].Name, got[i][j], w)
			}
		}
	}
}

// TestParquetGroups: a row group ends before it takes much memory, be it by
// rows or by long texts.
func TestParquetGroups(t *testing.T) {
	table := Table{Name: "t", Columns: []Column{{Name: "text", Type: Text}}}
	for _, tt := range []struct {
		name         string
		rows, length int
		want         int
	}{{"few", 3, 5, 1}, {"none", 0, 0, 0}, {"many", groupRows + 1, 1, 2}, {"long", 9, groupBytes / 4, 3}} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			encode := newParquet(&out, table)
			for range tt.rows {
				if err := encode.encode(Row{strings.Repeat("a", tt.length)}); err != nil {
					t.Fatal(err)
				}
			}
			if err := encode.close(); err != nil {
				t.Fatal(err)
			}
			file, err := parquet.OpenFile(bytes.NewReader(out.Bytes()), int64(out.Len()))
			if err != nil {
				t.Fatal(err)
			}
			if got := len(file.RowGroups()); got != tt.want || file.NumRows() != int64(tt.rows) {
				t.Errorf("got %d groups of %d rows, want %d of %d", got, file.NumRows(), tt.want, tt.rows)
			}
		})
	}
}

func TestFormatUnknown(t *testing.T) {
	if _, err := Format("xlsx").encoder(io.Discard, Table{}); err == nil || !strings.Contains(err.Error(), "want csv, ndjson or parquet") {
		t.Errorf("got %v", err)
	}
}
