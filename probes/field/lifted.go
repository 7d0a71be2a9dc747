package field

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/plan"
)

// A Pause is one that was entered after the start.
type Pause struct {
	Company string        `json:"company"`
	Class   string        `json:"class"`
	From    calendar.Date `json:"from"`
	To      calendar.Date `json:"to"`
	Channel string        `json:"channel,omitempty"`
	// Lifted says that it was in force and was taken back: resumed, or edited away.
	Lifted bool `json:"lifted,omitempty"`
	// Until is when it was; zero: it is not known, or it was not.
	Until time.Time `json:"until,omitzero"`
	// By is the person that has resumed it; empty: the configuration was edited, or the
	// name is erased.
	By string `json:"by,omitempty"`
	// Lone says that one person alone has decided it, and its end if it was taken back.
	Lone bool `json:"lone,omitempty"`

	since time.Time // from when it was in force if that is later than its first day
}

// String writes the pause with its company, as rows of tables do.
func (p Pause) String() string {
	over, lifted := "", ""
	if p.Channel != "" {
		over = " over " + p.Channel
	}
	if p.Lifted {
		lifted = ", taken back"
	}
	return fmt.Sprintf("%s%s, %s to %s%s", p.Company, over, p.From, p.To, lifted)
}

// Covers reports whether the pause was in force on a channel at an instant, which is on
// a day of the edition.
func (p Pause) Covers(channel string, at time.Time, day calendar.Date) bool {
	return covers(edition.Pause{From: p.From, To: p.To, Channel: p.Channel}, channel, day) &&
		!at.Before(p.since) && (p.Until.IsZero() || at.Before(p.Until))
}

// lone reports whether one person alone has decided a pause: no other has said the same,
// or has ended it. What the configuration says is no one person's.
func (r *Roll) lone(p Pause) bool {
	decided := false
	for _, a := range r.acts {
		begins, ends := r.begins(a, p), a.Kind == participation.Resumed || a.Kind == participation.Consented
		if of := a.Company == "" || a.Company == p.Company; !of || !begins && !ends {
			continue
		}
		if a.Confirms && (begins || decided) {
			return false
		}
		decided = decided || begins
	}
	return decided
}

// begins reports whether a decision is what a pause of a company it concerns follows from.
func (r *Roll) begins(a participation.Act, p Pause) bool {
	switch a.Kind {
	case participation.Paused:
		return a.To == p.To && a.Channel == p.Channel
	case participation.Withdrawn:
		return p.To == r.edition.To && p.Channel == ""
	}
	return false
}

// leaves reports whether another pause of a company is what was left of this one once it
// was taken back.
func (p Pause) leaves(company string, rest edition.Pause) bool {
	return p.Company == company && p.Channel == rest.Channel && p.From == rest.From && rest.To.Before(p.To)
}

// An inForce is a plan that was followed, since an instant.
type inForce struct {
	plan  plan.Committed
	since time.Time
}

// A span is a pause of a company, but for its reason.
type span struct {
	company  string
	from, to calendar.Date
	channel  string
}

// A timeline is since when pauses were in force, and until when.
type timeline map[span]*Pause

// begins notes that a pause was in force at an instant.
func (t timeline) begins(s span, at time.Time) {
	if t[s] == nil {
		t[s] = &Pause{Company: s.company, From: s.from, To: s.to, Channel: s.channel, since: at}
		return
	}
	if at.Before(t[s].since) {
		t[s].since = at
	}
}

// follow notes the pauses of a plan that the first did not have, and the end of those
// that it has no more.
func (t timeline) follow(r *Roll, p inForce) {
	now := map[span]bool{}
	for id, co := range p.plan.Companies {
		for _, pause := range r.entered(id, co) {
			s := span{id, pause.From, pause.To, pause.Channel}
			now[s] = true
			t.begins(s, p.since)
			t[s].Until = time.Time{}
		}
	}
	for s, pause := range t {
		if !now[s] && pause.Until.IsZero() {
			pause.Until = p.since
		}
	}
}

// decide notes what a person has decided.
func (t timeline) decide(r *Roll, a participation.Act) {
	switch a.Kind {
	case participation.Paused:
		for id, co := range r.first.Companies {
			if (a.Company == "" || a.Company == id) && (a.Channel == "" || slices.Contains(co.Channels, a.Channel)) {
				t.begins(span{id, a.From, a.To, a.Channel}, a.At)
			}
		}
	case participation.Withdrawn:
		if !r.edition.To.IsZero() {
			t.begins(span{a.Company, a.From, r.edition.To, ""}, a.At)
		}
	default:
		t.end(r, a)
	}
}

