package review

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/reading"
)

// A Letter is what a contact has heard, as the reader and people have read it.
type Letter struct {
	Contact     string       `json:"contact"`
	Attempt     int          `json:"attempt"`
	Company     string       `json:"company"`
	Class       string       `json:"class"`
	Channel     string       `json:"channel"`
	Arrival     string       `json:"arrival"` // its key
	At          time.Time    `json:"at"`      // when it came
	Read        reading.Kind `json:"read,omitempty"`
	Doubtful    bool         `json:"doubtful,omitempty"`
	Probability float64      `json:"probability,omitempty"` // that Read is right; 0: the reader says nothing of it
	Language    string       `json:"language,omitempty"`
	// Because are the signals of the reading, without what they saw.
	Because []reading.Reason `json:"-"`
	// Said is what people have said that it is, the first word of each, in order.
	Said []Said `json:"-"`
}

// A Said is a person's word on a letter.
type Said struct {
	By   string
	Kind reading.Kind
}

// SaidBy reports whether a person has judged the letter.
func (l Letter) SaidBy(name string) bool {
	return slices.ContainsFunc(l.Said, func(s Said) bool { return s.By == name })
}

// Letters returns what a contact has heard, by its history: what the reader has
// read, reports on delivery apart, and what people have said of that.
func Letters(ctx context.Context, from probes.EvidenceStore, c probes.Contact, history []probes.Event) ([]Letter, error) {
	var all []Letter
	find := func(arrival string) *Letter {
		i := slices.IndexFunc(all, func(l Letter) bool { return l.Arrival == arrival })
		if i < 0 {
			return nil
		}
		return &all[i]
	}
	for _, e := range probes.InForce(history) {
		switch e.Kind {
		case probes.Heard, probes.Reread:
			j := probes.Payload[probes.Classification](e)
			if j.Reported != nil || j.Rule == probes.RulePerson {
				continue
			}
			l := find(j.Arrival)
			if l == nil {
				all = append(all, Letter{
					Contact: c.ID, Attempt: e.Attempt, Company: c.Plan.Company, Class: c.Plan.Class, Channel: c.Plan.Channel,
					Arrival: j.Arrival, At: j.Times.Arrived,
				})
				l = &all[len(all)-1]
			}
			l.Read, l.Doubtful, l.Probability, l.Language, l.Because = j.Kind, j.Doubtful, j.Probability, j.Language, j.Because
		case probes.Amended:
			if err := hear(ctx, from, e, find); err != nil {
				return nil, err
			}
		}
	}
	return slices.DeleteFunc(all, func(l Letter) bool { return l.Read == reading.Bounce || l.Read == reading.Delay }), nil
}

// hear notes on a letter what a person has said of it. Whose name was erased is
// taken for another person each time.
func hear(ctx context.Context, from probes.EvidenceStore, e probes.Event, find func(arrival string) *Letter) error {
	a := probes.Payload[probes.Amendment](e)
	l := find(a.Arrival)
	if a.Arrival == "" || a.Kind == "" || l == nil {
		return nil
	}
	told, err := probes.Reveal(ctx, from, []probes.Event{e})
	if err != nil {
		return fmt.Errorf("who has judged %s: %w", a.Arrival, err)
	}
	by := probes.Payload[probes.Amendment](told[0]).By
	if by == probes.Erased {
		by = fmt.Sprint(by, " ", e.Seq)
	}
	if !l.SaidBy(by) {
		l.Said = append(l.Said, Said{By: by, Kind: a.Kind})
	}
	return nil
}

// grain is how finely shares are drawn.
const grain = 1_000_000

// Drawn reports whether a letter is in a sample of a share from 0 to 1. It follows
// from the seed and the letter's name alone, so that a larger share holds a
// smaller one.
func Drawn(seed, arrival string, share float64) bool {
	return float64(plan.NewStream(seed, "review", arrival).Below(grain)) < share*grain
}
