package plan_test

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

// A checker counts a plan's breaches of the rules. It shares no code with the
// planner: it has its own list of holidays, walks the days one by one and does
// its own sums of hours.
type checker struct {
	recipe
	plan     plan.Plan
	breaches []string
}

// breaches returns how a plan of a recipe breaks the rules.
func breaches(r recipe, p plan.Plan) []string {
	k := &checker{recipe: r, plan: p}
	k.complete()
	perCompany := map[string][]plan.Contact{}
	for _, c := range p.Contacts {
		k.contact(c)
		perCompany[c.Company] = append(perCompany[c.Company], c)
	}
	for _, id := range slices.Sorted(maps.Keys(perCompany)) {
		own := perCompany[id]
		slices.SortFunc(own, func(a, b plan.Contact) int { return a.At.Compare(b.At) })
		k.limits(id, own)
		k.scenarios(id, own)
		k.personas(id, own)
	}
	k.cells(perCompany)
	return k.breaches
}

func (k *checker) breach(format string, a ...any) {
	k.breaches = append(k.breaches, fmt.Sprintf(format, a...))
}

// holidays are Norway's of 2027, from the almanac of the University of Oslo.
func holidays() []string {
	return []string{
		"2027-01-01", "2027-03-25", "2027-03-26", "2027-03-28", "2027-03-29", "2027-05-01", "2027-05-06",
		"2027-05-16", "2027-05-17", "2027-12-25", "2027-12-26",
	}
}

func (k *checker) closed(day string) bool {
	return slices.Contains(holidays(), day) || slices.Contains(k.daysOff, day)
}

// workday tells whether a local day is Monday to Friday and not closed.
func (k *checker) workday(t time.Time) bool {
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && !k.closed(t.Format(time.DateOnly))
}

// open tells whether a week's hours hold a local time.
func (w week) open(t time.Time) bool {
	if len(w) == 0 {
		return true
	}
	day := w[(int(t.Weekday())+6)%7]
	minute := t.Hour()*60 + t.Minute()
	return day[0] <= minute && minute < day[1]
}

// complete finds rounds of companies that are neither planned nor left, and
// such as are twice.
func (k *checker) complete() {
	seen := map[string]int{}
	for _, c := range k.plan.Contacts {
		seen[c.Company+c.Probe+c.Round.In(oslo()).Format(time.DateOnly)]++
	}
	for _, l := range k.plan.Left {
		if l.Why == "" {
			k.breach("%s is left without a reason", l.Company)
		}
		seen[l.Company+l.Probe+l.Round.In(oslo()).Format(time.DateOnly)]++
	}
	for _, p := range k.probes {
		for _, tick := range p.ticks {
			for _, m := range k.companies {
				n := seen[m.id+p.name+tick] + seen[p.name+tick]
				want := 0
				if slices.Contains(m.channels, p.channel) {
					want = 1
				}
				if n != want && !(want == 0 && seen[p.name+tick] == 1) {
					k.breach("%s has %d contacts in round %s of %s, want %d", m.id, n, tick, p.name, want)
				}
			}
		}
	}
}

func (k *checker) who(c plan.Contact) (member, asking) {
	m := k.companies[slices.IndexFunc(k.companies, func(m member) bool { return m.id == c.Company })]
	return m, k.probes[slices.IndexFunc(k.probes, func(p asking) bool { return p.name == c.Probe })]
}

