package fairness

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// A door is how a company does on one channel: it answers a share of customers,
// after a wait whose mean is 1/(speed+1) of the deadline.
type door struct {
	channel      string
	contacts     int
	reach, speed float64
}

// worth is what the company truly scores there.
func (d door) worth() float64 { return d.reach * d.speed / (d.speed + 1) }

// season draws a company's contacts.
func season(draw *rand.Rand, company string, doors ...door) (all []Contact) {
	for _, d := range doors {
		for i := range d.contacts {
			c := Contact{ID: fmt.Sprintf("%s-%s-%02d", company, d.channel, i), Company: company, Channel: d.channel, State: Unanswered}
			t := Try{Deadline: both(100 * hour)}
			if draw.Float64() < d.reach {
				c.State, t.Wait = Answered, both(time.Duration((1-math.Pow(draw.Float64(), 1/d.speed))*float64(100*hour)))
			}
			c.Tries = []Try{t}
			all = append(all, c)
		}
	}
	return all
}

// TestIntervalsCover: the interval of a score holds the truth as often as it
// says, however the contacts are spread over two channels.
func TestIntervalsCover(t *testing.T) {
	const seasons = 600
	draw := rand.New(rand.NewPCG(21, 22))
	for _, doors := range [][]door{
		{{"mail", 13, 0.95, 8}, {"chat", 12, 0.95, 8}},
		{{"mail", 20, 0.95, 8}, {"chat", 5, 0.9, 8}},
		{{"mail", 23, 0.97, 20}, {"chat", 2, 0.5, 8}},
		{{"mail", 24, 0.97, 20}, {"chat", 1, 0.5, 8}},
		{{"mail", 24, 1, 60}, {"chat", 1, 0.02, 2}},
	} {
		truth, held := (doors[0].worth()+doors[1].worth())/2, 0
		for range seasons {
			if s := (Rules{}).Standings(season(draw, "a", doors...))[0]; s.Lower <= truth && truth <= s.Upper {
				held++
			}
		}
		if share := float64(held) / seasons; share < 0.94 {
			t.Errorf("%v: holds in %.1f %% of seasons", doors, 100*share)
		}
	}
}

// TestGroupHoldsTheBest: the group of possible winners holds the true best, and
// is smaller than the comparison of all pairs would make it.
func TestGroupHoldsTheBest(t *testing.T) {
	const seasons, companies = 250, 8
	draw := rand.New(rand.NewPCG(23, 24))
	for _, rest := range []float64{0.95, 0.75} {
		held, group, pairs := 0, 0, 0
		for range seasons {
			var all []Contact
			for i := range companies {
				reach := rest
				if i == 0 {
					reach = 0.95
				}
				all = append(all, season(draw, fmt.Sprint(i), door{"mail", 15, reach, 6}, door{"chat", 10, reach, 6})...)
			}
			for _, s := range (Rules{}).Standings(all) {
				if !s.Apart {
					group++
				}
				if s.RankLower == 1 {
					pairs++
				}
				if s.Company == "0" && !s.Apart {
					held++
				}
			}
		}
		t.Logf("the others reach %v: %.2f of %d, all pairs %.2f, the best is in it in %.1f %%",
			rest, float64(group)/seasons, companies, float64(pairs)/seasons, 100*float64(held)/seasons)
		if float64(held) < 0.95*seasons || group > pairs {
			t.Errorf("held %d of %d, %d in the group, %d by all pairs", held, seasons, group, pairs)
		}
	}
}

// TestGapsDoNotPay: a score is right in the mean where listening was lost for a
// while, if what had not been answered by then is broken off, heard so far and
// replaced, whatever comes of the replacement. Were answers after the gap counted,
// or did the replacement alone count, the score would be too high: what was answered
// before a gap stays, and what was slow or silent is asked anew.
func TestGapsDoNotPay(t *testing.T) {
	const seasons, contacts, gap = 1500, 25, 0.2
	for _, tt := range []struct {
		name        string
		after       bool // answers after the gap count
		alone       bool // the replacement counts alone
		least, most float64
	}{
		{name: "heard so far, and replaced", least: -1.2, most: 1.2},
		{name: "answers after the gap count", after: true, least: 1.2, most: 5},
		{name: "the replacement alone", alone: true, least: 1.2, most: 15},
	} {
		draw := rand.New(rand.NewPCG(25, 26))
		d := door{"mail", 1, 0.6, 1.5}
		sum := 0.0
		for range seasons {
			var all []Contact
			for i := range contacts {
				c := season(draw, "a", d)[0]
				c.ID = fmt.Sprint(i)
				from := max(-gap+draw.Float64()*(1+gap), 0)
				until := min(from+gap, 1)
				share := c.Tries[0].Wait.Calendar.Hours() / 100
				if c.State == Answered && (share < from || tt.after && share >= until) {
					all = append(all, c)
					continue
				}
				second := season(draw, "a", d)[0]
				second.ID, second.Replacement = c.ID+"r", true
				c.State, c.Tries[0].Wait = BrokenOff, both(time.Duration(from*float64(100*hour)))
				if !tt.alone {
					all = append(all, c)
				}
				all = append(all, second)
			}
			sum += float64((Rules{}).Standings(all)[0].Score)
		}
		bias := 100 * (sum/seasons - d.worth())
		t.Logf("%s: off by %+.2f points", tt.name, bias)
		if bias < tt.least || bias > tt.most {
			t.Errorf("%s: off by %+.2f points, want %v to %v", tt.name, bias, tt.least, tt.most)
		}
	}
}
