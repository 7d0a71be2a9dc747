package probes

import (
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
)

// SourceHealth say which sources are being heard right now. The zero value is ready;
// a nil one takes and tells nothing.
type SourceHealth struct {
	mu      sync.Mutex
	up      map[Source]bool
	assumed map[Source]bool // as it was heard by another run, of those that were not tried yet
}

// A Source is one source of one channel.
type Source struct{ Channel, Name string }

// Up returns every source that was ever tried, and whether it is heard now. Of one that
// was not tried yet since [SourceHealth.Assume], it is what was assumed.
func (s *SourceHealth) Up() map[Source]bool {
	all := map[Source]bool{}
	if s == nil {
		return all
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(all, s.assumed)
	maps.Copy(all, s.up)
	return all
}

// Tried returns the sources that were tried, and whether they are heard now.
func (s *SourceHealth) Tried() map[Source]bool {
	all := map[Source]bool{}
	if s == nil {
		return all
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(all, s.up)
	return all
}

// Assume takes over which sources an earlier run heard, until this one has tried
// them: a configuration that is read again silences no source that it leaves as it was.
func (s *SourceHealth) Assume(up map[Source]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.assumed = maps.Clone(up)
}

// MarkUp notes that a source is heard.
func (s *SourceHealth) MarkUp(which Source) { s.set(map[Source]bool{which: true}) }

// MarkDown notes that a source is not heard.
func (s *SourceHealth) MarkDown(which Source) { s.set(map[Source]bool{which: false}) }

func (s *SourceHealth) set(news map[Source]bool) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.up == nil {
		s.up = map[Source]bool{}
	}
	maps.Copy(s.up, news)
}

// A FlowCheck is what a look at the way through a company's page came to, besides openers.
type FlowCheck struct {
	Channel, Company string
	At               time.Time
	Broken           string // the step at which it has changed, as the flow has it; empty: it has not
}

// Source names the way as a mark does.
func (f FlowCheck) Source() string { return f.Channel + "/" + f.Company }

// Checkpoint returns the mark by which a ledger keeps the look.
func (f FlowCheck) Checkpoint() channels.Checkpoint {
	return channels.Checkpoint{Source: f.Source(), Position: f.Broken, Until: f.At}
}

// BrokenFlows returns the ways of which the last look has found that they have changed, from the
// marks of [FlowChecks].
func BrokenFlows(marks []channels.Checkpoint) (all []FlowCheck) {
	for _, m := range marks {
		channel, company, named := strings.Cut(m.Source, "/")
		if named && m.Position != "" {
			all = append(all, FlowCheck{channel, company, m.Until, m.Position})
		}
	}
	return all
}
