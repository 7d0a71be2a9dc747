package probes

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/plan"
)

// A Difference is one thing in which a configuration is not as the ledger has it.
type Difference struct {
	Digest string // names it: the same difference of the same ledger has the same, until it is accepted
	What   string // a word for it, such as seed
	Text   string // a sentence for people
	// Contestable is true where a season that went on as if nothing were would be
	// open to challenge: a person has to accept it by its Digest.
	Contestable bool
}

// A Holding is what a ledger has, as far as a configuration is compared with it.
type Holding struct {
	Ledger   string               // names the ledger for ever
	Contacts map[string]int       // that were asked, by edition
	Open     map[string]int       // contacts that are not decided, by edition
	Promised map[string][]Contact // open contacts of the configured edition, by probe
	Asked    map[string]bool      // companies that were asked in the configured edition
	Base     map[string]Baseline  // by edition
	Since    map[string]time.Time // when each was kept
	Earlier  []Participant        // of all baselines of the configured edition
	Lost     map[string]bool      // editions for which it is not settled whether the ledger was lost
	Fresh    bool                 // the edition's secret was drawn at this start: no mark of an earlier one is known
}

// Knows reports whether the ledger has anything of an edition, or was at least
// started with it.
func (h Holding) Knows(edition string) bool {
	_, run := h.Base[edition]
	return run || h.Contacts[edition] > 0 || h.Open[edition] > 0
}

// Editions returns those whose contacts the ledger has, in order.
func (h Holding) Editions() []string {
	all := maps.Clone(h.Contacts)
	maps.Copy(all, h.Open)
	return slices.Sorted(maps.Keys(all))
}

// String says what the ledger holds.
func (h Holding) String() string {
	var all []string
	for _, name := range h.Editions() {
		all = append(all, fmt.Sprintf("edition %s: %d asked, %d open", name, h.Contacts[name], h.Open[name]))
	}
	if len(all) == 0 {
		return "no contacts"
	}
	return strings.Join(all, "; ")
}

// Differences returns in what a configuration differs from what the ledger was
// last run by: the edition, the seed, the key, terms, promises, companies.
func (h Holding) Differences(now Baseline) []Difference {
	d := differences{holding: h, now: now}
	d.edition()
	if was, known := h.Base[now.Edition]; known {
		d.since = h.Since[now.Edition]
		d.secrets(was)
		if was.From != now.From || was.To != now.To {
			d.add("dates", "the edition was from %s to %s, and is from %s to %s", was.From, was.To, now.From, now.To)
		}
		d.terms(was)
		d.promises(was)
		d.companies(was)
	} else {
		d.gone()
	}
	return d.all
}

// Empty returns the difference that a ledger is which knows nothing of a season
// that has begun, where nothing that was found on some channels explains it.
func (h Holding) Empty(edition string, unexplained map[string]int) Difference {
	d := differences{holding: h}
	if h.Fresh {
		d.contest("empty ledger", "", "the ledger and the secret of edition %s are new, and letters of this season from our personas to companies "+
			"are there on %s: whoever was asked would be asked again; put the ledger and the secret back, or accept it", edition, countsInWords(unexplained))
		return d.all[0]
	}
	d.contest("empty ledger", "", "the ledger knows nothing of edition %s, which has begun: contacts were due before this start on %s, "+
		"and nothing on these channels tells of one; whoever was asked would be asked again", edition, countsInWords(unexplained))
	return d.all[0]
}

// countsInWords lists channels, each with its figure.
func countsInWords(by map[string]int) string {
	var where []string
	for _, channel := range slices.Sorted(maps.Keys(by)) {
		where = append(where, fmt.Sprintf("%s (%d)", channel, by[channel]))
	}
	return strings.Join(where, ", ")
}

// differences gathers them.
type differences struct {
	holding Holding
	now     Baseline
	since   time.Time
	all     []Difference
}

func (d *differences) add(what, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	d.all = append(d.all, Difference{Digest: d.digest(what, text), What: what, Text: text})
}

// contest adds a difference that has to be accepted. Sign tells it from others
// of its kind whose texts are the same.
func (d *differences) contest(what, sign, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	d.all = append(d.all, Difference{Digest: d.digest(what, sign), What: what, Text: text, Contestable: true})
}

// digest names a difference. It holds what the ledger was last run by, and
// since when: what was accepted once has another name when it comes back.
func (d *differences) digest(what, sign string) string {
	return short(d.holding.Ledger, d.now.Edition, what, sign, d.since.UTC().Format(time.RFC3339Nano))[:12]
}

// edition compares which editions there are.
func (d *differences) edition() {
	if d.holding.Knows(d.now.Edition) {
		return
	}
	for _, other := range d.holding.Editions() {
		if open := d.holding.Open[other]; open > 0 {
			d.contest("edition", other, "the ledger knows nothing of edition %s, and has %d open contacts of edition %s: "+
				"if that is its old name, these stay open, and their companies are asked anew", d.now.Edition, open, other)
		} else {
			d.add("edition", "the ledger holds edition %s too", other)
		}
	}
}

