package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
)

// contractNames are the metrics that anyone may rely on.
const contractNames = `svartid_contacts svartid_verdicts_total svartid_attempts_total
svartid_oldest_pending_seconds svartid_answer_wait_seconds svartid_answer_wait_open_seconds
svartid_acknowledgement_wait_seconds svartid_reach_ratio svartid_reach_ratio_lower
svartid_reach_ratio_upper svartid_wait_median_seconds svartid_score_ratio
svartid_score_ratio_lower svartid_score_ratio_upper svartid_last_answer_timestamp_seconds
svartid_silences svartid_silence_chance svartid_silent_since_timestamp_seconds
svartid_answers_total svartid_company_paused svartid_arrivals_total svartid_unmatched_arrivals svartid_reader_failures_total
svartid_listener_up svartid_listened_until_timestamp_seconds svartid_send_failures_total
svartid_failures_total svartid_provisional_contacts
svartid_unsure_attempts svartid_rounds_missed_total svartid_plan_lag_seconds svartid_hook_requests_total svartid_build_info
svartid_ledger_up svartid_config_last_reload_successful svartid_config_last_reload_success_timestamp_seconds`

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
	demo := startDemo(t, "--dir", dir)
	board := demo.board(t)
	cfg, err := config.Load(filepath.Join(dir, "svartid.yml"))
	if err != nil {
		t.Fatal(err)
	}
	ledger := openArchive(t, string(cfg.Ledger.DSN))
	metrics, lacks := "", []string{""}
	for deadline := time.Now().Add(3 * time.Minute); len(lacks) > 0 && time.Now().Before(deadline); time.Sleep(2 * time.Second) {
		metrics = get(t, board+"metrics")
		lacks = append(unplayed(cfg.Probes, exposed(t, metrics)), unasked(t, cfg.Probes, ledger)...)
	}
	if len(lacks) > 0 {
		t.Errorf("not played within three minutes:\n%s", strings.Join(lacks, "\n"))
	}
	if page := get(t, board); !regexp.MustCompile(`/contacts/\w+`).MatchString(page) {
		t.Error("the page shows no contact")
	}
	demo.signal(t, os.Interrupt)
	demo.ends(t, exitDone)
	checkExposed(t, metrics)
	if said := demo.said(t); !strings.Contains(said, "median wait") {
		t.Errorf("got no summary: %s", said)
	}
}

// checkExposed looks for all that a demo's metrics must hold.
func checkExposed(t *testing.T, metrics string) {
	t.Helper()
	for _, name := range strings.Fields(contractNames) {
		if !strings.Contains(metrics, "# TYPE "+name+" ") {
			t.Errorf("metric %s is not exposed", name)
		}
	}
	for _, observed := range []string{
		`svartid_answer_wait_seconds_count\{.*\} [1-9]`,
		`svartid_answer_wait_open_seconds_count\{.*\} [1-9]`,
		`svartid_acknowledgement_wait_seconds_count\{.*\} [1-9]`,
		`svartid_answers_total\{.*\} [1-9]`,
		`svartid_listener_up\{channel="mail",source="canary"\} 1`,
		`svartid_listened_until_timestamp_seconds\{channel="mail",source="canary"\} [1-9]`,
		`svartid_unmatched_arrivals\{channel="mail"\} 0`,
	} {
		if !regexp.MustCompile(`(?m)^` + observed).MatchString(metrics) {
			t.Errorf("got no %s", observed)
		}
	}
}

// exposition is what is exposed, summed by family, channel and one label more.
type exposition map[[3]string]float64

// exposed reads metrics.
func exposed(t *testing.T, metrics string) exposition {
	t.Helper()
	sums := exposition{}
	line := regexp.MustCompile(`(?m)^(svartid_\w+)\{([^}]*)\} (\S+)$`)
	label := regexp.MustCompile(`(channel|outcome|kind|code|fault)="([^"]*)"`)
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
func unplayed(probed []config.Probe, got exposition) (lacks []string) {
	const contacts, arrivals, hooks = "svartid_contacts", "svartid_arrivals_total", "svartid_hook_requests_total"
	least := exposition{{"svartid_failures_total", "mail", string(fault.Policy)}: 1}
	for _, s := range probed {
		for _, outcome := range []probes.Outcome{probes.Answered, probes.Unanswered, probes.Deflected} {
			least[[3]string{contacts, s.Channel, string(outcome)}] = 1
		}
		if s.Channel != "mail" && s.Channel != "phone" {
			least[[3]string{arrivals, s.Channel, string(reading.Answer)}] = 3
			least[[3]string{arrivals, s.Channel, string(reading.Bot)}] = 1
			least[[3]string{arrivals, s.Channel, string(reading.Deflection)}] = 1
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

// unasked returns where no company that fell silent has been asked again, and
// that no call is left to a person who watches.
func unasked(t *testing.T, probed []config.Probe, ledger archive) (lacks []string) {
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
	for _, s := range probed {
		if s.Attempts > 1 && again[s.Channel] == 0 {
			lacks = append(lacks, s.Channel+": no company is asked again")
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
