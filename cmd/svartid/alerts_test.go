package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/dashboards"
)

// triedBy says for each alert which test causes its fault for real, and sees it in what
// the alert asks: in a running program (TestAlertsOfAProgram, TestWatch) or in the engine,
// the channel or the ledger whose figure it is. That each figure makes its alert fire is
// tried by promtool (TestEveryAlertFires).
func triedBy() map[string]string {
	return map[string]string{
		"SvartidDown":              "TestAlertsOfAProgram",
		"SvartidMailboxNotRead":    "TestAlertsOfAProgram",
		"SvartidHooksRefused":      "TestAlertsOfAProgram",
		"SvartidConfigNotReloaded": "TestAlertsOfAProgram",

		"SvartidCentreStoppedAnswering": "TestWatch",
		"SvartidClassReachFalls":        "TestEveryAlertFires", // a class of companies and weeks: by figures alone
		"SvartidPlanBehind":             "TestEveryAlertFires", // by figures alone

		"SvartidLedgerUnreadable":          "TestLedgerFails",
		"SvartidMessengerPageUnsubscribed": "TestLostPage",
		"SvartidCanaryLost":                "TestCanary",
		"SvartidCopiesMissing":             "TestVerdictNeedsItsCopy",
		"SvartidSendsFailing":              "TestLoginRefused",
		"SvartidSendsOurFault":             "TestOursAllMorning",
		"SvartidFlowBroken":                "TestPages",
		"SvartidRefusedForPolicy":          "TestContested",
		"SvartidAddressMissing":            "TestReports",
		"SvartidClocksDisagree":            "TestClocksDisagree",
		"SvartidRoundsMissed":              "TestRoundsMissed",
		"SvartidUnsureAttempts":            "TestCrash",
		"SvartidAskedTwice":                "TestTwoLedgers",
		"SvartidStandbyMissing":            "TestUnconfirmed",
		"SvartidArrivalsUnmatched":         "TestUnmatchedArrivalWaits",
	}
}

// TestEveryAlertIsTried: the alerts that there are, those of the table, and the sections
// of the runbook are the same, and the tests exist.
func TestEveryAlertIsTried(t *testing.T) {
	rules, err := fs.ReadFile(dashboards.Files(), "prometheus/rules/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	book, err := fs.ReadFile(dashboards.Files(), "runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	named := func(pattern string, text []byte) (all []string) {
		for _, found := range regexp.MustCompile(pattern).FindAllSubmatch(text, -1) {
			all = append(all, string(found[1]))
		}
		slices.Sort(all)
		return all
	}
	alerts, tried, known := named(`(?m)- alert: (\w+)$`, rules), slices.Sorted(maps.Keys(triedBy())), testNames(t)
	if !slices.Equal(alerts, tried) {
		t.Errorf("the alerts are %v, and those tried %v", alerts, tried)
	}
	if sections := named(`(?m)^### (Svartid\w+)$`, book); !slices.Equal(alerts, sections) {
		t.Errorf("the alerts are %v, and the runbook's sections %v", alerts, sections)
	}
	for alert, test := range triedBy() {
		if !known[test] {
			t.Errorf("%s is tried by %s, which there is not", alert, test)
		}
	}
}

// TestAlertsOfAProgram has a real Prometheus, with the rules as they are but a hundred
// times as fast, watch a program whose mailbox is not to be had, whose hooks are forged,
// whose configuration is broken, and which ends: each fires. The runbook's remedy ends
// what can be mended.
func TestAlertsOfAProgram(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	prometheus, err := exec.LookPath("prometheus")
	if err != nil && os.Getenv("SVARTID_PEERS") == "1" {
		t.Fatal("prometheus is not installed: run `make peers`")
	} else if err != nil {
		t.Skip("prometheus is not installed: run `make peers`")
	}
	t.Parallel()
	p, hooks := exposedPlace(t, "")
	process := p.start()
	scraped, err := url.Parse(process.metrics())
	if err != nil {
		t.Fatal(err)
	}
	o := startOracle(t, prometheus, scraped.Host)
	forging := make(chan struct{})
	t.Cleanup(func() { <-forging })
	go func() {
		defer close(forging)
		for range 400 {
			if answer, err := http.Post("http://"+hooks+"/hooks/relay", "application/json", strings.NewReader("{}")); err == nil {
				answer.Body.Close()
			}
			select {
			case <-t.Context().Done():
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	whole, err := os.ReadFile(p.config)
	if err != nil {
		t.Fatal(err)
	}
	reload := func(text string) {
		t.Helper()
		if err := os.WriteFile(p.config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		send(t, http.DefaultClient, http.MethodPost, strings.Replace(scraped.String(), "metrics", "-/reload", 1), "")
	}
	reload(string(whole) + "\nnonsense: [")
	o.until("SvartidMailboxNotRead SvartidHooksRefused SvartidConfigNotReloaded", true)
	reload(string(whole))
	o.until("SvartidConfigNotReloaded", false)
	process.stop()
	o.until("SvartidDown", true)
}

// An oracle is a Prometheus that runs.
type oracle struct {
	*testing.T
	address string
}

// startOracle starts a Prometheus that scrapes an address, until the test ends.
func startOracle(t *testing.T, program, target string) oracle {
	t.Helper()
	dir, address := t.TempDir(), freePort(t)
	for _, file := range []string{"records.yml", "alerts.yml"} {
		text, err := fs.ReadFile(dashboards.Files(), "prometheus/rules/"+file)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, file), []byte(hastened(string(text))), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	config := fmt.Sprintf(`global: {scrape_interval: 250ms, scrape_timeout: 250ms, evaluation_interval: 250ms}
rule_files: [records.yml, alerts.yml]
scrape_configs: [{job_name: svartid, static_configs: [{targets: ["%s"]}]}]
`, target)
	if err := os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "--config.file="+filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+address, "--query.lookback-delta=2s", "--log.level=error")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return oracle{t, address}
}

// hastened shortens every duration of rules to a hundredth, but none to less than a
// quarter of a second.
func hastened(text string) string {
	const haste = 100
	units := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}
	return regexp.MustCompile(`\b(\d+)([smhd])\b`).ReplaceAllStringFunc(text, func(found string) string {
		n, _ := strconv.Atoi(found[:len(found)-1]) // digits
		swift := time.Duration(n) * units[found[len(found)-1:]] / haste
		return fmt.Sprintf("%dms", max(swift, 250*time.Millisecond).Milliseconds())
	})
}

// until waits until all of some alerts fire, or none does.
func (o oracle) until(alerts string, fire bool) {
	o.Helper()
	var firing []string
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(250 * time.Millisecond) {
		firing = o.firing()
		some := func(alert string) bool { return slices.Contains(firing, alert) == fire }
		if firing != nil && !slices.ContainsFunc(strings.Fields(alerts), func(alert string) bool { return !some(alert) }) {
			return
		}
	}
	o.Fatalf("waited for %s to fire (%t), and %v do", alerts, fire, firing)
}

// firing returns the alerts that fire, and "" first; nil if that is not known.
func (o oracle) firing() []string {
	answer, err := http.Get("http://" + o.address + "/api/v1/alerts")
	if err != nil {
		return nil
	}
	defer answer.Body.Close()
	var said struct {
		Data struct {
			Alerts []struct {
				State  string
				Labels map[string]string
			}
		}
	}
	if json.NewDecoder(answer.Body).Decode(&said) != nil {
		return nil
	}
	firing := []string{""}
	for _, a := range said.Data.Alerts {
		if a.State == "firing" {
			firing = append(firing, a.Labels["alertname"])
		}
	}
	return firing
}
