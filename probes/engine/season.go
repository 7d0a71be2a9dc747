package engine

import (
	"fmt"
	"strconv"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

// A drawnPlan is the edition's plan, as far as it can be drawn ahead.
type drawnPlan struct {
	edition *edition.Edition
	season  plan.Season
	ahead   plan.Plan
	text    string                 // canonical
	digest  string                 // of the text
	ticks   map[string][]time.Time // of the probes that are drawn ahead
}

// draw draws the edition's plan, once.
func (e *Engine) draw() { e.drawing.Do(func() { e.drawn = drawPlan(e.Edition) }) }

// drawPlan draws an edition's plan.
func drawPlan(ed *edition.Edition) drawnPlan {
	season := plan.Season(*ed)
	ahead := plan.Draw(season)
	text := ahead.Canonical(season)
	d := drawnPlan{ed, season, ahead, text, plan.DigestOf(text), map[string][]time.Time{}}
	for _, p := range ed.Probes {
		if ticks, ok := season.Rounds(p); ok {
			d.ticks[p.Name] = ticks
		}
	}
	return d
}

// rounds returns a probe's ticks, as [plan.Season.Rounds] does.
func (d drawnPlan) rounds(p edition.Probe) (ticks []time.Time, ahead bool) {
	ticks, ahead = d.ticks[p.Name]
	return ticks, ahead
}

// round returns what the round at tick holds, in the order of slots: as the
// plan has it or, for a probe that ticks too often for one, drawn by itself as
// the nth, unless it is over by now.
func (d drawnPlan) round(p edition.Probe, n int, tick, now time.Time) []probes.Plan {
	var contacts []plan.Contact
	if _, ahead := d.rounds(p); ahead {
		contacts = d.ahead.Round(p.Name, tick)
	} else if !d.edition.Over(p, tick, now) {
		contacts = d.season.Round(p, n, tick)
	}
	round := make([]probes.Plan, len(contacts))
	for i, c := range contacts {
		round[i] = d.plan(p, c)
	}
	return round
}

// plan returns what an event says of a contact of the plan.
func (d drawnPlan) plan(p edition.Probe, c plan.Contact) probes.Plan {
	attempts := 0
	if _, ahead := d.rounds(p); p.Attempts > 1 && (!ahead || !c.Second.IsZero()) {
		attempts = p.Attempts
	}
	return probes.Plan{
		Edition: d.edition.Name, Company: c.Company, Class: c.Class, Channel: c.Channel, Probe: c.Probe,
		Round: c.Round, Slot: c.At, Attempts: attempts, Second: c.Second, Scenario: c.Scenario, Persona: c.Persona,
		Within: p.Within.String(), DayEnds: p.Within.DayEnds.String(),
		Replaces: c.Replaces, Moved: c.Moved, Drawn: d.digest,
	}
}

// roundsBegun reads from a probe's checkpoint how many rounds have begun, and at which tick
// the last.
func roundsBegun(checkpoints []channels.Checkpoint, probe string) (n int, last time.Time) {
	for _, m := range checkpoints {
		if m.Source == probe {
			n, _ = strconv.Atoi(m.Position) // a checkpoint of an earlier version has no number: 0
			return n, m.Until
		}
	}
	return 0, time.Time{}
}

// tokenLength is how many letters a token has: 40 bits.
const tokenLength = 8

// mostDraws is how many tokens are drawn for one attempt at most, where the
// marks of others are taken.
const mostDraws = 20

// markKey returns what the marks of openers are keyed by.
func markKey(ed *edition.Edition) string {
	if ed.Key != "" {
		return ed.Key
	}
	return ed.Seed
}

// token returns the word by which an opener is known. It follows from the key,
// the contact (which is edition, company, probe, round and what it replaces),
// the attempt and the draw alone. So it names its contact to those who hold the
// key, in a ledger that has lost it too; a company that joins changes none; and
// without the key, which is not the seed, it cannot be guessed when the seed is
// known.
func token(ed *edition.Edition, contact string, attempt, draw int) string {
	return plan.NewStream(markKey(ed), "token", contact, fmt.Sprint(attempt, ".", draw)).Token(tokenLength)
}