// contact checks what a contact says of itself, and when it is.
func (k *checker) contact(c plan.Contact) {
	m, p := k.who(c)
	local := c.At.In(oslo())
	if c.Class != m.class || c.Channel != p.channel || !slices.Contains(m.channels, c.Channel) {
		k.breach("%s: class %s, channel %s", c.ID, c.Class, c.Channel)
	}
	if got := local.Format("Mon"); got != c.Weekday {
		k.breach("%s: weekday %s on a %s", c.ID, c.Weekday, got)
	}
	if got := fmt.Sprintf("%02d-%02d", local.Hour(), local.Hour()+1); got != c.Slot {
		k.breach("%s: slot %s at %s", c.ID, c.Slot, got)
	}
	if c.At.Location() != time.UTC || c.Round.Location() != time.UTC || c.At.Nanosecond() != 0 {
		k.breach("%s: %v is no whole second of UTC", c.ID, c.At)
	}
	sum := sha256.Sum256([]byte("test-2027\x1f" + c.Probe + "\x1f" + c.Round.Format(time.RFC3339Nano) + "\x1f" + c.Company + "\x1f" + c.Replaces))
	if want := strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:12]; c.ID != want {
		k.breach("%s: id, want %s", c.ID, want)
	}
	k.allowed(c, local)
	k.inRound(c, p, local)
	if !c.Second.IsZero() {
		k.second(c, local)
	}
}

// allowed checks that a company may be asked at a local time.
func (k *checker) allowed(c plan.Contact, at time.Time) {
	m, p := k.who(c)
	day := at.Format(time.DateOnly)
	switch {
	case m.consent == "" || day < m.consent:
		k.breach("%s: no consent on %s", c.ID, day)
	case day < k.from || day > k.to:
		k.breach("%s: %s is outside the season", c.ID, day)
	case k.closed(day):
		k.breach("%s: %s is closed", c.ID, day)
	case !k.hours.open(at) || !p.hours.open(at) || !m.hours.open(at):
		k.breach("%s: %s is outside the hours", c.ID, at)
	}
	for _, pause := range m.pauses {
		if (pause.Channel == "" || pause.Channel == c.Channel) && pause.From.String() <= day && day <= pause.To.String() {
			k.breach("%s: %s is in a pause", c.ID, day)
		}
	}
}

// inRound checks that a contact is inside its round or, if it says that it was
// moved, before the next.
func (k *checker) inRound(c plan.Contact, p asking, at time.Time) {
	i := slices.Index(p.ticks, c.Round.In(oslo()).Format(time.DateOnly))
	if i < 0 || c.Round.In(oslo()).Format("15:04:05") != "09:00:00" {
		k.breach("%s: %s is no tick", c.ID, c.Round)
		return
	}
	if p.spread == 0 {
		if !c.At.Equal(c.Round) {
			k.breach("%s: at %s, not at the tick", c.ID, at)
		}
		return
	}
	days := 0
	for day := c.Round.In(oslo()); day.Format(time.DateOnly) <= at.Format(time.DateOnly); day = day.AddDate(0, 0, 1) {
		if k.workday(day) {
			days++
		}
	}
	late := i+1 < len(p.ticks) && !at.Before(must(time.ParseInLocation("2006-01-02 15", p.ticks[i+1]+" 09", oslo())))
	if c.At.Before(c.Round) || days > p.spread && (c.Moved == "" || late) {
		k.breach("%s: %s is outside the round of %s (moved: %q)", c.ID, at, c.Round, c.Moved)
	}
}

// second checks a second attempt: another day, the same hour, at most five days
// on which the hour is open after the first.
func (k *checker) second(c plan.Contact, first time.Time) {
	at := c.Second.In(oslo())
	k.allowed(c, at)
	_, p := k.who(c)
	days := 0
	for day := first.AddDate(0, 0, 1); day.Format(time.DateOnly) <= at.Format(time.DateOnly); day = day.AddDate(0, 0, 1) {
		if k.workday(day) {
			days++
		}
	}
	if p.attempts < 2 || at.Hour() != first.Hour() || days == 0 || days > 5 {
		k.breach("%s: second attempt at %s after %s", c.ID, at, first)
	}
}