// secrets compares what everything is drawn from.
func (d *differences) secrets(was Baseline) {
	if was.Seed != d.now.Seed {
		d.contest("seed", was.Seed+d.now.Seed, "the seed is another: contacts that have not begun are drawn anew, and the plan that was committed to is not followed")
	}
	if was.Key != d.now.Key {
		d.contest("secret", was.Key+d.now.Key, "the edition's secret is another: openers that left by the old one are not known as ours if the ledger is lost")
	}
}

// terms compares by what the season is judged. That binds no contact and is applied to all
// anew, so that a result says it, and not a start.
func (d *differences) terms(was Baseline) {
	if len(was.Terms) == 0 {
		return
	}
	for _, c := range plan.ChangedTerms(was.Terms, d.now.Terms) {
		d.add("rules", "the rule %s: a result is refused by other rules than those of its plan", c)
	}
}

// promises compares what probes promise.
func (d *differences) promises(was Baseline) {
	for _, p := range was.Probes {
		is, known := d.now.probe(p.Name)
		if !known {
			d.add("promise", "probe %s is gone", p.Name)
			continue
		}
		if p == is {
			continue
		}
		kept := 0
		for _, c := range d.holding.Promised[p.Name] {
			if c.Plan.Within != is.Within || c.Plan.DayEnds != is.DayEnds {
				kept++
			}
		}
		d.add("promise", "probe %s was on %s, %s, %d attempts, and is on %s, %s, %d attempts: that binds what is planned from now on; %d open contacts keep theirs",
			p.Name, p.Channel, p.promise(), p.Attempts, is.Channel, is.promise(), is.Attempts, kept)
	}
	for _, p := range d.now.Probes {
		if _, known := was.probe(p.Name); !known {
			d.add("promise", "probe %s is new", p.Name)
		}
	}
}

func (p ProbeTerms) promise() string { return p.Within + " until " + p.DayEnds }

// companies compares who takes part.
func (d *differences) companies(was Baseline) {
	var joined []Participant
	for _, co := range d.now.Companies {
		if _, known := was.company(co.ID); !known {
			joined = append(joined, co)
		}
	}
	for _, co := range was.Companies {
		if is, takes := d.now.company(co.ID); takes {
			d.changed(co, is)
			continue
		}
		d.add("company", "company %s is gone", co.ID)
	}
	for _, co := range joined {
		d.add("company", "company %s is new", co.ID)
	}
	d.returned(was)
}

// returned says which companies are reached where another is or was that has been asked, which
// they were not yet as the edition was last run: they are it under a new id, without what it
// has missed.
func (d *differences) returned(was Baseline) {
	for _, co := range d.now.Companies {
		before, _ := was.company(co.ID)
		for _, channel := range slices.Sorted(maps.Keys(co.Reach)) {
			if sameOn(before, co, channel) {
				continue
			}
			i := slices.IndexFunc(d.holding.Earlier, func(other Participant) bool {
				return other.ID != co.ID && d.holding.Asked[other.ID] && sameOn(other, co, channel)
			})
			if i < 0 {
				continue
			}
			other := d.holding.Earlier[i].ID
			d.contest("company", co.ID+" "+other, "company %s is reached over %s where company %s was, which has been asked: "+
				"it is the same participant under a new id, and what %s was asked, and missed, does not count for %s", co.ID, channel, other, other, co.ID)
			break
		}
	}
}

// sameOn reports whether two companies are reached at one place over a channel.
func sameOn(a, b Participant, channel string) bool {
	return a.Reach[channel] != "" && a.Reach[channel] == b.Reach[channel] ||
		a.Places[channel] != "" && a.Places[channel] == b.Places[channel]
}

// changed says how a company has changed.
func (d *differences) changed(was, is Participant) {
	if was.Name != is.Name {
		d.add("company", "company %s has another name", is.ID)
	}
	if was.Class != is.Class {
		d.add("company", "company %s has moved from class %s to %s", is.ID, was.Class, is.Class)
	}
	both := maps.Clone(was.Reach)
	maps.Copy(both, is.Reach)
	for _, channel := range slices.Sorted(maps.Keys(both)) {
		switch a, b := was.Reach[channel], is.Reach[channel]; {
		case a == b:
		case a == "":
			d.add("company", "company %s is reached over %s too", is.ID, channel)
		case b == "":
			d.add("company", "company %s is no longer reached over %s", is.ID, channel)
		default:
			d.add("company", "company %s is reached elsewhere over %s", is.ID, channel)
		}
	}
}

// gone says which companies were asked and are not in the configuration, where
// that is all that is known.
func (d *differences) gone() {
	for _, id := range slices.Sorted(maps.Keys(d.holding.Asked)) {
		if _, takes := d.now.company(id); !takes {
			d.add("company", "company %s is gone", id)
		}
	}
}
