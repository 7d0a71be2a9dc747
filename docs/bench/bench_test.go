package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const printed = `goos: linux
BenchmarkExportKept/csv-2         	       1	4895505808 ns/op	       200 cpu-µs/contact	        50 duckdb-cpu-µs/contact	      2448 µs/contact
BenchmarkClasses/unchanged-16  5  18000000 ns/op
BenchmarkShort-2
PASS
`

func TestParse(t *testing.T) {
	got := parse([]byte(printed))
	for at, want := range map[reading]float64{
		{"BenchmarkExportKept/csv", "cpu-µs/contact"}: 200, {"BenchmarkExportKept/csv", "duckdb-cpu-µs/contact"}: 50,
		{"BenchmarkClasses/unchanged", "ns/op"}: 18e6,
	} {
		if got[at] != want {
			t.Errorf("%v: got %v, want %v", at, got[at], want)
		}
	}
	if len(got) != 5 {
		t.Errorf("got %d figures, want 5: %v", len(got), got)
	}
}

// TestEarlier: what was printed before is read by the packages that it names, of several
// files together.
func TestEarlier(t *testing.T) {
	var files []string
	for _, value := range []string{"7", "9"} {
		file := filepath.Join(t.TempDir(), "printed")
		text := "goos: linux\npkg: github.com/svartid/svartid/probes/export\n" + printed +
			"\ngoos: linux\npkg: github.com/svartid/svartid/cmd/svartid\nBenchmarkStart-2 3 " + value + " ready-ms\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	got, err := earlier(strings.Join(files, ","))
	if err != nil {
		t.Fatal(err)
	}
	if at := got["cmd/svartid"][reading{"BenchmarkStart", "ready-ms"}]; !slices.Equal(at, []float64{7, 9}) {
		t.Errorf("got %v", at)
	}
	if at := got["probes/export"][reading{"BenchmarkExportKept/csv", "cpu-µs/contact"}]; len(at) != 2 || len(got) != 2 {
		t.Errorf("got %v", got)
	}
	if _, err := earlier("missing"); err == nil {
		t.Error("a file that is not there was read")
	}
}

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		of    []float64
		want  float64
		known bool
	}{{nil, 0, false}, {[]float64{7}, 7, true}, {[]float64{9, 1, 2}, 2, true}, {[]float64{4, 1, 2, 3}, 2.5, true}} {
		if got, known := median(tt.of); got != tt.want || known != tt.known {
			t.Errorf("%v: got %v, %v; want %v", tt.of, got, known, tt.want)
		}
	}
}

// TestRender: an aim that is held, one that is not, with why, one of a ratio, and one
// that was not measured.
func TestRender(t *testing.T) {
	at := func(name string) reading { return reading{name, "u"} }
	all := []aim{
		{what: "quick", folder: "f", run: "^A$", own: at("a"), limit: 10, most: true, unit: "ms", scale: 1e-3, because: "never said"},
		{what: "slow", folder: "f", run: "^B$", own: at("b"), limit: 3000, unit: "a second", scale: 1, because: "the disk"},
		{what: "beside", folder: "f", run: "^C$", own: at("c"), peer: at("p"), beside: "a peer", limit: -3, most: true, unit: "µs", scale: 1, because: "the peer does less"},
		{what: "missing", folder: "g", run: "^D$", own: at("d"), limit: 1, most: true, scale: 1},
	}
	got := render(all, figures{"f": {at("a"): {9000, 8000, 100}, at("b"): {2000}, at("c"): {40}, at("p"): {10}}}, "a machine")
	for _, want := range []string{
		"| quick | at most 10 ms | 8 ms |  |  | held |\n", "| slow | at least 3000 a second | 2000 a second |  |  | **not held** |\n",
		"| beside | at most 3 × | 40 µs | 10 µs: a peer | 4 | **not held** |\n", "| missing | at most 1 |  |  |  | not measured |\n",
		"- **slow** (`B` in `f`): the disk.\n", "- **beside** (`C` in `f`): the peer does less.\n", "Measured on a machine. Runs of each: 1 to 3.",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwant %q", got, want)
		}
	}
	if strings.Contains(got, "never said") {
		t.Errorf("an aim that is held is excused: %s", got)
	}
}

// TestAims: every aim names a benchmark of its own package's, and says what a profile
// says where it is not reached.
func TestAims(t *testing.T) {
	for _, a := range aims() {
		if a.what == "" || a.folder == "" || a.limit == 0 || a.scale == 0 || a.because == "" ||
			!strings.HasPrefix(a.run, "^Benchmark") || !strings.HasPrefix(a.own.line, strings.Trim(a.run, "^$")) {
			t.Errorf("%+v lacks something", a)
		}
	}
}