// limits checks the contacts of one company against those of the season.
func (k *checker) limits(id string, own []plan.Contact) {
	perDay := map[string]int{}
	for _, c := range own {
		perDay[c.At.In(oslo()).Format(time.DateOnly)]++
		if !c.Second.IsZero() {
			perDay[c.Second.In(oslo()).Format(time.DateOnly)]++
		}
	}
	for day, n := range perDay {
		if k.perDay > 0 && n > k.perDay {
			k.breach("%s is asked %d times on %s", id, n, day)
		}
	}
	if k.perEdition > 0 && len(own) > k.perEdition {
		k.breach("%s is asked %d times", id, len(own))
	}
}

// scenarios checks that a company is told all that fit it, equally often: but
// for one, and for two where some of its contacts are left out, whose scenarios
// stay untold.
func (k *checker) scenarios(id string, own []plan.Contact) {
	m, _ := k.who(own[0])
	told := map[string]int{}
	for _, s := range k.recipe.scenarios {
		if s.Language == m.language && (len(s.Classes) == 0 || slices.Contains(s.Classes, m.class)) {
			told[s.Name] = 0
		}
	}
	for _, c := range own {
		if _, fits := told[c.Scenario]; !fits {
			k.breach("%s: scenario %s is not for %s", c.ID, c.Scenario, id)
		}
		told[c.Scenario]++
	}
	most := 1
	if slices.ContainsFunc(k.plan.Left, func(l plan.Left) bool { return l.Company == id || l.Company == "" }) {
		most = 2
	}
	if n := slices.Collect(maps.Values(told)); slices.Max(n)-slices.Min(n) > most {
		k.breach("%s is told %v", id, told)
	}
}

// personas checks that a persona writes again only when every other has, and
// not while a contact of its own is open.
func (k *checker) personas(id string, own []plan.Contact) {
	wrote := map[edition.Persona]int{}
	open := map[string]time.Time{}
	for _, c := range own {
		self := edition.Persona{Channel: c.Channel, Persona: channels.Persona{Name: c.Persona}}
		if !slices.Contains(k.recipe.personas, self) {
			k.breach("%s: persona %s is not on %s", c.ID, c.Persona, c.Channel)
		}
		for _, other := range k.recipe.personas {
			if other.Channel == c.Channel && wrote[other] < wrote[self] {
				k.breach("%s: %s writes to %s before %s", c.ID, c.Persona, id, other.Name)
			}
		}
		wrote[self]++
		if !c.At.After(open[c.Persona]) {
			k.breach("%s: %s has an open contact with %s", c.ID, c.Persona, id)
		}
		open[c.Persona] = k.over(c)
	}
}

// over returns when a contact is over, its second attempt counted. The day of
// sending is the first of the promise's days if it is before noon.
func (k *checker) over(c plan.Contact) time.Time {
	_, p := k.who(c)
	last := c.At
	if !c.Second.IsZero() {
		last = c.Second
	}
	if p.promiseDays == 0 {
		return last.Add(p.promise)
	}
	day := last.In(oslo())
	days := 0
	if k.workday(day) && day.Hour() < 12 {
		days = 1
	}
	for days < p.promiseDays {
		day = day.AddDate(0, 0, 1)
		if k.workday(day) {
			days++
		}
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 16, 0, 0, 0, oslo())
}

// cells checks that the plain companies of a class that have the same channels
// have the same cells, so far as nothing was moved or left.
func (k *checker) cells(perCompany map[string][]plan.Contact) {
	want := map[string]string{}
	for _, m := range k.companies {
		left := slices.ContainsFunc(k.plan.Left, func(l plan.Left) bool { return l.Company == m.id })
		moved := slices.ContainsFunc(perCompany[m.id], func(c plan.Contact) bool { return c.Moved != "" })
		if left || moved || !m.plain(k.recipe) {
			continue
		}
		var cells []string
		for _, c := range perCompany[m.id] {
			cells = append(cells, c.Channel+" "+c.Weekday+" "+c.Slot)
		}
		slices.Sort(cells)
		kind, got := m.class+strings.Join(m.channels, " "), strings.Join(cells, "\n")
		if first, known := want[kind]; known && first != got {
			k.breach("%s has other cells than its class", m.id)
		}
		want[kind] = got
	}
}