// end notes that a person has ended pauses, or has given a consent again, which ends what
// its withdrawal began.
func (t timeline) end(r *Roll, a participation.Act) {
	for _, end := range a.Ends {
		from, _ := calendar.ParseDate(end.From) // written by us; what cannot be read is never
		to, _ := calendar.ParseDate(end.To)
		t.ends(r, span{end.Company, from, to, end.Channel}, a)
	}
	for s := range t {
		if a.Kind == participation.Consented && s.company == a.Company && s.channel == "" && s.to == r.edition.To {
			t.ends(r, s, a)
		}
	}
}

// ends notes that a person has ended a pause, from a day on.
func (t timeline) ends(r *Roll, s span, a participation.Act) {
	if p := t[s]; p != nil {
		p.Until, p.By = calendar.Later(a.At, a.From.In(r.edition.Zone())), a.By
	}
}

// takenBack returns the pauses that were entered after the start, were in force, and are
// so no more though their days are not over, by company.
func (r *Roll) takenBack(plans []inForce, acts []participation.Act) (all []Pause) {
	t := timeline{}
	for _, p := range plans {
		t.follow(r, p)
	}
	for _, a := range acts {
		t.decide(r, a)
	}
	now := participation.Apply(r.edition, acts)
	for s, p := range t {
		was, known := r.first.Companies[s.company]
		co, takesPart := now.Company(s.company)
		if !known || !takesPart || co.Left() || co.Consent.IsZero() || r.stands(co, s) {
			continue
		}
		starts := s.from.In(r.edition.Zone())
		if !p.Until.IsZero() && !calendar.Later(p.since, starts).Before(p.Until) {
			continue // it was taken back before its first day
		}
		p.Lifted, p.Class, p.since = true, r.Class(co.ID, cmp.Or(co.Class, was.Class)), calendar.Later(p.since, starts)
		if !p.Until.IsZero() {
			p.Until = p.Until.In(r.edition.Zone())
		}
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b Pause) int {
		return cmp.Or(cmp.Compare(a.Company, b.Company), a.since.Compare(b.since), cmp.Compare(a.Channel, b.Channel), a.To.Compare(b.To))
	})
	return all
}

// stands reports whether a pause is in force as it was, or is part of one that is, or was
// there at the start.
func (r *Roll) stands(co edition.Company, s span) bool {
	was := r.first.Companies[co.ID]
	return slices.ContainsFunc(slices.Concat(r.pauses(co), was.Pauses), func(p edition.Pause) bool {
		return (p.Channel == "" || p.Channel == s.channel) && !s.from.Before(p.From) && !s.to.After(p.To)
	})
}

// A gone is a pause that was to go on through all that was left to ask over some
// channels, and was taken back.
type gone struct {
	Pause
	roll     *Roll
	channels map[string]bool
}

// missed reports whether a contact was to be asked while the company was gone.
func (g gone) missed(c plan.Contact) bool {
	return g.Company == c.Company && g.channels[c.Channel] && g.Covers(c.Channel, c.At, g.roll.edition.Day(c.At))
}

// final returns the pauses that were taken back and were leaving as long as they were
// in force: with the others of the company they covered all that was left to ask.
func (r *Roll) final() (all []gone) {
	if len(r.lifted) == 0 {
		return nil
	}
	turns := r.turns()
	for _, p := range r.lifted {
		g := gone{p, r, map[string]bool{}}
		for channel, turns := range turns[p.Company] {
			g.channels[channel] = r.through(p, channel, turns)
		}
		if slices.Contains(slices.Collect(maps.Values(g.channels)), true) {
			all = append(all, g)
		}
	}
	return all
}

// through reports whether a pause, with others of its company, covered all turns on a
// channel that were left when it began, of which there were some.
func (r *Roll) through(p Pause, channel string, turns []turn) bool {
	co, _ := r.edition.Company(p.Company)
	pauses := r.pauses(co)
	for _, l := range r.lifted {
		if l.Company == p.Company {
			pauses = append(pauses, edition.Pause{From: l.From, To: l.To, Channel: l.Channel})
		}
	}
	left := 0
	for _, t := range turns {
		if t.at.Before(p.since) {
			break // the last comes first
		}
		if _, covered := begins(pauses, channel, r.edition.Day(t.at)); !covered {
			return false
		}
		left++
	}
	return left > 0 && (p.Channel == "" || p.Channel == channel)
}

// Zeroed returns the companies of which something may count as unanswered because they
// have left, or had for a while, or keep fewer hours than at the start.
func (r *Roll) Zeroed() (all []string) {
	for _, l := range r.Leavers() {
		all = append(all, l.Company)
	}
	for _, g := range r.final() {
		all = append(all, g.Company)
	}
	all = append(all, r.narrowers()...)
	slices.Sort(all)
	return slices.Compact(all)
}
