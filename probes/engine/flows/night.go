package flows

import (
	"maps"
	"slices"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

// The hours of a night, in the edition's zone: looks are spread from the first to the
// second, and what has had to wait is made up for until the third.
const (
	begins  calendar.Clock = 1 * 60
	spread  calendar.Clock = 4*60 + 30
	expires calendar.Clock = 5 * 60
)

// apart is how long before and after its slot an opener keeps looks away from its flow.
const apart = 15 * time.Minute

// A night is the time in which ways are walked: slots are in the part of it that ends with
// Spread.
type night struct{ From, Spread, To time.Time }

// nightAt returns the night that holds an instant, or else the next one.
func nightAt(zone *time.Location, at time.Time) night {
	day := calendar.DateOf(at.In(zone))
	if !at.Before(day.At(expires, zone)) {
		day = day.AddDays(1)
	}
	return night{day.At(begins, zone), day.At(spread, zone), day.At(expires, zone)}
}

// slot returns when the place of a number, from 0, is due of all that there are: in the
// middle of its own part of the night.
func (n night) slot(number, all int) time.Time {
	part := n.Spread.Sub(n.From) / time.Duration(all)
	return n.From.Add(time.Duration(number)*part + part/2)
}

// A place is where one company is reached over one channel by a flow.
type place struct{ Channel, Company, Reach, Flow string }

// places returns those of the channels that may be walked on all of some days, in the order of companies.
func places(ed *edition.Edition, flowOf map[string]func(reach string) string, days ...calendar.Date) (all []place) {
	order := slices.Sorted(maps.Keys(flowOf))
	for _, co := range ed.Companies {
		for _, channel := range order {
			reach := co.Reach[channel]
			barred := slices.ContainsFunc(days, func(day calendar.Date) bool { _, barred := co.Barred(day, channel); return barred })
			if barred || reach == "" {
				continue
			}
			all = append(all, place{channel, co.ID, reach, flowOf[channel](reach)})
		}
	}
	return all
}

// An opener is one that is due, by whichever flow.
type opener struct {
	Channel, Flow string
	At            time.Time
}

// free reports whether no opener is due by a place's flow around an instant.
func free(at place, now time.Time, due []opener) bool {
	for _, o := range due {
		if o.Channel == at.Channel && (o.Flow == at.Flow || o.Flow == "") && o.At.Sub(now).Abs() < apart {
			return false
		}
	}
	return true
}
