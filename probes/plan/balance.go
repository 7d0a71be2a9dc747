package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// A Measure is what contacts are counted by.
type Measure string

// The measures. Rounds count by probe and tick, personas by channel and name.
const (
	ByChannel  Measure = "channel"
	ByWeekday  Measure = "weekday"
	BySlot     Measure = "slot"
	ByRound    Measure = "round"
	ByScenario Measure = "scenario"
	ByPersona  Measure = "persona"
)

// Measures returns every measure, in the order of tables.
func Measures() []Measure {
	return []Measure{ByChannel, ByWeekday, BySlot, ByRound, ByScenario, ByPersona}
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
	}
	return c.Channel + " " + c.Persona
}

// A Count is how many of one company's contacts have a value.
type Count struct {
	Company, Class string
	By             Measure
	Value          string
	N              int
}

// A Range is the fewest and the most contacts of one value that companies of
// one class have.
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
			class = &classCount{n: map[Count]int{}, companies: map[string]bool{}, values: map[Measure]map[string]bool{}}
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
	n         map[Count]int // by company, measure and value
	companies map[string]bool
	values    map[Measure]map[string]bool
}

func (k *classCount) add(c Contact) {
	k.companies[c.Company] = true
	for _, by := range Measures() {
		value := by.of(c)
		if k.values[by] == nil {
			k.values[by] = map[string]bool{}
		}
		k.values[by][value] = true
		k.n[Count{Company: c.Company, By: by, Value: value}]++
	}
}

// into adds the class to a balance.
func (k *classCount) into(b *Balance, class string) {
	for _, by := range Measures() {
		for _, value := range slices.SortedFunc(maps.Keys(k.values[by]), order(by)) {
			r := Range{Class: class, By: by, Value: value}
			for i, id := range slices.Sorted(maps.Keys(k.companies)) {
				n := k.n[Count{Company: id, By: by, Value: value}]
				b.Counts = append(b.Counts, Count{id, class, by, value, n})
				if r.Max = max(r.Max, n); i == 0 || n < r.Min {
					r.Min = n
				}
			}
			b.Ranges = append(b.Ranges, r)
		}
	}
}

// order compares values of a measure: weekdays from Monday on, others as text.
func order(by Measure) func(a, b string) int {
	if by != ByWeekday {
		return cmp.Compare[string]
	}
	number := func(day string) int { return strings.Index("MonTueWedThuFriSatSun", day) }
	return func(a, b string) int { return cmp.Compare(number(a), number(b)) }
}
