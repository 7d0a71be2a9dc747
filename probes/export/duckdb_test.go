package export_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/svartid/svartid/probes/export"
)

// duckdb is what DuckDB has found in a table: in Parquet first, then in CSV.
type duckdb struct {
	Rows    []int64
	Columns []struct {
		Name, Type string
		In         []struct {
			Values  int64
			Content string
		}
	}
}

// readers returns the command that reads with DuckDB. Where it is not
// installed the test ends: as skipped, or as failed where the environment asks
// for peers by SVARTID_PEERS=1.
func readers(t *testing.T) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat("testdata/duckdb/node_modules/@duckdb/node-api")
	}
	if err == nil {
		return node
	}
	const why = "DuckDB is not installed: run `make peers`"
	if os.Getenv("SVARTID_PEERS") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
	return ""
}

// TestDuckDB: a reader that shares no code with the writer finds in Parquet the
// columns of the schema, and in each the same values as in CSV.
func TestDuckDB(t *testing.T) {
	node := readers(t)
	types := map[export.Type]string{
		export.Text: "VARCHAR", export.Integer: "BIGINT", export.Real: "DOUBLE", export.Truth: "BOOLEAN",
		export.Time: "TIMESTAMP WITH TIME ZONE",
	}
	f := newFixture(t)
	f.tell()
	f.live(lives(200))
	asParquet, m := f.write(export.Parquet, "")
	asCSV, _ := f.write(export.CSV, "")
	for i, table := range export.Tables() {
		t.Run(table.Name, func(t *testing.T) {
			read := exec.CommandContext(t.Context(), node, "testdata/duckdb/read.mjs",
				filepath.Join(asParquet, table.Name+".parquet"), filepath.Join(asCSV, table.Name+".csv"))
			read.Stderr = os.Stderr
			out, err := read.Output()
			if err != nil {
				t.Fatal(err)
			}
			var got duckdb
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatal(err)
			}
			if want := m.Files[i].Rows; got.Rows[0] != want || got.Rows[1] != want {
				t.Errorf("got %v rows, want %d", got.Rows, want)
			}
			if len(got.Columns) != len(table.Columns) {
				t.Fatalf("got %d columns, want %d", len(got.Columns), len(table.Columns))
			}
			for j, want := range table.Columns {
				c := got.Columns[j]
				if c.Name != want.Name || c.Type != types[want.Type] {
					t.Errorf("column %d: got %s %s, want %s %s", j, c.Name, c.Type, want.Name, types[want.Type])
				}
				if c.In[0] != c.In[1] || want.Null == "" && c.In[0].Values != m.Files[i].Rows {
					t.Errorf("%s: got %+v in Parquet, %+v in CSV", c.Name, c.In[0], c.In[1])
				}
			}
		})
	}
}
