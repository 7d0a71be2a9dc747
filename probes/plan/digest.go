package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

// Digest returns the SHA-256, in lower-case hex, of [Plan.Canonical]: published
// before a season, it commits to the seed, the rules and the plan.
func (p Plan) Digest(s Season) string { return DigestOf(p.Canonical(s)) }

// DigestOf returns the digest of a plan by its canonical text.
func DigestOf(canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	return hex.EncodeToString(sum[:])
}

// Canonical returns the text that a digest is made of, so that anyone can make
// it again. It is UTF-8. Each line ends in LF and consists of fields with one
// TAB between them; in a field, backslash, TAB, LF and CR are written \\, \t,
// \n and \r. The lines are, in this order, each beginning with its name:
//
//	svartid-plan 1
//	season       edition, seed, from, to, hours, contacts a day, an edition
//	calendar     zone, country
//	day-off      date; by date
//	half-day     date, clock at which it closes; by date
//	probe        name, channel, cron, hours, attempts, spread, promise, its
//	             day's end and its day 1's end (unset: 00:00); as configured
//	term         name, value; as given
//	scenario     name, language, classes; as configured
//	persona      name, channel; as configured
//	company      id, class, language, consent, hours, channels; by id
//	own-calendar id, zone, country; after its company, if it has one
//	withdrawn    id, date; after its company, if it has withdrawn its consent
//	pause        id, from, to, channel, reason; after its company
//	contact      id, company, class, channel, probe, round, at, second, weekday,
//	             slot, scenario, persona, replaces, moved; as planned
//	left         company, probe, round, why; as planned
//
// Dates are 2006-01-02, clocks 15:04, instants RFC 3339 in UTC, those not set
// empty; hours and promises are written as in the configuration. Classes and
// channels are one field each.
func (p Plan) Canonical(s Season) string {
	t := &text{}
	t.line("svartid-plan", "1")
	t.season(s)
	for _, c := range p.Contacts {
		t.line("contact", c.ID, c.Company, c.Class, c.Channel, c.Probe, moment(c.Round), moment(c.At), moment(c.Second),
			c.Weekday, c.Slot, c.Scenario, c.Persona, c.Replaces, c.Moved)
	}
	for _, l := range p.Left {
		t.line("left", l.Company, l.Probe, moment(l.Round), l.Why)
	}
	return t.String()
}

// A text is a canonical text in the making.
type text struct{ strings.Builder }

// line writes one line.
func (t *text) line(fields ...string) {
	for i, field := range fields {
		if strings.ContainsAny(field, "\\\t\n\r") {
			fields[i] = strings.NewReplacer("\\", "\\\\", "\t", "\\t", "\n", "\\n", "\r", "\\r").Replace(field)
		}
	}
	t.WriteString(strings.Join(fields, "\t") + "\n")
}

// season writes all that a plan follows from.
func (t *text) season(s Season) {
	t.line("season", s.Name, s.Seed, s.From.String(), s.To.String(), s.Hours.String(),
		strconv.Itoa(s.Limits.PerCompanyPerDay), strconv.Itoa(s.Limits.PerCompanyPerEdition))
	t.line("calendar", s.zone().String(), s.Rules.Calendar.Country)
	for _, day := range slices.SortedFunc(slices.Values(s.Rules.Calendar.DaysOff), calendar.Date.Compare) {
		t.line("day-off", day.String())
	}
	for _, day := range slices.SortedFunc(maps.Keys(s.Rules.Calendar.HalfDays), calendar.Date.Compare) {
		t.line("half-day", day.String(), s.Rules.Calendar.HalfDays[day].String())
	}
	for _, p := range s.Probes {
		t.line("probe", p.Name, p.Channel, p.Ticks.String(), p.Hours.String(), strconv.Itoa(max(p.Attempts, 1)),
			p.Spread.String(), p.Within.String(), p.Within.DayEnds.String(), p.Within.Before.String())
	}
	for _, term := range s.Terms {
		t.line("term", term.Name, term.Value)
	}
	for _, sc := range s.Scenarios {
		t.line("scenario", sc.Name, sc.Language, list(sc.Classes))
	}
	for _, p := range s.Personas {
		t.line("persona", p.Name, p.Channel)
	}
	byID := func(a, b edition.Company) int { return cmp.Compare(a.ID, b.ID) }
	for _, co := range slices.SortedStableFunc(slices.Values(s.Companies), byID) {
		t.line("company", co.ID, co.Class, co.Language, co.Consent.String(), co.Hours.String(), list(co.Channels()))
		if own := co.Calendar; own != nil {
			t.line("own-calendar", co.ID, own.Zone.String(), own.Country)
		}
		if !co.Withdrawn.IsZero() {
			t.line("withdrawn", co.ID, co.Withdrawn.String())
		}
		for _, pause := range co.Pauses {
			t.line("pause", co.ID, pause.From.String(), pause.To.String(), pause.Channel, pause.Reason)
		}
	}
}

// list writes words as one field, in their order, with commas between.
func list(words []string) string { return strings.Join(slices.Sorted(slices.Values(words)), ",") }

// moment writes an instant as stamp does, and one that is not set as nothing.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return stamp(t)
}
