package plan_test

import (
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/plan"
)

// at reads a clock time in Oslo.
func at(s string) time.Time {
	return must(time.ParseInLocation("2006-01-02 15:04:05", s, oslo())).UTC()
}

func TestSecondAttempt(t *testing.T) {
	for _, tt := range []struct {
		name, first  string
		taken        []string
		after, hours string
		want         string // none: no second attempt
	}{
		{name: "the next day", first: "2027-02-09 10:20:05", want: "2027-02-10"},
		{name: "a day taken", first: "2027-02-09 10:20:05", taken: []string{"2027-02-10 14:00:00"}, want: "2027-02-11"},
		{name: "Friday, so next week", first: "2027-02-12 10:20:05", want: "2027-02-15"},
		{name: "over Easter and the change of clock", first: "2027-03-23 10:20:05", want: "2027-03-30"},
		{name: "later than an instant", first: "2027-02-09 10:20:05", after: "2027-02-11 10:59:59", want: "2027-02-12"},
		{name: "earlier the same day", first: "2027-02-09 10:20:05", after: "2027-02-11 09:59:59", want: "2027-02-11"},
		{name: "its own hours", first: "2027-02-09 10:20:05", hours: "Fri 10:00-11:00", want: "2027-02-12"},
		{name: "no such hour", first: "2027-02-09 10:20:05", hours: "Fri 12:00-14:00"},
		{name: "no day left", first: "2027-04-09 10:20:05"},
		{name: "too late", first: "2027-02-09 10:20:05", after: "2027-02-22 08:00:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := award().season()
			if tt.hours != "" {
				s.Companies[0].Hours = must(calendar.ParseHours(tt.hours))
			}
			first := at(tt.first)
			c := plan.Contact{ID: "x", Company: "company-000", Probe: "chat", At: first, Slot: "10-11"}
			var taken []time.Time
			for _, day := range tt.taken {
				taken = append(taken, at(day))
			}
			after := first
			if tt.after != "" {
				after = at(tt.after)
			}
			got, ok := s.SecondAttempt(c, taken, after)
			local := got.In(oslo())
			if ok != (tt.want != "") || ok && (local.Format(time.DateOnly) != tt.want || local.Hour() != 10) {
				t.Errorf("got %v, %v, want %s in the hour", local, ok, tt.want)
			}
			if ok && local.Minute() == 20 && local.Second() == 5 {
				t.Errorf("got %v, the same time of the clock", local)
			}
		})
	}
}

// What is drawn lies inside the hours of the company.
func TestSecondAttemptInTheHour(t *testing.T) {
	s := award().season()
	s.Companies[0].Hours = must(calendar.ParseHours("Mon-Fri 10:30-11:00"))
	c := plan.Contact{ID: "x", Company: "company-000", Probe: "chat", At: at("2027-02-09 10:20:05"), Slot: "10-11"}
	got, ok := s.SecondAttempt(c, nil, c.At)
	if local := got.In(oslo()); !ok || local.Hour() != 10 || local.Minute() < 30 || local.Day() != 10 {
		t.Errorf("got %s, %v", local, ok)
	}
	c.Company = "nobody"
	if got, ok := s.SecondAttempt(c, nil, c.At); ok {
		t.Errorf("a company that is not there: %s", got)
	}
}

// The second attempts that a plan foresees are those that SecondAttempt finds
// once the plan stands, or earlier ones have turned out to be needless.
func TestSecondAttemptsOfAPlan(t *testing.T) {
	s := award().season()
	s.Companies = s.Companies[:20]
	p := plan.Draw(s)
	same, all := 0, 0
	for _, c := range p.Contacts {
		if c.Probe == "email" {
			if !c.Second.IsZero() {
				t.Errorf("%s: a second e-mail", c.ID)
			}
			continue
		}
		var taken []time.Time
		for _, other := range p.Contacts {
			if other.Company == c.Company {
				taken = append(taken, other.At)
			}
		}
		all++
		switch got, ok := s.SecondAttempt(c, taken, c.At); {
		case ok && got.Equal(c.Second):
			same++
		case !c.Second.IsZero() && (!ok || got.After(c.Second)):
			t.Errorf("%s: got %s, planned %s", c.ID, got, c.Second)
		}
	}
	if same < all*7/10 {
		t.Errorf("%d of %d as planned", same, all)
	}
}

