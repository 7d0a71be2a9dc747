package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/simulated"
)

// BenchmarkFootprint says what it costs to watch 192 companies, each asked
// every ten seconds: nineteen openers and some thirty arrivals a second, which
// a season has in a day. The companies live in another process. It takes a
// minute, whatever -benchtime says.
func BenchmarkFootprint(b *testing.B) {
	world := simulated.New(simulated.Options{Companies: 192, Seed: "footprint", Scale: 8 * time.Second})
	startWorld(b, world)
	config, dsn := killPlan{kills: 10, within: 8 * time.Second}.outline(b, world).write(b, b.TempDir())
	everyTenSeconds(b, config)
	process := newPlace(b, "brisk", config).start()
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
}

// everyTenSeconds has the configuration's probe tick every ten seconds.
func everyTenSeconds(b *testing.B, config string) {
	text, err := os.ReadFile(config)
	if err != nil {
		b.Fatal(err)
	}
	text = regexp.MustCompile(`@every \d+s`).ReplaceAll(text, []byte("@every 10s"))
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
