package plan

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

// ErrCanonical says that a text is not one that [Plan.Canonical] has written.
var ErrCanonical = errors.New("it is no plan's canonical text")

// A Committed is what a canonical text says of the rules, of who takes part, when nothing
// is asked, and who is asked when.
type Committed struct {
	Edition   string // empty: the text does not say
	Seed      string
	From, To  calendar.Date  // first and last day; zero: no bound
	Zone      *time.Location // nil: not known
	Country   string         // whose holidays are kept
	Terms     []edition.Term
	DaysOff   []calendar.Date
	Probes    map[string]string     // the channel of each, by name
	Companies map[string]Registered // by id
	Contacts  []Contact
}

// A Registered is a company as a plan has it.
type Registered struct {
	Class     string
	Consented bool          // it had a consent, of whatever day
	Consent   calendar.Date // that day
	Hours     string        // its own, in which openers may leave
	Calendar  Own           // its own days; zero: it keeps those of the season
	Channels  []string      // over which it is reached
	Pauses    []edition.Pause
}

// An Own is a zone and a country whose days a company keeps.
type Own struct{ Zone, Country string }

// String writes both; "" if they are those of the season.
func (o Own) String() string {
	if o == (Own{}) {
		return ""
	}
	return strings.TrimSpace(o.Country + " " + o.Zone)
}

// ParseOwn reads what [Own.String] writes.
func ParseOwn(text string) Own {
	country, zone, both := strings.Cut(text, " ")
	if !both {
		return Own{Zone: text}
	}
	return Own{zone, country}
}

// On returns the days of a season as a company keeps them by its own zone and country;
// false if they are those of the season, or if the zone is not known.
func (o Own) On(season calendar.Calendar) (calendar.Calendar, bool) {
	if o == (Own{}) {
		return season, false
	}
	zone, err := time.LoadLocation(o.Zone)
	if err != nil {
		return season, false
	}
	season.Zone, season.Country = zone, o.Country
	return season, true
}

// OwnDays returns the days that a company keeps, if they are its own.
func OwnDays(co edition.Company) Own {
	if co.Calendar == nil {
		return Own{}
	}
	return Own{co.Calendar.Zone.String(), co.Calendar.Country}
}

// Read reads what [Plan.Canonical] has written. Lines that it does not know are of
// a later version, and are left out. The error wraps [ErrCanonical].
func Read(canonical string) (Committed, error) {
	c := Committed{Probes: map[string]string{}, Companies: map[string]Registered{}}
	for n, line := range strings.Split(strings.TrimSuffix(canonical, "\n"), "\n") {
		f := fieldsIn(line)
		if n == 0 && f[0] != "svartid-plan" {
			return c, ErrCanonical
		}
		if err := c.take(f); err != nil {
			return c, fmt.Errorf("line %d: %w: %w", n+1, ErrCanonical, err)
		}
	}
	return c, nil
}

// fieldsIn returns the fields of a line as they were before they were escaped.
func fieldsIn(line string) []string {
	fields := strings.Split(line, "\t")
	if !strings.Contains(line, `\`) {
		return fields
	}
	unescape := strings.NewReplacer(`\\`, `\`, `\t`, "\t", `\n`, "\n", `\r`, "\r")
	for i, f := range fields {
		fields[i] = unescape.Replace(f)
	}
	return fields
}

// take takes in one line.
func (c *Committed) take(f []string) (err error) {
	least := map[string]int{
		"season": 5, "calendar": 2, "term": 3, "day-off": 2, "probe": 3, "company": 3, "own-calendar": 4, "pause": 6, "contact": 15,
	}[f[0]]
	if len(f) < least {
		return fmt.Errorf("%s has %d fields", f[0], len(f))
	}
	switch f[0] {
	case "season":
		return c.season(f)
	case "calendar":
		c.Zone, _ = time.LoadLocation(f[1])
		if len(f) > 2 {
			c.Country = f[2]
		}
	case "term":
		c.Terms = append(c.Terms, edition.Term{Name: f[1], Value: f[2]})
	case "day-off":
		day, err := calendar.ParseDate(f[1])
		c.DaysOff = append(c.DaysOff, day)
		return err
	case "probe":
		c.Probes[f[1]] = f[2]
	case "company":
		c.Companies[f[1]] = registered(f)
	case "own-calendar":
		co := c.Companies[f[1]]
		co.Calendar = Own{f[2], f[3]}
		c.Companies[f[1]] = co
	case "pause":
		var p edition.Pause
		var errs [2]error
		p.From, errs[0] = calendar.ParseDate(f[2])
		p.To, errs[1] = calendar.ParseDate(f[3])
		p.Channel, p.Reason = f[4], f[5]
		co := c.Companies[f[1]]
		co.Pauses = append(co.Pauses, p)
		c.Companies[f[1]] = co
		return errors.Join(errs[:]...)
	case "contact":
		return c.contact(f)
	}
	return nil
}

// season takes in what a season is called, what it is drawn from, and its days.
func (c *Committed) season(f []string) error {
	c.Edition, c.Seed = f[1], f[2]
	var errs [2]error
	for i, into := range []*calendar.Date{&c.From, &c.To} {
		if f[3+i] != "" {
			*into, errs[i] = calendar.ParseDate(f[3+i])
		}
	}
	return errors.Join(errs[:]...)
}

// registered returns the company of a line. One whose consent cannot be read has
// consented on no day that is known.
func registered(f []string) Registered {
	co := Registered{Class: f[2], Consented: len(f) > 4 && f[4] != ""}
	if co.Consented {
		co.Consent, _ = calendar.ParseDate(f[4])
	}
	if len(f) > 5 {
		co.Hours = f[5]
	}
	if len(f) > 6 && f[6] != "" {
		co.Channels = strings.Split(f[6], ",")
	}
	return co
}

// contact takes in a contact.
func (c *Committed) contact(f []string) error {
	out := Contact{
		ID: f[1], Company: f[2], Class: f[3], Channel: f[4], Probe: f[5],
		Weekday: f[9], Slot: f[10], Scenario: f[11], Persona: f[12], Replaces: f[13], Moved: f[14],
	}
	var errs []error
	for i, into := range []*time.Time{&out.Round, &out.At, &out.Second} {
		if f[6+i] == "" {
			continue
		}
		var err error
		*into, err = time.Parse(time.RFC3339Nano, f[6+i])
		errs = append(errs, err)
	}
	c.Contacts = append(c.Contacts, out)
	return errors.Join(errs...)
}
