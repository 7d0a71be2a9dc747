package main

import (
	"fmt"
	"math"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/simulated"
)

// soaking is the variable that says for how long BenchmarkSoak runs, such as 1h.
const soaking = "SVARTID_SOAK"

// BenchmarkSoak asks 192 companies every ten seconds for as long as the environment
// says, and draws what svartid took meanwhile into docs/soak.svg. It fails where that
// grew: the median of the last quarter may be a fifth above that of the second.
func BenchmarkSoak(b *testing.B) {
	long, err := time.ParseDuration(os.Getenv(soaking))
	if err != nil {
		b.Skip(soaking + " does not say for how long")
	}
	world := simulated.New(simulated.Options{Companies: 192, Seed: "soak", Scale: 8 * time.Second})
	startWorld(b, world)
	config, dsn := killPlan{kills: 10, within: 8 * time.Second}.outline(b, world).write(b, b.TempDir())
	rewrite(b, config, `@every \d+s`, "@every 10s")
	place := newPlace(b, "brisk", config)
	if os.Getenv(profiled) == "" {
		place.program = released(b)
	}
	process := place.start()
	metrics := process.metrics()
	var taken []sample
	for began := time.Now(); time.Since(began) < long; time.Sleep(long / 120) {
		taken = append(taken, take(b, process.cmd.Process.Pid, metrics, time.Since(began)))
	}
	contacts := len(openArchive(b, dsn).contactRecords(b))
	b.ReportMetric(float64(contacts), "contacts")
	text := fmt.Sprintf("192 companies, each asked every 10 seconds for %v: %d contacts", long, contacts)
	if err := os.WriteFile("../../docs/soak.svg", []byte(drawn(text, taken)), 0o644); err != nil {
		b.Fatal(err)
	}
	for _, p := range panels() {
		quarter := len(taken) / 4
		early, late := median(taken[quarter:2*quarter], p.of), median(taken[3*quarter:], p.of)
		b.ReportMetric(late/early, strings.ReplaceAll(p.what, " ", "-")+"-late/early")
		if late > 1.2*early {
			b.Errorf("%s grew from %.1f to %.1f", p.what, early, late)
		}
	}
	b.ReportMetric(0, "ns/op")
	process.stop()
}

// A sample is what svartid took at an instant.
type sample struct {
	at                                     time.Duration
	memory, goroutines, files, scrape, cpu float64 // MB, number, number, ms, seconds of the processor so far
}

// take takes a sample.
func take(b *testing.B, pid int, metrics string, at time.Duration) sample {
	b.Helper()
	began := time.Now()
	answer, err := http.Get(metrics)
	if err != nil {
		b.Fatal(err)
	}
	answer.Body.Close()
	text := get(b, metrics)
	s := sample{at: at, memory: memory(b, pid, "VmRSS"), cpu: cpu(b, pid)}
	s.scrape = float64(time.Since(began).Microseconds()) / 2000
	s.goroutines, s.files = gauge(text, "go_goroutines"), gauge(text, "process_open_fds")
	return s
}

// gauge returns the value of a series without labels.
func gauge(text, name string) float64 {
	m := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	value, _ := strconv.ParseFloat(m[1], 64)
	return value
}

// A panel is one of the figures that are drawn.
type panel struct {
	what, unit string
	of         func(sample) float64
}

func panels() []panel {
	return []panel{
		{"memory", "MB", func(s sample) float64 { return s.memory }},
		{"goroutines", "", func(s sample) float64 { return s.goroutines }},
		{"open files", "", func(s sample) float64 { return s.files }},
		{"scrape", "ms", func(s sample) float64 { return s.scrape }},
	}
}

// median returns the median of a figure; NaN of none.
func median(all []sample, of func(sample) float64) float64 {
	values := make([]float64, len(all))
	for i, s := range all {
		values[i] = of(s)
	}
	slices.Sort(values)
	if len(values) == 0 {
		return math.NaN()
	}
	return values[len(values)/2]
}

// drawn draws samples, a panel below the other.
func drawn(title string, all []sample) string {
	const width, height, left, top = 720, 90, 60, 40
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n",
		width+left+20, top+len(panels())*(height+30))
	fmt.Fprintf(&out, `<rect width="100%%" height="100%%" fill="white"/><text x="%d" y="20" font-size="14">%s</text>`+"\n", left, title)
	end := all[len(all)-1].at
	for i, p := range panels() {
		y, most := float64(top+i*(height+30)), 0.0
		for _, s := range all {
			most = max(most, p.of(s))
		}
		most *= 1.1
		var line strings.Builder
		for _, s := range all {
			fmt.Fprintf(&line, "%.1f,%.1f ", left+width*s.at.Seconds()/end.Seconds(), y+height-height*p.of(s)/most)
		}
		fmt.Fprintf(&out, `<text x="%d" y="%.0f">%s</text><text x="%d" y="%.0f" text-anchor="end">%.0f %s</text><text x="%d" y="%.0f" text-anchor="end">0</text>`+"\n",
			left, y+12, p.what, left-6, y+10, most, p.unit, left-6, y+height)
		fmt.Fprintf(&out, `<path d="M%d %.0f v%d h%d" fill="none" stroke="#888"/><polyline points="%s" fill="none" stroke="#1f5fa8" stroke-width="1.5"/>`+"\n",
			left, y, height, width, strings.TrimSpace(line.String()))
	}
	fmt.Fprintf(&out, `<text x="%d" y="%d" text-anchor="end">%v</text></svg>`+"\n", left+width, top+len(panels())*(height+30)-12, end.Round(time.Minute))
	return out.String()
}
