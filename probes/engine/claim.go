package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/reading/match"
	"github.com/svartid/svartid/probes/reading/message"
)

// mostTicks is how many rounds of a probe that no plan holds are looked through
// for the one that an opener is of.
const mostTicks = 500

// early is how far before its slot a clock may say that an opener left.
const early = time.Minute

// A candidate is an attempt that an opener may be of, and when that could leave.
type candidate struct {
	plan        probes.Plan
	attempt     int
	from, until time.Time
}

// A claim is an attempt whose marks a message bears.
type claim struct {
	candidate
	opening channels.Opening
}

// id returns the contact that is claimed.
func (c candidate) id() string { return ContactID(c.plan) }

// inSlot reports whether an instant is one at which the attempt could leave.
func (c candidate) inSlot(at time.Time) bool { return !at.Before(c.from) && !at.After(c.until) }

// claimed returns the attempt whose own copy a message is, by its
// Message-ID and its sender: both follow from a token, and that from the key.
func (e *Engine) claimed(channel string, m message.Message, at time.Time) (claim, bool) {
	opener, copies := e.copies(channel)
	id, from := m.ID(), m.From()
	senders := e.senders(channel, id, from)
	if !copies || len(senders) == 0 {
		return claim{}, false
	}
	var candidates []candidate
	for _, co := range e.addressed(channel, m) {
		candidates = append(candidates, e.candidates(channel, co, at)...)
	}
	for draw := 1; draw <= mostDraws; draw++ {
		for _, c := range candidates {
			co, _ := e.Edition.Company(c.plan.Company)
			o := channels.Opening{
				Attempt: attemptID(c.id(), c.attempt), Token: token(e.Edition, c.id(), c.attempt, draw), Reach: co.Reach[channel],
			}
			for _, o.Persona = range senders {
				if o, err := opener.Prepare(o); err == nil && o.ID == id && strings.EqualFold(o.Address, from) {
					c.plan.Persona = o.Persona.Name
					return claim{c, o}, true
				}
			}
		}
	}
	return claim{}, false
}

// copies returns a channel's opener, and whether its openers come back to it.
func (e *Engine) copies(channel string) (channels.Opener, bool) {
	opener, opens := e.Channels[channel].(channels.Opener)
	copier, copies := e.Channels[channel].(channels.Copier)
	return opener, opens && copies && copier.Copies()
}

// senders returns the personas of a channel as whom a message may be sent, by the
// domains of its Message-ID and its sender.
func (e *Engine) senders(channel, id, from string) (all []channels.Persona) {
	of := func(address string) string { return strings.ToLower(address[strings.LastIndexByte(address, '@')+1:]) }
	for _, p := range e.Edition.PersonasOn(channel) {
		if p.Address != "" && of(p.Address) == of(id) && of(id) == of(from) {
			all = append(all, p.Persona)
		}
	}
	return all
}

// addressed returns the companies that a message is to. An address that is not
// in ASCII has several forms, and is not compared.
func (e *Engine) addressed(channel string, m message.Message) (all []edition.Company) {
	to := map[string]bool{}
	for _, clue := range match.Clues(m) {
		if clue.Rule == match.ByAddress {
			to[strings.ToLower(clue.Key)] = true
		}
	}
	ascii := func(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0 }
	for _, co := range e.Edition.Companies {
		if reach := co.Reach[channel]; reach != "" && (to[strings.ToLower(reach)] || !ascii(reach)) {
			all = append(all, co)
		}
	}
	return all
}

// candidates returns the attempts at a company that may have left by an instant:
// those of the plan, and those that may stand in for them.
func (e *Engine) candidates(channel string, co edition.Company, at time.Time) (all []candidate) {
	for _, p := range e.Edition.Probes {
		if p.Channel != channel {
			continue
		}
		for _, c := range e.planned(p, co, at) {
			all = append(all, e.standIns(p, c)...)
		}
	}
	return all
}

