package simulation_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/svartid/svartid/channels/channeltest/race"
)

// Of the table of planted faults: where it is, and how many seasons are played at most.
const (
	tableFile   = "../../../docs/simulation.md"
	tableBegins = "<!-- planted faults -->\n"
	mostSeasons = 25
)

// A finding is a row of the table.
type finding struct {
	plant string
	seeds int // until it was found; 0: it was not
	found string
}

// harness returns a digest of the sources of the simulation, but for this one.
func harness(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	for _, file := range files {
		if file == "table_test.go" {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		h.Write(source)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

// readTable returns the page before its table, the rows, and the digest of the harness
// that wrote them.
func readTable(t *testing.T) (page string, rows map[string]finding, by string) {
	t.Helper()
	text, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	page, table, _ := strings.Cut(string(text), tableBegins)
	rows = map[string]finding{}
	for _, m := range regexp.MustCompile(`(?m)^\| ([^|]+) \| (\d+) \| ([^|]*) \|$`).FindAllStringSubmatch(table, -1) {
		n, err := strconv.Atoi(m[2])
		if err != nil {
			t.Fatal(err)
		}
		rows[m[1]] = finding{m[1], n, m[3]}
	}
	if m := regexp.MustCompile("harness `([0-9a-f]+)`").FindStringSubmatch(table); m != nil {
		by = m[1]
	}
	return page, rows, by
}

// TestPlanted finds three of the faults that one season is enough for, and every fault that
// is planted where SVARTID_SEEDS asks for many seasons. UPDATE=1 counts the seasons that it
// takes, and writes the table; else the season that found it is played first.
func TestPlanted(t *testing.T) {
	race.Skip(t, "it winds weeks forward")
	page, rows, by := readTable(t)
	update := os.Getenv("UPDATE") != ""
	if !update && by != harness(t) {
		t.Errorf("the harness has changed since it was measured what it finds: UPDATE=1 go test -run TestPlanted ./probes/engine/simulation")
	}
	all := plants()
	if !update && os.Getenv("SVARTID_SEEDS") == "" {
		all = slices.DeleteFunc(all, func(p plant) bool { return rows[p.name].seeds != 1 })[:3]
	}
	var found []finding
	for _, p := range all {
		t.Run(p.name, func(t *testing.T) {
			first := uint64(max(rows[p.name].seeds, 1) - 1)
			if update {
				first = 0
			}
			f := find(t, p, first)
			if f.seeds == 0 {
				t.Errorf("not found in %d seasons", mostSeasons)
			}
			found = append(found, f)
		})
	}
	if update && !t.Failed() {
		writeTable(t, page, found)
	}
}

// find plays seasons until a fault is found, a certain one first.
func find(t *testing.T, p plant, first uint64) finding {
	t.Helper()
	order := []uint64{first}
	for seed := range uint64(mostSeasons) {
		if seed != first {
			order = append(order, seed)
		}
	}
	for _, seed := range order {
		if w := simulate(t, seed, p); len(w.faults) > 0 {
			t.Logf("seed %d: %s", seed, w.faults[0])
			return finding{p.name, int(seed) + 1, plainly(w.faults[0])}
		}
	}
	return finding{plant: p.name}
}

// plainly takes from what was found the names and times of its season.
func plainly(fault string) string {
	fault, _, _ = strings.Cut(fault, "\n")
	for _, r := range [][2]string{
		{`hold: verify: .*`, `hold: verify finds it`},
		{`\b[a-z2-7]{12}(\.\d)?\b`, `a contact`},
		{`firm\d \S+, with a contact`, `a company in a day`},
		{`\d[\dhms.]+s\b`, `so long`},
		{`at \d{4}-\d\d-\d\d [\d:.]+ \+\d{4} [A-Z]+`, `then`},
		{`\s*\([^)]*\)$`, ``},
	} {
		fault = regexp.MustCompile(r[0]).ReplaceAllString(fault, r[1])
	}
	return strings.ReplaceAll(fault, "|", "/")
}

// writeTable writes the page with what was found.
func writeTable(t *testing.T, page string, found []finding) {
	t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s%s\nMeasured by the harness `%s`.\n\n| planted | seasons until it is found | what is found |\n|---|---|---|\n", page, tableBegins, harness(t))
	for _, f := range found {
		fmt.Fprintf(&b, "| %s | %d | %s |\n", f.plant, f.seeds, f.found)
	}
	if err := os.WriteFile(tableFile, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
