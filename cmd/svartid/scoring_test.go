package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// statements returns the statements of docs/scoring.md, in order.
func statements(t *testing.T) (all []string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/scoring.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range strings.Split(string(text), "```sql\n")[1:] {
		statement, _, _ := strings.Cut(block, "```")
		all = append(all, statement)
	}
	return all
}

// duckdbRows are rows of tables, by table.
type duckdbRows map[string][]map[string]any

// duckdb runs statements in a folder, and returns the rows of some tables. Where
// it is not installed the test is skipped, or fails if SVARTID_PEERS is 1.
func duckdb(t *testing.T, folder string, statements []string, tables ...string) duckdbRows {
	t.Helper()
	const home = "../../probes/export/testdata/duckdb/"
	node, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(home + "node_modules/@duckdb/node-api")
	}
	if err != nil {
		if os.Getenv("SVARTID_PEERS") == "1" {
			t.Fatal("DuckDB is not installed: run `make peers`")
		}
		t.Skip("DuckDB is not installed: run `make peers`")
	}
	text, err := json.Marshal(statements)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "statements.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, append([]string{home + "run.mjs", folder, file}, tables...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var rows duckdbRows
	if err := json.Unmarshal(out, &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestScoringDocument: what docs/scoring.md computes from the other tables is
// what standings and channels hold, in every figure.
func TestScoringDocument(t *testing.T) {
	s := openSeason(t)
	s.spring()
	dir := s.file("out")
	var said strings.Builder
	args := []string{"export", "-c", s.file("svartid.yml"), "--format", "parquet", "--out", dir}
	if got := run(t.Context(), args, streams{out: &said, err: &said}); got != exitDone {
		t.Fatalf("got status %d: %s", got, &said)
	}
	if err := os.WriteFile(filepath.Join(dir, "ratings.csv"), []byte("contact,rating\nkraft00mail,0.5\nkraft01mail,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	rows := duckdb(t, dir, statements(t), "recomputed", "standings", "channel_scores", "channels", "medians", "spread", "constants", "award")
	compared := same(t, rows, "recomputed", "standings", []string{"class", "company"})
	compared += same(t, rows, "channel_scores", "channels", []string{"class", "company", "channel"})
	compared += same(t, rows, "medians", "channels", []string{"class", "company", "channel"})
	for _, c := range rows["constants"] {
		for _, figure := range []string{"variance", "noise"} {
			if !alike(rows["spread"][0][figure], c[figure]) {
				t.Errorf("%s: got %v, want %v", figure, rows["spread"][0][figure], c[figure])
			}
		}
	}
	if len(rows["standings"]) != 6 || len(rows["award"]) != 6 || compared < 120 {
		t.Errorf("compared %d figures of %d companies, %d in the award", compared, len(rows["standings"]), len(rows["award"]))
	}
	t.Logf("%d figures are the same", compared)
}

// same holds the figures of one table against those of the same names in another.
func same(t *testing.T, rows duckdbRows, got, want string, key []string) (compared int) {
	t.Helper()
	name := func(row map[string]any) (name string) {
		for _, k := range key {
			name += fmt.Sprint(row[k], " ")
		}
		return name
	}
	wanted := map[string]map[string]any{}
	for _, row := range rows[want] {
		wanted[name(row)] = row
	}
	if len(rows[got]) == 0 {
		t.Errorf("%s has no rows", got)
	}
	for _, row := range rows[got] {
		other := wanted[name(row)]
		for column, value := range row {
			if w, both := other[column]; both {
				compared++
				if !alike(value, w) {
					t.Errorf("%s, %s of %s: got %v, want %v", got, column, name(row), value, w)
				}
			}
		}
		if other == nil {
			t.Errorf("%s has no %s", want, name(row))
		}
	}
	return compared
}

// alike reports whether two values are the same, numbers to 1e-12. DuckDB gives
// whole numbers of 64 bits as text.
func alike(a, b any) bool {
	x, aNumber := asNumber(a)
	y, bNumber := asNumber(b)
	if aNumber && bNumber {
		return math.Abs(x-y) <= 1e-12*max(1, math.Abs(y))
	}
	return fmt.Sprint(a) == fmt.Sprint(b)
}

func asNumber(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil
	}
	return 0, false
}