// planned returns a company's contacts of a probe that were due by an instant. Of
// a probe that no plan holds these are of the latest rounds, and their slots,
// scenarios and personas are not known.
func (e *Engine) planned(p edition.Probe, co edition.Company, at time.Time) (all []plan.Contact) {
	if _, ahead := e.drawn.rounds(p); ahead {
		for _, c := range e.drawn.ahead.Contacts {
			if c.Probe == p.Name && c.Company == co.ID && !c.At.After(at.Add(early)) {
				all = append(all, c)
			}
		}
		return all
	}
	scenario := ""
	if fit := e.Edition.ScenariosFor(co); len(fit) > 0 {
		scenario = fit[0].Name
	}
	tick := p.Ticks.Next(calendar.Later(e.firstInstant(), at.Add(-roundLasts(p))))
	for ; !tick.IsZero() && !tick.After(at) && len(all) < mostTicks; tick = p.Ticks.Next(tick) {
		all = append(all, plan.Contact{
			Company: co.ID, Class: co.Class, Channel: p.Channel, Probe: p.Name, Round: tick.UTC(), At: tick.UTC(), Scenario: scenario,
		})
	}
	slices.Reverse(all)
	return all
}

// roundLasts returns the longest that a round of a probe may last, retries of
// its openers included.
func roundLasts(p edition.Probe) time.Duration {
	const day = 24 * time.Hour
	return day + p.Spread.Duration + time.Duration(2*p.Spread.WorkingDays)*day
}

// standIns returns the attempts of a contact and of the two that may replace it.
func (e *Engine) standIns(p edition.Probe, c plan.Contact) (all []candidate) {
	_, ahead := e.drawn.rounds(p)
	for depth := 0; depth <= plan.MaxReplacements; depth++ {
		made := e.drawn.plan(p, c)
		for attempt := 1; attempt <= max(p.Attempts, 1); attempt++ {
			x := candidate{plan: made, attempt: attempt, from: c.At.Add(-early), until: e.lastInstant()}
			switch {
			case depth > 0 || attempt > 1: // its slot was found when it was needed
			case ahead:
				x.until = e.Edition.Day(c.At).AddDays(1).In(e.Edition.Zone()).Add(e.Timing.Lost)
			default:
				x.until = c.At.Add(roundLasts(p))
			}
			all = append(all, x)
		}
		c.Replaces, c.Second, c.Moved = ContactID(made), time.Time{}, ""
	}
	return all
}

// lastInstant returns the last at which an opener of the edition is on its way:
// its copy may come when the last day is over.
func (e *Engine) lastInstant() time.Time {
	if e.Edition.To.IsZero() {
		return e.now().Add(24 * time.Hour)
	}
	return e.Edition.To.AddDays(1).In(e.Edition.Zone()).Add(e.Timing.Lost)
}

// attemptID names an attempt in the ledger.
func attemptID(contact string, attempt int) string { return fmt.Sprintf("%s.%d", contact, attempt) }

// overLimit returns which limit on bothering the company is reached, or "".
// Openers that never left do not count; an unsure one does, and so do those of
// another edition in the same ledger: the company is the same.
func (e *Engine) overLimit(ctx context.Context, tx probes.Tx, c probes.Contact, now time.Time) (string, error) {
	limits := e.Edition.Limits
	if limits.PerCompanyPerDay == 0 && limits.PerCompanyPerEdition == 0 {
		return "", nil
	}
	all, err := tx.Find(ctx, probes.Query{Company: c.Plan.Company})
	if err != nil {
		return "", err
	}
	today, contacts := bothered(e.Edition, all, c.ID, e.Edition.Day(now))
	switch {
	case limits.PerCompanyPerDay > 0 && today >= limits.PerCompanyPerDay:
		return "the company's limit for the day is reached", nil
	case limits.PerCompanyPerEdition > 0 && contacts >= limits.PerCompanyPerEdition:
		return "the company's limit for the edition is reached", nil
	}
	return "", nil
}

// bothered counts the openers that a company has, or may have, had today, and
// its contacts that have had any between the edition's first and last day, the
// one with the id apart. Of an edition without these days only its own contacts
// are counted.
func bothered(ed *edition.Edition, all []probes.Contact, id string, today calendar.Date) (openers, contacts int) {
	for _, c := range all {
		counts := c.Plan.Edition == ed.Name
		begun := false
		for _, a := range c.Attempts {
			if !a.Bothers() {
				continue
			}
			begun = true
			day := ed.Day(a.Intended)
			if day == today {
				openers++
			}
			counts = counts || within(ed, day)
		}
		if begun && counts && c.ID != id {
			contacts++
		}
	}
	return openers, contacts
}

// within reports whether a day is between an edition's first and last.
func within(ed *edition.Edition, day calendar.Date) bool {
	return !ed.From.IsZero() && !ed.To.IsZero() && !day.Before(ed.From) && !day.After(ed.To)
}
