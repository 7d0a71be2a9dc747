package metrics

import (
	"maps"
	"slices"
	"strconv"

	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
)

// health shows the state of our own sources, canaries and clocks.
func (c *Collector) health(s *scrape, totals probes.Totals) {
	up, truth := c.Health.Up(), map[bool]float64{true: 1}
	clocks := probes.ForeignClocks(totals.Checkpoints[probes.Clocks])
	for channel, sources := range c.Sources {
		for _, source := range sources {
			clock := clocks[probes.Source{Channel: channel, Name: source}]
			s.add("svartid_clock_offset_seconds", clock.Offset.Ahead().Seconds(), channel, source)
			s.add("svartid_listener_up", truth[up[probes.Source{Channel: channel, Name: source}]], channel, source)
			until := 0.0
			for _, m := range totals.Checkpoints[channel] {
				if m.Source == source {
					until = unix(m.Until)
				}
			}
			s.add("svartid_listened_until_timestamp_seconds", until, channel, source)
		}
		c.arrivals(s, totals, channel)
		c.deliveries(s, channel)
	}
	if c.Hooks != nil && c.Hooks("") != nil {
		c.deliveries(s, "")
	}
}

// A LoginCount counts tries to log in by a way, of one outcome.
type LoginCount struct {
	By, Outcome string
	Count       int
}

// guarded shows who was let in and refused at the operators' listener.
func (c *Collector) guarded(s *scrape) {
	if c.Guarded == nil {
		return
	}
	logins, refused := c.Guarded()
	for _, l := range logins {
		s.add("svartid_logins_total", float64(l.Count), l.By, l.Outcome)
	}
	for _, reason := range slices.Sorted(maps.Keys(refused)) {
		s.add("svartid_requests_refused_total", float64(refused[reason]), reason)
	}
}

// deliveries shows what became of those to the public listener.
func (c *Collector) deliveries(s *scrape, channel string) {
	counts := map[hook.Code]int{hook.Kept: 0}
	if c.Hooks != nil {
		maps.Copy(counts, c.Hooks(channel))
	}
	for _, code := range slices.Sorted(maps.Keys(counts)) {
		s.add("svartid_hook_requests_total", float64(counts[code]), channel, string(code))
	}
}

// arrivals shows what a channel has heard, and what it failed to send.
func (c *Collector) arrivals(s *scrape, totals probes.Totals, channel string) {
	heard := map[reading.Kind]int{}
	for _, a := range totals.Arrivals {
		if a.Channel == channel {
			heard[a.Kind] += a.Count
		}
	}
	for _, kind := range reading.Kinds() {
		s.add("svartid_arrivals_total", float64(heard[kind]), channel, string(kind))
	}
	failed := map[probes.EventKind]int{}
	for _, f := range totals.Failures {
		if f.Channel == channel {
			failed[f.Reason] += f.Count
		}
	}
	for _, kind := range probes.Failures() {
		s.add("svartid_send_failures_total", float64(failed[kind]), channel, string(kind))
	}
	s.add("svartid_reader_failures_total", float64(totals.Unread[channel]), channel)
	faults := map[fault.Fault]int{}
	for _, f := range totals.Faults {
		if f.Channel == channel {
			faults[f.Fault] += f.Count
		}
	}
	for _, fault := range fault.All() {
		s.add("svartid_failures_total", float64(faults[fault]), channel, string(fault))
	}
	s.add("svartid_unmatched_arrivals", float64(totals.Unmatched[channel]), channel)
	twice := 0
	for _, m := range totals.Checkpoints[probes.Doubles] {
		if m.Position == channel {
			twice++
		}
	}
	s.add("svartid_openers_left_twice", float64(twice), channel)
}

// rounds shows what svartid was down for.
func (c *Collector) rounds(s *scrape, totals probes.Totals) {
	missed := map[string]int{}
	for _, p := range c.Edition.Probes {
		missed[p.Name] = 0
	}
	for _, m := range totals.Checkpoints[probes.Missed] {
		if n, err := strconv.Atoi(m.Position); err == nil {
			missed[m.Source] = n
		}
	}
	for _, probe := range slices.Sorted(maps.Keys(missed)) {
		s.add("svartid_rounds_missed_total", float64(missed[probe]), probe)
	}
}

// program shows the program itself.
func (c *Collector) program(s *scrape) {
	s.add("svartid_build_info", 1, c.Build["version"], c.Build["revision"], c.Build["goversion"])
	good := 1.0
	if c.Stale != nil && c.Stale() {
		good = 0
	}
	s.add("svartid_config_last_reload_successful", good)
	loaded := c.Loaded
	if c.Reread != nil {
		loaded = calendar.Later(loaded, c.Reread())
	}
	s.add("svartid_config_last_reload_success_timestamp_seconds", unix(loaded))
}
