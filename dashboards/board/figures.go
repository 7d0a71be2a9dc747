package board

import (
	"cmp"
	"math"
	"slices"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/report"
)

// A hint says that a company is worth a look. It is no judgement: that is the
// alerts' and the standings'.
type hint string

// The hints, gravest first.
const (
	noHint  hint = ""
	overdue hint = "overdue" // two or more wait longer than nearly all before them, near the deadline
	stopped hint = "stopped" // answered before, and none of the last three
	never   hint = "never"   // has answered none, of three or more
)

// figures are what is known of one company on some of its channels.
type figures struct {
	Company         edition.Company
	Answered, Valid int
	Lower, Upper    float64 // Wilson, 95 %
	Unanswered      int     // decided ones that were not answered in time
	Pending         int
	Oldest          mark // of those pending, the one that has waited longest
	Channels        []channelFigures
	Marks           []mark // on all channels, latest first
	Pause           edition.Pause
	Paused          bool // on at least one channel
	Hint            hint
	changed         int64
}

// channelFigures are a company's on one channel.
type channelFigures struct {
	Channel         string
	Answered, Valid int
	Lower, Upper    float64
	Pending         int
	Median          time.Duration // below 0: nothing is decided; report.Forever: more than half were never answered
	Paused          bool
	LastAnswer      time.Time
	tally           probes.Tally
}

// Share is the share of valid contacts that were answered in time; NaN of none.
func (f figures) Share() float64 { return float64(f.Answered) / float64(f.Valid) }

// Share is as that of a company.
func (c channelFigures) Share() float64 { return float64(c.Answered) / float64(c.Valid) }

// figuresOf adds up what is known of a company on the channels that are shown.
func (b *Board) figuresOf(co edition.Company, s snapshot, shown []string, now time.Time) figures {
	f := figures{Company: co}
	today := calendar.DateOf(now.In(b.zone()))
	for _, channel := range shown {
		if _, reached := co.Reach[channel]; !reached {
			continue
		}
		r := s.records[place{co.ID, channel}]
		c := r.figures(channel, now)
		if pause, ok := co.Paused(today, channel); ok {
			c.Paused, f.Paused, f.Pause = true, true, pause
		}
		f.Answered, f.Valid, f.Pending = f.Answered+c.Answered, f.Valid+c.Valid, f.Pending+c.Pending
		f.Channels, f.Marks = append(f.Channels, c), append(f.Marks, r.recent...)
		f.changed = max(f.changed, r.changed)
	}
	f.Unanswered = f.Valid - f.Answered
	f.Lower, f.Upper = fairness.Wilson(f.Answered, f.Valid, 0.95)
	slices.SortStableFunc(f.Marks, func(a, b mark) int { return b.Since.Compare(a.Since) })
	for _, m := range f.Marks {
		if m.Outcome == probes.Pending && !m.Since.IsZero() {
			f.Oldest = m
		}
	}
	f.Hint = f.hints(now)
	return f
}

// figures are what a record says of its channel.
func (r record) figures(channel string, now time.Time) channelFigures {
	c := channelFigures{
		Channel: channel, Pending: r.tally.Outcomes[probes.Pending], Median: -1,
		LastAnswer: r.tally.LastAnswer, tally: r.tally,
	}
	c.Answered, c.Valid = r.tally.Reach()
	c.Lower, c.Upper = fairness.Wilson(c.Answered, c.Valid, 0.95)
	switch median := r.tally.MedianWait(now); {
	case math.IsInf(median, 1):
		c.Median = report.Forever
	case !math.IsNaN(median):
		c.Median = time.Duration(median * float64(time.Second))
	}
	return c
}

// hints returns the gravest hint, if any.
func (f figures) hints(now time.Time) hint {
	const few = 3
	late, decided, silent := 0, 0, 0
	for _, m := range f.Marks {
		switch {
		case m.Outcome == probes.Pending && f.late(m, now):
			late++
		case m.Outcome.Valid() && decided < few:
			decided++
			if m.Outcome != probes.Answered {
				silent++
			}
		}
	}
	switch {
	case late > 1:
		return overdue
	case f.Valid >= few && f.Answered == 0:
		return never
	case silent == few:
		return stopped
	}
	return noHint
}

// late reports whether a contact waits longer than 19 of 20 that were answered
// on its channel, and four fifths of its promise have passed.
func (f figures) late(m mark, now time.Time) bool {
	waited := now.Sub(m.Since)
	if m.Since.IsZero() || m.Deadline.IsZero() || waited < m.Deadline.Sub(m.Since)*4/5 {
		return false
	}
	for _, c := range f.Channels {
		if c.Channel == m.Channel {
			usual, ok := usually(c.tally)
			return ok && waited > usual
		}
	}
	return false
}

// usually is the wait that 19 of 20 answers on a channel did not exceed; false
// if there were too few to say.
func usually(t probes.Tally) (time.Duration, bool) {
	const enough = 3
	var waits []int64
	total := 0
	for wait, n := range t.Answered {
		waits, total = append(waits, wait), total+n
	}
	if total < enough {
		return 0, false
	}
	slices.Sort(waits)
	for _, wait := range waits {
		total -= t.Answered[wait]
		if total*20 <= sum(t.Answered) {
			return time.Duration(wait) * time.Second, true
		}
	}
	return 0, false
}

func sum(counts map[int64]int) (n int) {
	for _, count := range counts {
		n += count
	}
	return n
}

// An alphabet orders names as people of a country do, and numbers in them by their
// size. It is for one goroutine.
type alphabet struct{ *collate.Collator }

// alphabet returns that of the edition's country: æ, ø and å come last, and å, ä and ö
// in Sweden and Finland.
func (b *Board) alphabet() alphabet {
	tag := language.Make("nn") // Bokmål has no table of its own, and the same order
	if country := b.Edition.Rules.Calendar.Country; country == "SE" || country == "FI" {
		tag = language.Swedish
	}
	return alphabet{collate.New(tag, collate.Numeric)}
}

// byName orders companies by what they are called.
func (a alphabet) byName(x, y figures) int {
	return cmp.Or(a.CompareString(x.Company.Name, y.Company.Name), cmp.Compare(x.Company.ID, y.Company.ID))
}

// channels returns those on which the edition's companies are reached, by name.
func (b *Board) channels() []string {
	var all []string
	for _, co := range b.Edition.Companies {
		for channel := range co.Reach {
			if !slices.Contains(all, channel) {
				all = append(all, channel)
			}
		}
	}
	slices.Sort(all)
	return all
}
