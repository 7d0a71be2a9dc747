package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/internal/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
)

// contractNames are the metrics that anyone may rely on.
const contractNames = `svartid_contacts svartid_verdicts_total svartid_attempts_total
svartid_oldest_pending_seconds svartid_answer_wait_seconds svartid_answer_wait_open_seconds
svartid_acknowledgement_wait_seconds svartid_reach_ratio svartid_reach_ratio_lower
svartid_reach_ratio_upper svartid_wait_median_seconds svartid_score_ratio
svartid_score_ratio_lower svartid_score_ratio_upper svartid_last_answer_timestamp_seconds
svartid_answers_total svartid_company_paused svartid_arrivals_total svartid_unmatched_arrivals svartid_reader_failures_total
svartid_listener_up svartid_listened_until_timestamp_seconds svartid_send_failures_total
svartid_unsure_attempts svartid_plan_lag_seconds svartid_hook_requests_total svartid_build_info
svartid_config_last_reload_successful svartid_config_last_reload_success_timestamp_seconds`

// TestDemo is what a newcomer sees: within a minute companies answer in every
// way, some are proven silent, and the page and the metrics are there from the
// first second.
func TestDemo(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	if testing.Short() {
		t.Skip("takes a minute")
	}
	t.Parallel()
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "demo", "--listen", "127.0.0.1:0", "--dir", dir)
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
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	ledger := openArchive(t, demoDSN(dir))
	metrics, lacks := "", []string{""}
	for deadline := time.Now().Add(3 * time.Minute); len(lacks) > 0 && time.Now().Before(deadline); time.Sleep(2 * time.Second) {
		metrics = get(t, board+"metrics")
		lacks = append(unplayed(exposed(t, metrics)), unasked(t, ledger)...)
	}
	if len(lacks) > 0 {
		t.Errorf("not played within three minutes:\n%s", strings.Join(lacks, "\n"))
	}
	page := get(t, board)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
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
	kept := regexp.MustCompile(`svartid explain --dir ` + regexp.QuoteMeta(dir) + ` (\w+)`).FindSubmatch(table)
	if kept == nil {
		t.Fatalf("it does not say how to go on: %s", table)
	}
	explains(t, dir, filepath.Base(contact))
	explains(t, dir, string(kept[1]))
}

// exposition is what is exposed, summed by family, channel and one label more.
type exposition map[[3]string]float64

// exposed reads metrics.
func exposed(t *testing.T, metrics string) exposition {
	t.Helper()
	sums := exposition{}
	line := regexp.MustCompile(`(?m)^(svartid_\w+)\{([^}]*)\} (\S+)$`)
	label := regexp.MustCompile(`(channel|outcome|kind|code)="([^"]*)"`)
	for _, m := range line.FindAllStringSubmatch(metrics, -1) {
		at := [3]string{m[1]}
		for _, pair := range label.FindAllStringSubmatch(m[2], -1) {
			if pair[1] == "channel" {
				at[1] = pair[2]
			} else {
				at[2] = pair[2]
			}
		}
		n, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			t.Fatal(err)
		}
		sums[at] += n
	}
	return sums
}

// unplayed returns what the ways in have not yet shown of what companies do
// there.
func unplayed(got exposition) (lacks []string) {
	const contacts, arrivals, hooks = "svartid_contacts", "svartid_arrivals_total", "svartid_hook_requests_total"
	least := exposition{{contacts, "mail", string(probes.Contested)}: 1}
	for _, s := range demoSeries() {
		for _, outcome := range []probes.Outcome{probes.Answered, probes.Unanswered, probes.Deflected} {
			least[[3]string{contacts, s.channel, string(outcome)}] = 1
		}
		if s.channel != "mail" && s.channel != "phone" {
			least[[3]string{arrivals, s.channel, string(reading.Answer)}] = 3
			least[[3]string{arrivals, s.channel, string(reading.Bot)}] = 1
			least[[3]string{arrivals, s.channel, string(reading.Deflection)}] = 1
		}
	}
	for _, channel := range []string{"chatwoot", "rocketchat", "webhook", "messenger"} {
		least[[3]string{hooks, channel, string(hook.Kept)}] = 3
	}
	for at, want := range least {
		if got[at] < want {
			lacks = append(lacks, fmt.Sprintf("%v: %v, want at least %v", at, got[at], want))
		}
	}
	return lacks
}

// unasked returns where nobody who fell silent has been asked again, and that
// no call is left to whoever watches.
func unasked(t *testing.T, ledger archive) (lacks []string) {
	t.Helper()
	again, waiting := map[string]int{}, 0
	for _, c := range ledger.contacts(t) {
		a := c.Current()
		if a.Number > 1 && a.State == probes.AttemptSent {
			again[c.Plan.Channel]++
		}
		if a.State == probes.AttemptPrompt && c.Plan.Channel == "phone" {
			waiting++
		}
	}
	for _, s := range demoSeries() {
		if s.attempts > 1 && again[s.channel] == 0 {
			lacks = append(lacks, s.channel+": nobody is asked again")
		}
	}
	if waiting == 0 {
		lacks = append(lacks, "no call is left to make")
	}
	if again["mail"] > 0 {
		t.Errorf("%d were asked again by mail", again["mail"])
	}
	return lacks
}

