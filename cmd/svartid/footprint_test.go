package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/simulated"
)

// BenchmarkFootprint says what it costs to watch 192 companies, each asked
// every ten seconds: nineteen openers and some thirty arrivals a second, which
// a season has in a day. The companies live in another process. Beside it
// stands what mail_exporter takes at the same pace. It takes two minutes, whatever
// -benchtime says.
func BenchmarkFootprint(b *testing.B) {
	world := simulated.New(simulated.Options{Companies: 192, Seed: "footprint", Scale: 8 * time.Second})
	startWorld(b, world)
	config, dsn := killPlan{kills: 10, within: 8 * time.Second}.outline(b, world).write(b, b.TempDir())
	rewrite(b, config, `@every \d+s`, "@every 10s")
	place := newPlace(b, "brisk", config)
	if os.Getenv(profiled) == "" {
		place.program = released(b)
	}
	process := place.start()
	metrics := process.metrics()
	time.Sleep(20 * time.Second) // until the first answers are in
	pid := process.cmd.Process.Pid
	before, began := cpu(b, pid), time.Now()
	time.Sleep(40 * time.Second)
	b.ReportMetric((cpu(b, pid)-before)/time.Since(began).Seconds()*100, "cpu-%")
	b.ReportMetric(memory(b, pid, "VmRSS"), "RSS-MB")
	b.ReportMetric(memory(b, pid, "RssAnon"), "anonymous-MB")

	var size, series int
	began = time.Now()
	const scrapes = 20
	for range scrapes {
		size, series = weigh(b, metrics)
	}
	b.ReportMetric(float64(time.Since(began).Milliseconds())/scrapes, "scrape-ms")
	b.ReportMetric(float64(size)/1e6, "scrape-MB")
	b.ReportMetric(float64(series), "series")
	b.ReportMetric(float64(len(openArchive(b, dsn).contactRecords(b))), "contacts")
	b.ReportMetric(0, "ns/op")
	process.stop()
	watchByMailExporter(b)
}

// BenchmarkStart says how long svartid takes from its start until it is ready, with a
// season of 4,800 contacts: 192 companies, each asked every week for 25 weeks.
func BenchmarkStart(b *testing.B) {
	world := simulated.New(simulated.Options{Companies: 192, Seed: "start", Scale: 8 * time.Second})
	startWorld(b, world)
	config, _ := killPlan{kills: 10, within: time.Hour}.outline(b, world).write(b, b.TempDir())
	day := func(days int) string { return time.Now().AddDate(0, 0, days).Format(time.DateOnly) }
	rewrite(b, config, `from: \S+`, "from: "+day(1))
	rewrite(b, config, `to: \d\S+`, "to: "+day(25*7))
	rewrite(b, config, `@every \d+s`, "0 9 * * 1")
	rewrite(b, config, `spread: \S+`, "spread: 4d,")
	place := newPlace(b, "", config)
	if os.Getenv(profiled) == "" {
		place.program = released(b)
	}
	first := place.start() // it makes the ledger, and keeps the plan
	first.metrics()
	first.stop()
	var took, used time.Duration
	for b.Loop() {
		process := place.start()
		address := process.metrics()
		for began := time.Now(); !isReady(b, address); {
			if time.Since(began) > time.Minute {
				b.Fatal("not ready within a minute")
			}
			time.Sleep(2 * time.Millisecond)
		}
		took += time.Since(process.begun)
		used += time.Duration(cpu(b, process.cmd.Process.Pid) * float64(time.Second))
		process.stop()
	}
	b.ReportMetric(float64(took.Milliseconds())/float64(b.N), "ready-ms")
	b.ReportMetric(float64(used.Milliseconds())/float64(b.N), "cpu-ms")
	b.ReportMetric(0, "ns/op")
}

// isReady reports whether the process that shows its metrics at an address is ready.
func isReady(b *testing.B, metrics string) bool {
	b.Helper()
	answer, err := http.Get(strings.TrimSuffix(metrics, "metrics") + "-/ready")
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// released builds svartid as it is released.
func released(b *testing.B) string {
	b.Helper()
	program := filepath.Join(b.TempDir(), "svartid")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w -buildid=", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	return program
}

// rewrite changes what a configuration says.
func rewrite(b *testing.B, config, what, to string) {
	b.Helper()
	text, err := os.ReadFile(config)
	if err != nil {
		b.Fatal(err)
	}
	text = regexp.MustCompile(what).ReplaceAll(text, []byte(to))
	if err := os.WriteFile(config, text, 0o600); err != nil {
		b.Fatal(err)
	}
}

// cpu returns the seconds of processor time that a process has used: fields 14
// and 15 of proc(5) stat, in hundredths.
func cpu(b *testing.B, pid int) float64 {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Skip("this system tells nothing of processes")
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+2:]))
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) / 100
}

// memory returns a process's resident memory in MB: all, or of one kind, as
// proc(5) status names it.
func memory(b *testing.B, pid int, kind string) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	m := regexp.MustCompile(kind + `:\s+(\d+) kB`).FindSubmatch(status)
	kb, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return kb / 1000
}

// weigh reads the metrics once.
func weigh(b *testing.B, url string) (size, series int) {
	text := get(b, url)
	return len(text), strings.Count(text, "\n") - strings.Count(text, "\n#")
}
