package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// A Measure is what contacts are counted by.
type Measure string

// The measures. Rounds count by probe and tick, personas by channel and name;
// topics are scenarios on one channel, and cells are a weekday and an hour on one.
const (
	ByChannel  Measure = "channel"
	ByWeekday  Measure = "weekday"
	BySlot     Measure = "slot"
	ByRound    Measure = "round"
	ByScenario Measure = "scenario"
	ByPersona  Measure = "persona"
	ByTopic    Measure = "topic"
	ByCell     Measure = "cell"
)

// Measures returns every measure, in the order of tables.
func Measures() []Measure {
	return []Measure{ByChannel, ByWeekday, BySlot, ByRound, ByScenario, ByPersona, ByTopic, ByCell}
}

// of returns the contact's value by a measure.
func (m Measure) of(c Contact) string {
	switch m {
	case ByChannel:
		return c.Channel
	case ByWeekday:
		return c.Weekday
	case BySlot:
		return c.Slot
	case ByRound:
		return c.Probe + " " + stamp(c.Round)
	case ByScenario:
		return c.Scenario
	case ByTopic:
		return c.Channel + " " + c.Scenario
	case ByCell:
		return c.Channel + " " + c.Weekday + " " + c.Slot
	}
	return c.Channel + " " + c.Persona
}

// single reports whether each value of a measure is on one channel, so that a
// company without it has none, and is not compared by it.
func (m Measure) single() bool { return m != ByWeekday && m != BySlot && m != ByScenario }

// A Count is how many of one company's contacts have a value.
type Count struct {
	Company, Class string
	By             Measure
	Value          string
	N              int
}

// A Range is the fewest and the most contacts of one value that companies of
// one class have: those that have its channel or, of a value that any channel
// may have, those with the same channels as each other. Of several such groups
// it is the one that is widest.
type Range struct {
	Class    string
	By       Measure
	Value    string
	Min, Max int
}

// A Balance shows whether a plan is even. Every company that has contacts has a
// count, be it 0, of each value that its class has. Counts are by class,
// company, measure and value, ranges by class, measure and value.
type Balance struct {
	Counts []Count
	Ranges []Range
}

// Balance counts a plan's contacts.
func (p Plan) Balance() Balance {
	classes := map[string]*classCount{}
	for _, c := range p.Contacts {
		class := classes[c.Class]
		if class == nil {
			class = &classCount{n: map[Count]int{}, channels: map[string]map[string]bool{}, values: map[Measure]map[string]string{}}
			classes[c.Class] = class
		}
		class.add(c)
	}
	var b Balance
	for _, name := range slices.Sorted(maps.Keys(classes)) {
		classes[name].into(&b, name)
	}
	return b
}

// Worst returns the widest range by a measure: max − min over the companies of
// a class, over all classes and values.
func (b Balance) Worst(by Measure) int {
	worst := 0
	for _, r := range b.Ranges {
		if r.By == by {
			worst = max(worst, r.Max-r.Min)
		}
	}
	return worst
}

// A classCount counts the contacts of one class.
type classCount struct {
	n        map[Count]int                 // by company, measure and value
	channels map[string]map[string]bool    // that a company has, by company
	values   map[Measure]map[string]string // a channel that each value is on
}

func (k *classCount) add(c Contact) {
	if k.channels[c.Company] == nil {
		k.channels[c.Company] = map[string]bool{}
	}
	k.channels[c.Company][c.Channel] = true
	for _, by := range Measures() {
		value := by.of(c)
		if k.values[by] == nil {
			k.values[by] = map[string]string{}
		}
		k.values[by][value] = c.Channel
		k.n[Count{Company: c.Company, By: by, Value: value}]++
	}
}

// into adds the class to a balance.
func (k *classCount) into(b *Balance, class string) {
	for _, by := range Measures() {
		for _, value := range slices.SortedFunc(maps.Keys(k.values[by]), order(by)) {
			groups := map[string]Range{}
			for _, id := range slices.Sorted(maps.Keys(k.channels)) {
				n := k.n[Count{Company: id, By: by, Value: value}]
				b.Counts = append(b.Counts, Count{id, class, by, value, n})
				group, compared := k.group(id, by, k.values[by][value])
				if !compared {
					continue
				}
				r, known := groups[group]
				if !known {
					r = Range{Class: class, By: by, Value: value, Min: n}
				}
				r.Min, r.Max = min(r.Min, n), max(r.Max, n)
				groups[group] = r
			}
			b.Ranges = append(b.Ranges, widest(groups))
		}
	}
}

// group names those with whom a company is compared by a value that is on a
// channel; false if with none.
func (k *classCount) group(company string, by Measure, channel string) (string, bool) {
	if by.single() {
		return "", k.channels[company][channel]
	}
	return strings.Join(slices.Sorted(maps.Keys(k.channels[company])), " "), true
}

// widest returns the range whose ends are furthest apart, the first of equals.
func widest(groups map[string]Range) (r Range) {
	for i, name := range slices.Sorted(maps.Keys(groups)) {
		if g := groups[name]; i == 0 || g.Max-g.Min > r.Max-r.Min {
			r = g
		}
	}
	return r
}

// order compares values of a measure: weekdays from Monday on, others as text.
func order(by Measure) func(a, b string) int {
	if by != ByWeekday {
		return cmp.Compare[string]
	}
	number := func(day string) int { return strings.Index("MonTueWedThuFriSatSun", day) }
	return func(a, b string) int { return cmp.Compare(number(a), number(b)) }
}