// explains has explain tell a contact of the ledger that the demo has left, by
// its folder and by a configuration.
func explains(t *testing.T, dir, contact string) {
	t.Helper()
	config := filepath.Join(dir, "svartid.yml")
	fileOf(t, config, strings.ReplaceAll(demoConfig, "DIR", dir))
	for _, where := range [][]string{{"-c", config}, {"--dir", dir}} {
		explain := func(contact string) (string, error) {
			cmd := exec.Command(os.Args[0], append([]string{"explain", contact}, where...)...)
			cmd.Env = append(os.Environ(), asCommand+"=1")
			cmd.Dir = t.TempDir() // where no svartid.yml is
			said, err := cmd.CombinedOutput()
			return string(said), err
		}
		story, err := explain(contact)
		if err != nil {
			t.Fatalf("explain %s %s: %v\n%s", where, contact, err, story)
		}
		for _, want := range []string{"contact " + contact, "planned by ", "made ready to send", "evidence ", "events holds"} {
			if !strings.Contains(story, want) {
				t.Errorf("explain %s does not say %q:\n%s", where, want, story)
			}
		}
		if said, err := explain("nosuchcontact"); err == nil || !strings.Contains(said, "nosuchcontact") {
			t.Errorf("explain %s nosuchcontact: got %v, %s", where, err, said)
		}
	}
}

func fileOf(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A show is a demo that runs, with a folder for what is temporary.
type show struct {
	*exec.Cmd
	temp string
	errs lines
}

// begin starts a demo that prints to out.
func begin(t *testing.T, out *os.File, args ...string) *show {
	t.Helper()
	s := &show{temp: t.TempDir()}
	s.Cmd = exec.Command(os.Args[0], append([]string{"demo", "--listen", "127.0.0.1:0"}, args...)...)
	s.Env = append(os.Environ(), asCommand+"=1", "TMPDIR="+s.temp)
	s.Stdout, s.Stderr = out, &s.errs
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s.ProcessState == nil {
			_ = s.Process.Kill()
			_ = s.Wait()
		}
	})
	return s
}

// over waits until the demo has ended, with the exit status wanted, and says so
// if it took long or left anything behind.
func (s *show) over(t *testing.T, want int) {
	t.Helper()
	began := time.Now()
	if err := s.Wait(); s.ProcessState.ExitCode() != want {
		t.Errorf("got %v, want status %d\n%s", err, want, &s.errs)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %v to end", took)
	}
	if left, _ := filepath.Glob(filepath.Join(s.temp, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestDemoEndsOnSignals presses Ctrl-C, and closes the terminal.
func TestDemoEndsOnSignals(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			out, err := os.Create(filepath.Join(t.TempDir(), "out"))
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			demo := begin(t, out)
			time.Sleep(4 * time.Second)
			if err := demo.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			demo.over(t, exitDone)
			if text, err := os.ReadFile(out.Name()); err != nil || !strings.Contains(string(text), "median wait") {
				t.Errorf("got no summary: %v\n%s", err, text)
			}
		})
	}
}

// TestDemoWithoutReader prints to where nobody reads any more: from the
// beginning, and at the end.
func TestDemoWithoutReader(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	for read, within := range []string{"1m", "5s"} { // lines read, and when the summary is due
		t.Run(fmt.Sprintf("%d lines read", read), func(t *testing.T) {
			t.Parallel()
			in, out, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			if read == 0 {
				in.Close()
			}
			demo := begin(t, out, "--for", within)
			out.Close()
			if read > 0 {
				if line, err := bufio.NewReader(in).ReadString('\n'); !strings.HasPrefix(line, "Board:") {
					t.Errorf("got %q, %v", line, err)
				}
				in.Close()
			}
			demo.over(t, exitNo)
			if got := demo.errs.String(); !strings.Contains(got, "broken pipe") {
				t.Errorf("got %s, want why it ended", got)
			}
		})
	}
}

// TestDemoWithABadFolder says so before anything else.
func TestDemoWithABadFolder(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	dir := t.TempDir()
	file, taken := filepath.Join(dir, "file"), filepath.Join(dir, "taken")
	fileOf(t, file, "")
	if err := os.MkdirAll(filepath.Join(taken, "svartid.db"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{file, filepath.Join(file, "below"), taken} {
		var out, errs lines
		status := run(t.Context(), []string{"demo", "--dir", folder, "--for", "1s"}, streams{out: &out, err: &errs})
		if status != exitMisuse || out.String() != "" || !strings.HasPrefix(errs.String(), "svartid: --dir "+folder+": ") {
			t.Errorf("%s: got status %d\n%s%s", folder, status, &out, &errs)
		}
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