// others returns a company's contacts but for some.
func others(all []plan.Contact, company string, without ...string) []plan.Contact {
	var own []plan.Contact
	for _, c := range all {
		if c.Company == company && !slices.Contains(without, c.ID) {
			own = append(own, c)
		}
	}
	return own
}

func TestReplacement(t *testing.T) {
	s := award().season()
	s.Companies = s.Companies[:12]
	p := plan.Draw(s)
	replaced, own := 0, 0
	early := slices.DeleteFunc(slices.Clone(p.Contacts), func(c plan.Contact) bool { return c.At.After(at("2027-03-25 00:00:00")) })
	for _, c := range early {
		stand := others(p.Contacts, c.Company, c.ID)
		next, ok := s.Replacement(c, stand, c.At.AddDate(0, 0, 5))
		if !ok {
			continue
		}
		replaced++
		if next.Moved == "" {
			own++
			if next.Weekday != c.Weekday || next.Slot != c.Slot {
				t.Errorf("%s: %s %s for %s %s", c.ID, next.Weekday, next.Slot, c.Weekday, c.Slot)
			}
		}
		if next.Replaces != c.ID || next.ID == c.ID || next.ID != plan.ID(s.Name, next) ||
			next.Scenario != c.Scenario || !next.Round.Equal(c.Round) || next.Channel != c.Channel {
			t.Errorf("got %+v for %+v", next, c)
		}
		if !next.At.After(c.At.AddDate(0, 0, 5)) {
			t.Errorf("%s: too early at %s", next.ID, next.At)
		}
		k := &checker{recipe: award()}
		k.limits(c.Company, append(stand, next))
		k.allowed(next, next.At.In(oslo()))
		for _, b := range k.breaches {
			t.Error(b)
		}
	}
	t.Logf("%d of %d can be replaced, %d in their own cell", replaced, len(early), own)
	if replaced < len(early)*9/10 || own < replaced*7/10 {
		t.Error("want nine of ten, and seven of those in their own cell")
	}
}

func TestReplacementAtMostTwice(t *testing.T) {
	s := award().season()
	s.Companies = s.Companies[:1]
	p := plan.Draw(s)
	c := p.Contacts[0]
	stand := others(p.Contacts, c.Company, c.ID)
	for range 2 {
		next, ok := s.Replacement(c, stand, c.At)
		if !ok {
			t.Fatalf("%s is not replaced", c.ID)
		}
		if !next.At.After(c.At) {
			t.Errorf("%s is replaced at %s", c.At, next.At)
		}
		c = next
	}
	if third, ok := s.Replacement(c, stand, c.At); ok {
		t.Errorf("replaced a third time: %+v", third)
	}
}

func TestReplacementLimits(t *testing.T) {
	s := award().season()
	s.Companies = s.Companies[:1]
	p := plan.Draw(s)
	c := p.Contacts[0]
	if next, ok := s.Replacement(c, p.Contacts, c.At); ok {
		t.Errorf("the 26th contact: %+v", next)
	}
	last := p.Contacts[len(p.Contacts)-1]
	if next, ok := s.Replacement(last, nil, at("2027-04-09 15:00:00")); ok {
		t.Errorf("after the season: %+v", next)
	}
	last.Company = "nobody"
	if next, ok := s.Replacement(last, nil, last.Round); ok {
		t.Errorf("a company that is not there: %+v", next)
	}
	s.Personas = nil
	if next, ok := s.Replacement(c, nil, c.At); ok {
		t.Errorf("without personas: %+v", next)
	}
}
