package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
)

// hms writes a length of time in hours, minutes and seconds, as it is added up
// on paper, with as much of a second as there is.
func hms(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	text := fmt.Sprintf("%s%d:%02d:%02d", sign, int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
	if rest := d % time.Second; rest != 0 {
		text += strings.TrimRight(fmt.Sprintf(".%09d", rest), "0")
	}
	return text
}

// deadlines writes how long each attempt could be answered, counted out.
func (x *Explanation) deadlines(t textWriter) {
	if len(x.account.Promised) == 0 {
		return
	}
	t.head("Promised: %s, in the days of %s, with opening hours %s", x.account.Within, zoneName(t.zone), x.account.Opening)
	for _, s := range x.account.Promised {
		name, how := fmt.Sprintf("attempt %d", s.Attempt), "sent "+t.at(s.From)
		if s.Ahead {
			how = "as the plan has it: has not left, would at " + t.at(s.From)
		}
		t.row(name, "%s", how)
		t.count(s)
		t.lasting(s)
	}
	t.sum(x.account.Promised)
}

// zoneName is what a zone is called.
func zoneName(zone *time.Location) string {
	if zone == time.Local {
		return "this machine's zone"
	}
	return zone.String()
}

// waits writes how long the customer waited.
func (x *Explanation) waits(t textWriter) {
	if len(x.account.Waited) == 0 {
		return
	}
	t.head("Waited")
	last := len(x.account.Waited) - 1
	for _, s := range x.account.Waited[:last] {
		t.row(fmt.Sprintf("attempt %d", s.Attempt), "all that was promised: %s by the calendar, %s of opening time", hms(s.Duration()), hms(s.Opening()))
	}
	s := x.account.Waited[last]
	t.row(fmt.Sprintf("attempt %d", s.Attempt), "%s to %s", t.at(s.From), t.at(s.To))
	t.lasting(s)
	t.sum(x.account.Waited)
	if off := x.Contact.Precision; off > 0 {
		t.row("precision", "may be off by %s: the clocks it was measured by count no finer", hms(off))
	}
}

// sum adds up what the attempts have, if there are several.
func (t textWriter) sum(all []probes.Stretch) {
	if len(all) < 2 {
		return
	}
	var calendar, opening time.Duration
	var days, open []string
	for _, s := range all {
		calendar, opening = calendar+s.Duration(), opening+s.Opening()
		days, open = append(days, hms(s.Duration())), append(open, hms(s.Opening()))
	}
	t.row("together", "calendar  %s = %s", strings.Join(days, " + "), hms(calendar))
	t.row("", "opening   %s = %s", strings.Join(open, " + "), hms(opening))
}

// lasting writes how long a stretch is by both clocks, with the opening times
// that were counted.
func (t textWriter) lasting(s probes.Stretch) {
	t.row("", "calendar  %s%s", hms(s.Duration()), t.shift(s.Span))
	t.row("", "opening   %s%s", hms(s.Opening()), map[bool]string{true: ":"}[len(s.Open) > 0])
	for _, open := range s.Open {
		t.row("", "  %s", t.open(open))
	}
}

// open writes a span of opening time.
func (t textWriter) open(s calendar.Span) string {
	from, to := s.From.In(t.zone), s.To.In(t.zone)
	until := to.Format("15:04:05.999999")
	if calendar.DateOf(from) != calendar.DateOf(to) {
		until = t.at(to)
	}
	return fmt.Sprintf("%s to %s = %s", from.Format("Mon 2006-01-02 15:04:05.999999"), until, hms(s.Duration()))
}

// shift says that the clock was set forward or back inside a span, with the
// time that it seems to last.
func (t textWriter) shift(s calendar.Span) string {
	from, to := s.From.In(t.zone), s.To.In(t.zone)
	_, before := from.Zone()
	_, after := to.Zone()
	by := time.Duration(after-before) * time.Second
	if by == 0 {
		return ""
	}
	_, when := from.ZoneBounds()
	day, seems := when.In(t.zone).Format("Mon 2006-01-02"), hms(s.Duration()+by)
	if by > 0 {
		return fmt.Sprintf(" = %s on the wall clock - %s by which it was set forward on %s", seems, hms(by), day)
	}
	return fmt.Sprintf(" = %s on the wall clock + %s by which it was set back on %s", seems, hms(-by), day)
}

// count writes how a deadline was counted.
func (t textWriter) count(s probes.Stretch) {
	for i, step := range s.Days {
		day, why := "not counted", step.Why
		if step.Day > 0 {
			day = fmt.Sprintf("day %d", step.Day)
		}
		if i == len(s.Days)-1 {
			why = strings.TrimPrefix(why+"; ends "+s.To.In(t.zone).Format("15:04"), "; ")
		}
		t.row("", "%s %s  %-11s  %s", step.Date.Weekday().String()[:3], step.Date, day, why)
	}
	t.row("deadline", "%s", t.at(s.To))
}
