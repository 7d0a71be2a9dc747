package dashboards

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// need returns where a program is. Without it the test is skipped, or fails
// where the environment asks for peers by SVARTID_PEERS=1.
func need(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	switch {
	case err == nil:
		return path
	case os.Getenv("SVARTID_PEERS") == "1":
		t.Fatalf("%s is not installed: run `make peers`", program)
	default:
		t.Skipf("%s is not installed: run `make peers`", program)
	}
	return ""
}

// TestPromtool: the rules are well formed, and say what the days written down
// in prometheus/tests want.
func TestPromtool(t *testing.T) {
	t.Parallel()
	days, err := filepath.Glob("prometheus/tests/*.yml")
	if err != nil || len(days) == 0 {
		t.Fatalf("got no tests: %v", err)
	}
	for _, arguments := range [][]string{
		{"promtool", "check", "rules", "prometheus/rules/records.yml", "prometheus/rules/alerts.yml"},
		{"promtool", "check", "config", "prometheus/prometheus.yml"},
		append([]string{"promtool", "test", "rules"}, days...),
		{"amtool", "check-config", "prometheus/alertmanager.yml"},
	} {
		t.Run(strings.Join(arguments[:3], " "), func(t *testing.T) {
			t.Parallel()
			if out, err := exec.CommandContext(t.Context(), need(t, arguments[0]), arguments[1:]...).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// TestEveryAlertFires: no alert goes without a day on which it fires.
func TestEveryAlertFires(t *testing.T) {
	days, err := filepath.Glob("prometheus/tests/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	fired := map[string]bool{}
	firing := regexp.MustCompile(`alertname="(\w+)", alertstate="firing"|alertname: (\w+)`)
	for _, day := range days {
		text, err := os.ReadFile(day)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range firing.FindAllStringSubmatch(string(text), -1) {
			fired[m[1]+m[2]] = true
		}
	}
	for _, r := range rules(t) {
		if r.Alert != "" && !fired[r.Alert] {
			t.Errorf("%s never fires in prometheus/tests", r.Alert)
		}
	}
}
