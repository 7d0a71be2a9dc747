package calendar

import "time"

// A Step is one day of the count that leads to a deadline.
type Step struct {
	Date Date   `json:"date"`
	Day  int    `json:"day"`           // its number among the days that count, from 1; 0 = it does not
	Why  string `json:"why,omitempty"` // why it does not count, or is the first
}

// Count returns the days over which [Calendar.Deadline] counts a promise in
// working days, in order: from that of sending to the last, at whose w.DayEnds
// time is up. A promise in real time counts no days and returns none.
func (c Calendar) Count(sent time.Time, w Within) []Step {
	sent = sent.In(c.zone())
	var steps []Step
	for d, n := DateOf(sent), 0; n < w.WorkingDays; d = d.AddDays(1) {
		step := Step{Date: d, Why: c.idle(d)}
		if step.Why == "" && d == DateOf(sent) {
			step.Why = c.call(sent, w)
		}
		if c.WorkingDay(d) && (d != DateOf(sent) || c.first(sent, w)) {
			n++
			step.Day = n
		}
		steps = append(steps, step)
	}
	return steps
}

// first tells whether the day of sending is day 1, given that it is a working
// day.
func (c Calendar) first(sent time.Time, w Within) bool {
	d := DateOf(sent)
	return sent.Before(d.At(c.lastCall(d, w), c.zone()))
}

// call says on which side of the last call something was sent.
func (c Calendar) call(sent time.Time, w Within) string {
	side := "not before "
	if c.first(sent, w) {
		side = "before "
	}
	return "sent " + sent.Format("15:04:05.999999") + ", " + side + c.lastCall(DateOf(sent), w).String()
}

// idle says why d is no working day; nothing if it is one.
func (c Calendar) idle(d Date) string {
	name, holiday := c.Holiday(d)
	switch {
	case holiday:
		return name
	case c.WorkingDay(d):
		return ""
	case d.Weekday() == time.Saturday || d.Weekday() == time.Sunday:
		return d.Weekday().String()
	}
	return "day off"
}
