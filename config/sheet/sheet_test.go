package sheet

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// saved are the same two rows as programs save them.
func saved(t *testing.T) map[string][]byte {
	t.Helper()
	rows := func(sep string) string {
		return strings.Join([]string{
			strings.Join([]string{"id", "name", "consent"}, sep),
			strings.Join([]string{"blaabaer", `"Blåbær, Øl; ""AS"""`, "01.11.2026"}, sep),
			strings.Join([]string{"aas", "Ås – Kraft", ""}, sep), "",
		}, "\r\n")
	}
	western, err := charmap.Windows1252.NewEncoder().String(rows(";"))
	if err != nil {
		t.Fatal(err)
	}
	broad, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(rows("\t"))
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"UTF-8 , a script":                    []byte(rows(",")),
		"UTF-8 ; Excel, CSV UTF-8, in Norway": []byte("\ufeff" + rows(";")),
		"windows-1252 ; Excel, CSV":           []byte(western),
		"UTF-16 \t Excel, Unicode text":       []byte(broad),
		"windows-1252 ; with its separator":   []byte("sep=;\r\n" + western),
	}
}

// TestRead: every way of saving gives the same cells, and the table says which it was.
func TestRead(t *testing.T) {
	for name, raw := range saved(t) {
		table, err := Read(raw)
		if err != nil || len(table.Faults) > 0 {
			t.Errorf("%s: got %v, %v", name, err, table.Faults)
			continue
		}
		if got := fmt.Sprintf("%s %c", table.Encoding, table.Separator); !strings.HasPrefix(name, got) {
			t.Errorf("%s: got %s", name, got)
		}
		if got, want := fmt.Sprintf("%q", table.Header.Cells), `["id" "name" "consent"]`; got != want {
			t.Errorf("%s: header: got %s, want %s", name, got, want)
		}
		if len(table.Rows) != 2 {
			t.Errorf("%s: got %d rows", name, len(table.Rows))
			continue
		}
		if got, want := table.Rows[0].Cells[1], `Blåbær, Øl; "AS"`; got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
		if got, want := table.Rows[1].Cells[1], "Ås – Kraft"; got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

// TestReadFaults: what cannot be read is told with its line, and one row does not hide
// the next.
func TestReadFaults(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", "line 0: is empty"},
		{"nothing but a mark", "\ufeff\r\n;;\r\n", "line 0: is empty"},
		{"put together of two", "id,name\na,Blåbær\nb,Bl\xe5b\xe6r\n", "line 3: is not UTF-8, and the rest of the file is; save the file anew as CSV UTF-8"},
		{"marked as what it is not", "\ufeffid,name\nb,Bl\xe5b\xe6r\n", "line 2: is not UTF-8, and the rest of the file is; save the file anew as CSV UTF-8"},
		{"short row", "id;name\na\nb;c\n", "line 2: has 1 columns; the first line has 2"},
		{"quote", "id;name\na;b\"c\n", "line 2: column 4: bare \" in non-quoted-field"},
		{"a column without a name", "id;;name;\na;;b;\nc;d;e;\n", "line 3: column 2 holds something and has no name in the first line"},
		{"columns of nothing", "id;;name;;\na;;b;;\n", ""},
	} {
		table, err := Read([]byte(tt.text))
		got := ""
		if err != nil {
			got = err.Error()
		}
		for _, f := range table.Faults {
			got += f.Error()
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	table, err := Read([]byte("id;;name;;\na;;b;;\n"))
	if got := fmt.Sprint(table.Header.Cells, table.Rows[0].Cells); err != nil || got != "[id name] [a b]" {
		t.Errorf("columns of nothing: got %s, %v", got, err)
	}
}

// TestDate: a day is turned round only where it can be read in one way.
func TestDate(t *testing.T) {
	for text, want := range map[string]string{
		"01.11.2026": "2026-11-01", "1.11.2026": "2026-11-01", "31.12.2027": "2027-12-31", "99.99.2027": "2027-99-99",
		"2026-11-01": "2026-11-01", "11/01/2026": "11/01/2026", "01.11.26": "01.11.26", "": "", "46327": "46327",
		"1.11.": "1.11.", "a.b.2026": "a.b.2026", "123.1.2026": "123.1.2026", "-1.1.2026": "-1.1.2026",
	} {
		if got := Date(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
