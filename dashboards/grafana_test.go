package dashboards

import (
	"bytes"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write grafana/*.json")

// folded is how every series of the collector is read: replicas say the same.
const folded = "max without (instance, pod) "

// together is how native histograms are read for a quantile.
const together = "sum without (instance, pod) "

// dashboards returns all there are, by file name.
func dashboards() map[string]dashboard {
	return map[string]dashboard{
		"overview.json": overview(), "company.json": company(), "centre.json": centre(), "eyes.json": eyes(),
	}
}

// TestGrafana: the files are what this package writes. Run it with -update
// after a change.
func TestGrafana(t *testing.T) {
	for name, d := range dashboards() {
		var want bytes.Buffer
		encoder := json.NewEncoder(&want)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(d); err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(filepath.Join("grafana", name), want.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := fs.ReadFile(Files(), "grafana/"+name)
		if err != nil || !bytes.Equal(got, want.Bytes()) {
			t.Errorf("grafana/%s is not what would be written (%v): run go test ./dashboards -run TestGrafana -update", name, err)
		}
	}
	all, err := fs.Glob(Files(), "grafana/*")
	if err != nil || len(all) != len(dashboards()) {
		t.Errorf("got files %v, want those of %d dashboards", all, len(dashboards()))
	}
}

// read returns a dashboard as Grafana reads it.
func read(t *testing.T, file string) (d dashboard) {
	t.Helper()
	text, err := fs.ReadFile(Files(), file)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return d
}

// TestImport: a dashboard can be imported as it is, and tells its reader what
// each panel means, in which unit.
func TestImport(t *testing.T) {
	files, err := fs.Glob(Files(), "grafana/*.json")
	if err != nil {
		t.Fatal(err)
	}
	uids := map[string]string{}
	for _, file := range files {
		d := read(t, file)
		if d.ID != nil || d.UID == "" || uids[d.UID] != "" {
			t.Errorf("%s: got id %v and uid %q, want none and one of its own", file, d.ID, d.UID)
		}
		uids[d.UID] = file
		known := map[string]bool{}
		for _, v := range d.Templating.List {
			known[v.Name] = true
		}
		for _, name := range []string{"datasource", "edition", "class", "company", "channel", "board_url"} {
			if !known[name] {
				t.Errorf("%s has no variable %s", file, name)
			}
		}
		checkVariables(t, file, d, known)
		ids := map[int]bool{}
		for _, p := range d.Panels {
			if ids[p.ID] {
				t.Errorf("%s: %q shares its id", file, p.Title)
			}
			ids[p.ID] = true
			checkPanel(t, file, p)
		}
		checkLayout(t, file, d.Panels)
	}
}

// checkVariables reports what is asked for and not there.
func checkVariables(t *testing.T, file string, d dashboard, known map[string]bool) {
	t.Helper()
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`\$\{?(\w+)`).FindAllStringSubmatch(string(text), -1) {
		if !known[m[1]] && !strings.HasPrefix(m[1], "__") {
			t.Errorf("%s: $%s is no variable", file, m[1])
		}
	}
}

// checkPanel reports what a panel lacks.
func checkPanel(t *testing.T, file string, p panel) {
	t.Helper()
	if p.Type == "row" {
		return
	}
	if p.Title == "" || !strings.HasSuffix(p.Description, ".") {
		t.Errorf("%s: %q says %q, want a title, and sentences on what it means", file, p.Title, p.Description)
	}
	if p.Datasource == nil || p.Datasource.UID != "${datasource}" {
		t.Errorf("%s: %q does not ask the chosen data source", file, p.Title)
	}
	if p.FieldConfig.Defaults.Unit == "" || len(p.FieldConfig.Defaults.Thresholds.Steps) == 0 {
		t.Errorf("%s: %q has no unit or no thresholds", file, p.Title)
	}
	if len(p.Targets) == 0 {
		t.Errorf("%s: %q asks nothing", file, p.Title)
	}
	// But for svartid_build_info, which counts them.
	raw := regexp.MustCompile(`(^|[^:\w])svartid_\w+`)
	for _, q := range p.Targets {
		expr := strings.ReplaceAll(q.Expr, "svartid_build_info", "")
		expr = regexp.MustCompile(`histogram_fraction\([^)]*\) \* `).ReplaceAllString(expr, "") // one series asked twice
		if got, want := strings.Count(expr, folded)+strings.Count(expr, together), len(raw.FindAllString(expr, -1)); got < want {
			t.Errorf("%s: %q folds the replicas %d times, want %d: %s", file, p.Title, got, want, q.Expr)
		}
	}
}

// checkLayout reports panels that lie on each other or beyond the page.
func checkLayout(t *testing.T, file string, panels []panel) {
	t.Helper()
	taken := map[[2]int]string{}
	for _, p := range panels {
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
					t.Errorf("%s: %q lies on %q, or beyond the page", file, p.Title, other)
					return
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
	}
}
