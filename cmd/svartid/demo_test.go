package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
)

// contractNames are the metrics that anyone may rely on.
const contractNames = `svartid_contacts svartid_verdicts_total svartid_attempts_total
svartid_oldest_pending_seconds svartid_answer_wait_seconds svartid_answer_wait_open_seconds
svartid_acknowledgement_wait_seconds svartid_reach_ratio svartid_reach_ratio_lower
svartid_reach_ratio_upper svartid_wait_median_seconds svartid_score_ratio
svartid_score_ratio_lower svartid_score_ratio_upper svartid_last_answer_timestamp_seconds
svartid_answers_total svartid_company_paused svartid_arrivals_total svartid_unmatched_arrivals
svartid_listener_up svartid_listened_until_timestamp_seconds svartid_send_failures_total
svartid_unsure_attempts svartid_plan_lag_seconds svartid_hook_requests_total svartid_build_info
svartid_config_last_reload_successful svartid_config_last_reload_success_timestamp_seconds`

// TestDemo is what a newcomer sees: within a minute companies answer, some are
// proven silent, and the page and the metrics are there from the first second.
func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 40 seconds")
	}
	t.Parallel()
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "demo", "--for", "40s", "--listen", "127.0.0.1:0", "--dir", dir)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	board := strings.TrimSpace(strings.TrimPrefix(first, "Board:"))
	time.Sleep(35 * time.Second)
	page, metrics := get(t, board), get(t, board+"metrics")
	table, err := io.ReadAll(lines)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("demo ended with %v", err)
	}
	for _, name := range strings.Fields(contractNames) {
		if !strings.Contains(metrics, "# TYPE "+name+" ") {
			t.Errorf("metric %s is not exposed", name)
		}
	}
	contact := regexp.MustCompile(`/contacts/\w+`).FindString(page)
	if contact == "" {
		t.Fatal("the page shows no contact")
	}
	want := map[probes.Outcome]int{probes.Answered: 21, probes.Unanswered: 3, probes.Deflected: 1, probes.Contested: 1}
	for outcome, n := range outcomesOf(metrics) {
		if n < want[outcome] {
			t.Errorf("got %d %s, want at least %d", n, outcome, want[outcome])
		}
	}
	for _, name := range []string{"svartid_answer_wait_seconds", "svartid_answer_wait_open_seconds", "svartid_acknowledgement_wait_seconds"} {
		if !regexp.MustCompile(`(?m)^` + name + `_count\{.*\} [1-9]`).MatchString(metrics) {
			t.Errorf("%s has observed nothing", name)
		}
	}
	if !regexp.MustCompile(`(?m)^svartid_answers_total\{.*\} [1-9]`).MatchString(metrics) {
		t.Error("svartid_answers_total counts nobody")
	}
	for _, heard := range []string{
		`svartid_listener_up\{channel="mail",source="canary"\} 1`,
		`svartid_listened_until_timestamp_seconds\{channel="mail",source="canary"\} [1-9]`,
		`svartid_unmatched_arrivals\{channel="mail"\} 0`,
	} {
		if !regexp.MustCompile(`(?m)^` + heard).MatchString(metrics) {
			t.Errorf("got no %s", heard)
		}
	}
	if !strings.Contains(string(table), "median wait") {
		t.Errorf("got no summary: %s", table)
	}
	explains(t, dir, filepath.Base(contact))
}

// outcomesOf sums svartid_contacts by outcome.
func outcomesOf(metrics string) map[probes.Outcome]int {
	sums := map[probes.Outcome]int{}
	line := regexp.MustCompile(`(?m)^svartid_contacts\{.*outcome="(\w+)"\} (\d+)`)
	for _, m := range line.FindAllStringSubmatch(metrics, -1) {
		var n int
		_ = json.Unmarshal([]byte(m[2]), &n)
		sums[probes.Outcome(m[1])] += n
	}
	return sums
}

// explains has explain tell a contact of the ledger that the demo has left.
func explains(t *testing.T, dir, contact string) {
	t.Helper()
	config := filepath.Join(dir, "svartid.yml")
	text := strings.ReplaceAll(demoConfig, "DIR", dir)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "explain", "-c", config, contact)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	story, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("explain %s: %v\n%s", contact, err, story)
	}
	for _, want := range []string{"contact " + contact, "planned by mail", "made ready to send", "evidence ", "events holds"} {
		if !strings.Contains(string(story), want) {
			t.Errorf("explain does not say %q:\n%s", want, story)
		}
	}
	cmd = exec.Command(os.Args[0], "explain", "-c", config, "nosuchcontact")
	cmd.Env = append(os.Environ(), asCommand+"=1")
	if said, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(said), "nosuchcontact") {
		t.Errorf("explain nosuchcontact: got %v, %s", err, said)
	}
}

// TestDemoEndsOnInterrupt presses Ctrl-C.
func TestDemoEndsOnInterrupt(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0], "demo", "--listen", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), asCommand+"=1", "TMPDIR="+t.TempDir())
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(4 * time.Second)
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Wait(); err != nil {
		t.Errorf("got %v\n%s", err, &out)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %v to end", took)
	}
	if !strings.Contains(out.String(), "median wait") {
		t.Errorf("got no summary:\n%s", &out)
	}
	left, _ := filepath.Glob(filepath.Join(cmd.Env[len(cmd.Env)-1][len("TMPDIR="):], "*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func get(t testing.TB, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, resp.Status, err)
	}
	return string(body)
}

const demoConfig = `
edition: {name: demo, from: 2026-01-01, to: 2030-12-31, seed: demo, hours: always}
ledger: {dsn: "sqlite:DIR/svartid.db"}
channels:
  mail:
    type: email
    smtp: {host: 127.0.0.1, tls: none}
    imap: {host: 127.0.0.1, tls: none, username: a, password: b}
personas: [{name: Kari, channel: mail, address: kari@kunder.example}]
scenarios: [{name: price-nb, language: nb, subject: [Pris], body: Pris?}]
probes: [{name: mail, channel: mail, cron: "@every 10s", within: 8s}]
companies: [{id: a, name: A, class: a, language: nb, consent: 2026-01-01, reach: {mail: a@a.example}}]
`
