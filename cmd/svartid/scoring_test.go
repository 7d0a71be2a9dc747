package main

import (
	"encoding/json"
	"fmt"
	"html"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/report/planned"
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
// what standings and channels hold, in every figure and by every policy, with a
// floor and weights and without.
func TestScoringDocument(t *testing.T) {
	t.Parallel()
	s := openSeason(t)
	s.spring()
	s.unheard()
	for _, policy := range fairness.Policies() {
		s.recomputed(string(policy), "")
		s.recomputed(string(policy), ", floor: 0.6, weights: {mail: 3, chat: 0.5}")
	}
	s.recomputed("award", ", weights: {chat: 0}")
}

// TestScoringOfMoves: the statements give what standings hold of a season in which a
// company was moved to another class, and one kept fewer hours from the fourth week on.
func TestScoringOfMoves(t *testing.T) {
	t.Parallel()
	s := openSeason(t)
	s.spring()
	follow := func(cfg *config.Config, at time.Time) {
		t.Helper()
		drawn := planned.Draw(cfg.Probing())
		err := s.l.Update(t.Context(), func(tx probes.Tx) error {
			if _, err := tx.Keep(t.Context(), []byte(drawn.Canonical())); err != nil {
				return err
			}
			return probes.Follow(t.Context(), tx, channels.Checkpoint{Source: drawn.Digest(), Until: at})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	start := s.cfg.Edition.From.In(s.cfg.Edition.Zone)
	follow(s.cfg, start)
	text, err := os.ReadFile(s.file("svartid.yml"))
	if err != nil {
		t.Fatal(err)
	}
	moved := strings.NewReplacer(
		"name: Fjordvarme, class: power", "name: Fjordvarme, class: bank", "name: Vindfang, ", "name: Vindfang, hours: \"Sun 08:00-09:00\", ",
	).Replace(string(text))
	if err := os.WriteFile(s.file("svartid.yml"), []byte(moved), 0o600); err != nil {
		t.Fatal(err)
	}
	later, err := config.Load(s.file("svartid.yml"))
	if err != nil {
		t.Fatal(err)
	}
	follow(later, start.AddDate(0, 0, 21))
	all, err := report.Rank(t.Context(), s.l, later.Probing(), time.Time{})
	if err != nil || len(all) != 2 || len(all[0].Standings) != 4 || len(all[0].Elsewhere) != 0 || len(all[1].Elsewhere) != 1 || all[0].Narrowed < 10 {
		t.Fatalf("got %+v, %v", all, err)
	}
	for _, policy := range fairness.Policies() {
		s.recomputed(string(policy), "")
	}
}

// recomputed exports the season by a policy, with more of it, and compares it with
// what DuckDB makes of it.
func (s *seasoned) recomputed(policy, more string) {
	t := s.t
	t.Helper()
	file, dir := s.file("other.yml"), s.file("out")
	text, err := os.ReadFile(s.file("svartid.yml"))
	if err == nil {
		other := strings.Replace(string(text), "policy: {", "policy: {score: "+policy+more+", ", 1)
		err = os.WriteFile(file, []byte(other), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	args := []string{"export", "-c", file, "--format", "parquet", "--out", dir}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if got := runCommandLine(t.Context(), args, streams{out: &said, err: &said}); got != exitDone {
		t.Fatalf("got status %d: %s", got, &said)
	}
	if err := os.WriteFile(filepath.Join(dir, "ratings.csv"), []byte("contact,rating\nkraft00mail,0.5\nkraft01mail,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	rows := duckdb(t, dir, statements(t), "recomputed", "standings", "channel_scores", "channels", "medians", "reached", "spread", "constants", "award")
	compared := same(t, rows, "recomputed", "standings", []string{"class", "company"})
	compared += same(t, rows, "channel_scores", "channels", []string{"class", "company", "channel"})
	compared += same(t, rows, "medians", "channels", []string{"class", "company", "channel"})
	compared += same(t, rows, "reached", "channels", []string{"class", "company", "channel"})
	for _, c := range rows["constants"] {
		for _, figure := range []string{"variance", "noise"} {
			if !alike(rows["spread"][0][figure], c[figure]) {
				t.Errorf("%s: got %v, want %v", figure, rows["spread"][0][figure], c[figure])
			}
		}
	}
	all := len(s.cfg.Companies)
	if len(rows["standings"]) != all || len(rows["award"]) != all || compared < 20*all {
		t.Errorf("compared %d figures of %d companies, %d in the award", compared, len(rows["standings"]), len(rows["award"]))
	}
	t.Logf("%s%s: %d figures are the same", policy, more, compared)
}

// A shown is a figure of a page: what it is of, its value, and how it is printed.
type shown struct{ of, value, text string }

// shownOn returns the figures of a page, and the page's text without them.
func shownOn(page string) (all []shown, rest string) {
	figures := regexp.MustCompile(`<data value="([^"]*)" data-of="([^"]*)">([^<]*)</data>`)
	for _, m := range figures.FindAllStringSubmatch(page, -1) {
		all = append(all, shown{of: m[2], value: m[1], text: m[3]})
	}
	rest = figures.ReplaceAllString(page, "")
	for _, other := range []string{`(?s)<style>.*</style>`, `<time [^>]*>[^<]*</time>`, `<code>[^<]*</code>`, `<[^>]*>`} {
		rest = regexp.MustCompile(other).ReplaceAllString(rest, "")
	}
	return all, html.UnescapeString(rest)
}

// computed returns what the tables of docs/scoring.md hold of a company by the
// name that a page gives to a figure.
func computed(rows duckdbRows, company, class, of string) (any, bool) {
	parts := strings.Split(of, ".")
	table, column, key := parts[0], parts[len(parts)-1], strings.Join(parts[1:max(len(parts)-1, 1)], ".")
	switch table {
	case "scale":
		return 100.0, true
	case "level":
		return 0.95, true
	case "standings":
		table = "recomputed"
	}
	for _, row := range rows[table] {
		switch {
		case row["class"] != class, table != "constants" && row["company"] != company:
		case table == "outcomes" && row["state"] == column:
			return row["contacts"], true
		case table == "scores" && row["contact"] == key, table != "outcomes" && table != "scores" && (key == "" || row["channel"] == key):
			v, known := row[column]
			return v, known
		}
	}
	return nil, false
}

// TestParticipantPages: each figure of each participant's page is what the
// statements of docs/scoring.md compute from the result beside it, as it is
// printed too. The page holds no other figure, no other company and nobody's name.
func TestParticipantPages(t *testing.T) {
	t.Parallel()
	s := openSeason(t)
	s.spring()
	s.unheard()
	if err := os.WriteFile(s.cfg.Edition.SecretFile, []byte("000102030405060708090a0b0c0d0e0f\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := s.file("result")
	freeze(t, s.file("svartid.yml"), dir)
	if err := os.WriteFile(filepath.Join(dir, "ratings.csv"), []byte("contact,rating\nkraft00mail,0.5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	rows := duckdb(t, dir, statements(t), "recomputed", "constants", "scores", "channels", "channel_scores", "medians", "reached", "outcomes")
	figures, leftOut := 0, 0
	for _, co := range s.cfg.Companies {
		for _, lang := range []string{"nb", "en"} {
			page, err := os.ReadFile(filepath.Join(dir, "pages", co.ID+"."+lang+".html"))
			if err != nil {
				t.Fatal(err)
			}
			all, rest := shownOn(string(page))
			for _, f := range all {
				got, known := computed(rows, co.ID, co.Class, f.of)
				if !known || !alike(f.value, got) || !printedAs(f) {
					t.Errorf("%s.%s: %s is %s, printed %q, and computed %v", co.ID, lang, f.of, f.value, f.text, got)
				}
			}
			figures += len(all)
			leftOut += strings.Count(rest, "The channel is left out of the points") + strings.Count(rest, "Kanalen er holdt utenfor poengene")
			if digit := regexp.MustCompile(`.{0,30}[0-9].{0,30}`).FindString(strings.ReplaceAll(rest, s.cfg.Edition.Name, "")); digit != "" {
				t.Errorf("%s.%s: a figure that nothing computes: %q", co.ID, lang, digit)
			}
			for _, other := range s.cfg.Companies {
				if other.ID != co.ID && (strings.Contains(string(page), other.Name) || strings.Contains(string(page), other.ID+".")) {
					t.Errorf("%s.%s names %s", co.ID, lang, other.Name)
				}
			}
			for _, name := range []string{"Kari", "Ola", "Solveig"} {
				if strings.Contains(rest, name) {
					t.Errorf("%s.%s names %s", co.ID, lang, name)
				}
			}
		}
	}
	if figures < 500 || leftOut != 2 {
		t.Errorf("got %d figures, and a channel that is left out on %d pages", figures, leftOut)
	}
	t.Logf("%d figures are the same", figures)
}

// freeze freezes a season's result, whatever waits.
func freeze(t *testing.T, config, dir string) {
	t.Helper()
	var said strings.Builder
	args := []string{"result", "-c", config, "--out", dir}
	if runCommandLine(t.Context(), args, streams{out: &said, err: &said}) == exitDone {
		return
	}
	_, digest, waits := strings.Cut(said.String(), "--accept ")
	if !waits {
		t.Fatal(&said)
	}
	said.Reset()
	if got := runCommandLine(t.Context(), append(args, "--accept", strings.TrimSpace(digest)), streams{out: &said, err: &said}); got != exitDone {
		t.Fatalf("got status %d: %s", got, &said)
	}
}

// printedAs reports whether a figure is printed as its value is: rounded, as
// points, per cent or a length of time.
func printedAs(f shown) bool {
	v, err := strconv.ParseFloat(f.value, 64)
	if err != nil {
		return false
	}
	text := strings.Replace(f.text, ",", ".", 1)
	if share, percent := strings.CutSuffix(text, "%"); percent {
		printed, err := strconv.ParseFloat(strings.Trim(share, " \u00a0"), 64)
		return err == nil && math.Abs(printed-100*v) <= 0.5+1e-9
	}
	if printed, err := strconv.ParseFloat(text, 64); err == nil {
		return math.Abs(printed-v) < 1e-9 || len(text) > 3 && text[len(text)-3] == '.' && math.Abs(printed-100*v) <= 0.005+1e-9
	}
	return spanOf(text, v)
}

// spanOf reports whether a text is a length of time, cut to its smaller unit.
func spanOf(text string, seconds float64) bool {
	if text == "under 1 s" {
		return seconds < 1
	}
	units := map[string]float64{"s": 1, "min": 60, "h": 3600, "t": 3600, "d": 86400}
	below := map[string]float64{"s": 1, "min": 60, "h": 60, "t": 60, "d": 3600} // what is cut off of each, as the first unit
	words := strings.Fields(text)
	if len(words) == 0 || len(words)%2 == 1 {
		return false
	}
	sum := 0.0
	for i := 0; i < len(words); i += 2 {
		n, err := strconv.ParseFloat(words[i], 64)
		unit, known := units[words[i+1]]
		if err != nil || !known {
			return false
		}
		sum += n * unit
	}
	return sum <= seconds+1e-9 && seconds < sum+below[words[1]]
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
