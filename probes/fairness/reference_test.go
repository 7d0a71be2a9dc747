package fairness

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/svartid/svartid/probes/fairness/survival"
)

// reference holds inputs and what R's packages survival and stats make of
// them. SVARTID_REFERENCE may name another such folder.
const reference = "testdata/reference"

// A referenceCase is one file of expected values.
type referenceCase struct {
	Kind    string
	Input   string
	Columns struct{ Time, Status, State, Group, Strata, Cluster string }
	States  []string
	Tau     map[string]float64
	Weights map[string]float64
	Curves  []struct {
		RMST []struct{ Tau float64 } `json:"rmst"`
		Area []struct{ Tau float64 } `json:"area_under_cif"`
	}
	Rows []struct {
		X, N  int
		Level float64
	}
}

// asked are keys of a case that say what was asked.
var asked = []string{"id", "kind", "note", "input", "columns", "states", "tau", "weights", "state_codes"}

// An agreement is how far results are from the expected values.
type agreement struct {
	compared, worse int
	worst           float64 // difference, over what is tolerated
	where           string
	faults          []string
}

func TestReference(t *testing.T)      { compareFolder(t, reference) }
func TestReferenceGiven(t *testing.T) { compareFolder(t, given(t)) }

func given(t *testing.T) string {
	folder := os.Getenv("SVARTID_REFERENCE")
	if folder == "" {
		t.Skip("SVARTID_REFERENCE names no folder of reference values")
	}
	return folder
}

func compareFolder(t *testing.T, folder string) {
	files, err := filepath.Glob(filepath.Join(folder, "expected", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	cases, compared, worst := 0, 0, 0.0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c referenceCase
		var want map[string]any
		if json.Unmarshal(text, &want) != nil || want["kind"] == nil {
			continue // says with what the values were made
		}
		if err := json.Unmarshal(text, &c); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		cases++
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			var a agreement
			a.compare("", generic(t, c.results(t, folder)), want)
			for _, fault := range a.faults {
				t.Error(fault)
			}
			if a.compared < 4 {
				t.Errorf("compared only %d values", a.compared)
			}
			t.Logf("%d values, worst difference %.2g at %s", a.compared, a.worst, a.where)
			compared, worst = compared+a.compared, max(worst, a.worst)
		})
	}
	if cases < 10 {
		t.Errorf("got %d cases", cases)
	}
	t.Logf("%d cases, %d values, worst difference %.2g", cases, compared, worst)
}

// results makes the report that the case expects.
func (c referenceCase) results(t *testing.T, folder string) any {
	if c.Kind == "binomial" {
		rows := []IntervalReport{}
		for _, r := range c.Rows {
			rows = append(rows, ReportInterval(r.X, r.N, r.Level))
		}
		return map[string]any{"rows": rows}
	}
	obs := c.read(t, filepath.Join(folder, c.Input))
	var taus []float64
	switch c.Kind {
	case "km":
		for _, m := range c.Curves[0].RMST {
			taus = append(taus, m.Tau)
		}
		return map[string]any{"curves": survival.ReportCurves(obs, taus), "logrank": survival.ReportLogRank(obs)}
	case "aj":
		for i := 0; i < len(c.Curves[0].Area); i += len(c.States) {
			taus = append(taus, c.Curves[0].Area[i].Tau)
		}
		return map[string]any{"curves": survival.ReportIncidence(obs, c.States, taus)}
	}
	return ReportClass(obs, Scale{Horizon: c.Tau, Weights: c.Weights})
}

// read reads a case's table.
func (c referenceCase) read(t *testing.T, file string) []survival.Observation {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string]int{}
	for i, name := range rows[0] {
		columns[name] = i
	}
	if c.Kind == "class" {
		c.Columns.Time, c.Columns.State, c.Columns.Group, c.Columns.Strata = "time", "state", "company", "channel"
	}
	var obs []survival.Observation
	for _, row := range rows[1:] {
		text := func(column string) string {
			if i, ok := columns[column]; ok && column != "" {
				return row[i]
			}
			return ""
		}
		time, err1 := strconv.ParseFloat(text(c.Columns.Time), 64)
		cause, err2 := strconv.Atoi(text(c.Columns.State) + text(c.Columns.Status))
		if err1 != nil || err2 != nil {
			t.Fatalf("%s: %q: %v, %v", file, row, err1, err2)
		}
		obs = append(obs, survival.Observation{
			Time: time, Cause: cause,
			Group: text(c.Columns.Group), Stratum: text(c.Columns.Strata), Cluster: text(c.Columns.Cluster),
		})
	}
	return obs
}

// generic returns a value as JSON shows it.
func generic(t *testing.T, v any) (shown any) {
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &shown); err != nil {
		t.Fatal(err)
	}
	return shown
}

// compare holds what was got against what R has. null is undefined there.
func (a *agreement) compare(at string, got, want any) {
	switch want := want.(type) {
	case map[string]any:
		a.compareObject(at, got, want)
	case []any:
		list, _ := got.([]any)
		if len(list) != len(want) {
			a.fault("%s: got %d entries, want %d", at, len(list), len(want))
			return
		}
		for i := range want {
			a.compare(fmt.Sprintf("%s[%d]", at, i), list[i], want[i])
		}
	case float64:
		number, ok := got.(float64)
		if !ok {
			a.fault("%s: got %v, want %v", at, got, want)
			return
		}
		a.number(at, number, want)
	case nil:
		if strings.Contains(at, "quantiles") && got != nil {
			a.fault("%s: got %v, want it not to be reached", at, got)
		}
	case string, bool:
		a.compared++
		if got != want {
			a.fault("%s: got %v, want %v", at, got, want)
		}
	}
}

func (a *agreement) compareObject(at string, got any, want map[string]any) {
	object, _ := got.(map[string]any)
	if first, ok := want["first_crossing"].([]any); ok {
		want["quantile"], want["lower"], want["upper"] = first[0], first[1], first[2]
	}
	for key, value := range want {
		if at == "" && slices.Contains(asked, key) {
			continue
		}
		if _, ok := object[key]; !ok {
			a.fault("%s.%s: got nothing, want %v", at, key, value)
			continue
		}
		a.compare(at+"."+key, object[key], value)
	}
}

// number tolerates a difference of 1e-9, relative to what is larger than 1;
// and that of the draws where both sides have drawn.
func (a *agreement) number(at string, got, want float64) {
	a.compared++
	tolerated, drawn := 1e-9*max(1, math.Abs(want)), at == ".gaussian_max.z"
	if drawn {
		tolerated = 0.02
	}
	d := math.Abs(got - want)
	if !(d <= tolerated) {
		a.fault("%s: got %.15g, want %.15g", at, got, want)
	}
	if d /= max(1, math.Abs(want)); d > a.worst && !drawn {
		a.worst, a.where = d, at
	}
}

func (a *agreement) fault(format string, args ...any) {
	if a.worse++; a.worse <= 10 {
		a.faults = append(a.faults, fmt.Sprintf(format, args...))
	}
}
